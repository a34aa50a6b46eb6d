import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { BusyError } from '../../backend/errors.ts';
import { CONFLICT, retryOnConflict } from '../../backend/table/retry-on-conflict.ts';

const busy = 'It changes faster than it can be written.';

/** Each pause takes one random number; 0 makes all of them as short as they get. */
const random = () => jest.spyOn(Math, 'random').mockReturnValue(0);

afterEach(() => {
  jest.restoreAllMocks();
});

/** An attempt that meets this number of conflicts, and then returns undefined, which is a result. */
function conflicting(conflicts: number) {
  return jest.fn((number: number): Promise<typeof CONFLICT | string | undefined> =>
    Promise.resolve(number < conflicts ? CONFLICT : undefined),
  );
}

describe('a write that is retried on conflict', () => {
  it.each([
    [{ attempts: 5, busy }, 3, 3],
    [{ attempts: 5, busy, firstAtOnce: true }, 3, 2],
    [{ attempts: 5, busy, firstAtOnce: true }, 1, 0],
    [{ attempts: 5, busy }, 0, 0],
  ])(
    'pauses before each retry, or from the second one on: %j, %i conflicts',
    async (retries, met, pauses) => {
      const pause = random();
      const attempt = conflicting(met);
      expect(await retryOnConflict(retries, attempt)).toBeUndefined();
      expect(attempt.mock.calls).toEqual(Array.from({ length: met + 1 }, (_, number) => [number]));
      expect(pause).toHaveBeenCalledTimes(pauses);
    },
  );

  it('ends after its attempts with a BusyError, and does not pause after the last one', async () => {
    const pause = random();
    const attempt = conflicting(Infinity);
    await expect(retryOnConflict({ attempts: 4, busy }, attempt)).rejects.toThrow(new BusyError(busy));
    expect(attempt).toHaveBeenCalledTimes(4);
    expect(pause).toHaveBeenCalledTimes(3);
  });

  it('ends with what an attempt throws', async () => {
    const attempt = jest.fn(() => Promise.reject(new TypeError('a fault')));
    await expect(retryOnConflict({ attempts: 4, busy }, attempt)).rejects.toThrow('a fault');
    expect(attempt).toHaveBeenCalledTimes(1);
  });
});
