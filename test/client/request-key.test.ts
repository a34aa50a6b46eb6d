import { expect, it } from '@jest/globals';
import { newRequestKey, requestKeys } from '../../client/src/api/request-key.ts';

it('A form keeps its key for the same request, and has another key for another request', () => {
  const keyFor = requestKeys();
  const key = keyFor('a');
  expect(keyFor('a')).toBe(key);
  expect(keyFor('b')).not.toBe(key);
  expect(newRequestKey()).toMatch(/^[0-9a-f]{32}$/);
});
