import type { Logger } from '../../backend/logger.ts';
import type { Recorder } from '../../backend/metrics/recorder.ts';
import { type CanaryOptions, runCanary } from './run-canary.ts';

export interface HandlerParts {
  /** Read at each run: a password that was changed is used by the next one. */
  readonly readOptions: () => Promise<CanaryOptions>;
  readonly logger: Logger;
  readonly recorder: Recorder;
}

/**
 * Runs the canary once for each event of its schedule. A failed run is a metric and a log line, and no error of the function:
 * Lambda would repeat it.
 */
export function createHandler({ readOptions, logger, recorder }: HandlerParts) {
  return async function handler(): Promise<void> {
    let failures = 0;
    try {
      await runCanary(await readOptions(), ({ step, ms }) => recorder.record('canaryStepDuration', ms, step));
    } catch (err) {
      failures = 1;
      logger.error({ err }, 'the canary failed');
    }
    recorder.record('canaryFailures', failures);
  };
}
