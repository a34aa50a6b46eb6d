import { expect, it } from '@jest/globals';
import { ApiError } from '../../client/src/api/api-error.ts';

it('A failure is temporary when there was no response, at a rate limit, and when the server failed', () => {
  expect([0, 429, 503].map((status) => new ApiError(status, ['x']).isTemporary)).toEqual([true, true, true]);
  expect([400, 404, 409, 422].map((status) => new ApiError(status, ['x']).isTemporary)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
