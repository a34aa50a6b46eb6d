import { ApiError } from '../api/api-error.ts';
import { backoffMs } from '../backoff.ts';
import type { Device } from '../device.ts';

/** Within this time, in milliseconds, clients fetch what a change event shows to be missing: not all of a group's at once. */
const SPREAD_MS = 2_000;

/** A run of an action. A later one replaces it: its request may never get a response. */
interface Run {
  /** Something may have been missed since the action began: it is repeated. */
  isOutdated: boolean;
}

/**
 * Runs an action that catches up with the server, and repeats it for as long as something may have been missed meanwhile. While
 * the server is busy or unreachable it tries again.
 */
export class CatchUp {
  readonly #once: () => Promise<void>;
  readonly #device: Pick<Device, 'pause' | 'isClosed'>;
  #run: Run | undefined;
  /** Something was missed that no run has caught up with. */
  #isStale = false;

  constructor(device: Pick<Device, 'pause' | 'isClosed'>, once: () => Promise<void>) {
    this.#device = device;
    this.#once = once;
  }

  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  /** Something may have been missed until now. @returns whether a run goes on that will repeat the action. */
  outdate(): boolean {
    if (this.#run) this.#run.isOutdated = true;
    return this.isRunning;
  }

  /** Begins a run within SPREAD_MS, if it is wanted then; otherwise `ifStale` does. */
  async soon(isWanted: () => boolean): Promise<void> {
    this.#isStale = true;
    await this.#device.pause(Math.random() * SPREAD_MS);
    if (isWanted()) await this.ifStale();
  }

  /** Begins a run if something was missed. What cannot be fetched is fetched at the next `ready`. */
  async ifStale(): Promise<void> {
    if (this.#isStale) await this.run().catch(() => undefined);
  }

  /** Begins a run. @throws ApiError for a failure that is not temporary. */
  async run(): Promise<void> {
    const run: Run = { isOutdated: true };
    this.#run = run;
    try {
      for (let failures = 0; run.isOutdated && this.#run === run && !this.#device.isClosed();) {
        run.isOutdated = false;
        this.#isStale = false;
        try {
          await this.#once();
          failures = 0;
        } catch (error) {
          if (!(error instanceof ApiError && error.isTemporary)) throw error;
          run.isOutdated = true;
          await this.#device.pause(backoffMs(failures));
          failures += 1;
        }
      }
    } finally {
      if (this.#run === run) this.#run = undefined;
    }
  }
}
