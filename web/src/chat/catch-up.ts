import { ApiError } from '../api/api-error.ts';
import { backoffMs } from './backoff.ts';
import type { Device } from './device.ts';

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

  /** Begins a run. @throws ApiError for a failure that is not temporary. */
  async run(): Promise<void> {
    const run: Run = { isOutdated: true };
    this.#run = run;
    try {
      for (let failures = 0; run.isOutdated && this.#run === run && !this.#device.isClosed();) {
        run.isOutdated = false;
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
