import { BusyError } from '../errors.ts';
import { backoff } from './backoff.ts';

/** The result of an attempt that lost a race: another writer changed what its condition was about. */
export const CONFLICT = Symbol('conflict');

export interface ConflictRetries {
  /** Maximum number of attempts. */
  readonly attempts: number;
  /** The message of the BusyError: what changes faster than it can be written. */
  readonly busy: string;
  /**
   * Whether the first retry is made without a pause: where the failed write returned what it met, a single conflict is
   * mostly over by then. Default: no.
   */
  readonly firstAtOnce?: boolean;
  /** Called for each conflict. */
  readonly onConflict?: () => void;
}

/**
 * Calls `attempt` until it returns something other than `CONFLICT`. Between two attempts it waits with jitter, up to a
 * bound that doubles (`backoff`).
 * @param attempt gets its number, 0 for the first. What it throws is thrown on, and ends the attempts.
 * @throws BusyError where every attempt met a conflict; what `attempt` throws.
 */
export async function retryOnConflict<Result>(
  { attempts, busy, firstAtOnce = false, onConflict }: ConflictRetries,
  attempt: (number: number) => Promise<Result | typeof CONFLICT>,
): Promise<Result> {
  const pausesFrom = firstAtOnce ? 2 : 1;
  for (let number = 0; number < attempts; number += 1) {
    if (number >= pausesFrom) await backoff(number - pausesFrom);
    const result = await attempt(number);
    if (result !== CONFLICT) return result;
    onConflict?.();
  }
  throw new BusyError(busy);
}
