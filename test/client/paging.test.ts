import { expect, it } from '@jest/globals';
import { cursorOf } from '../../client/src/api/paging.ts';

it('The cursor of the next page is read from the Link header', () => {
  expect(cursorOf('</api/message_groups?limit=30&cursor=a%2Bb>; rel="next"')).toBe('a+b');
  expect(cursorOf('</api/x?before=3&limit=2>; rel="prev"')).toBeUndefined();
  expect(cursorOf(null)).toBeUndefined();
});
