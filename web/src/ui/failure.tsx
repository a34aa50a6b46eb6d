import { useEffect, useEffectEvent } from 'react';
import { ApiError } from '../../../client/src/index.ts';
import { backoffMs, pause } from '../../../client/src/parts.ts';
import { wordsFor } from '../api/wording.ts';
import { FailureIcon } from './icons.tsx';
import { Scene } from './states.tsx';

/** In place of what could not be fetched. A temporary failure is retried automatically. */
export function Failure({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  useRetries(error instanceof ApiError && error.isTemporary, onRetry);
  return (
    <div className="failure" role="alert">
      <Scene>
        <FailureIcon />
      </Scene>
      <p className="placeholder-title">{wordsFor(error)}</p>
      <button type="button" className="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}

/** Failures before this one is shown: queries retry several times, within about two seconds. */
const EARLIER_FAILURES = 2;

/**
 * Retries when the server may be reachable again, and with a backoff without such a signal: an attempt that began just
 * before the signal may fail after it, and before the event stream is open nothing signals that a server is back.
 */
function useRetries(isTemporary: boolean, onRetry: () => void): void {
  const retry = useEffectEvent(onRetry);
  useEffect(() => {
    if (!isTemporary) return undefined;
    const unmounted = new AbortController();
    const { signal } = unmounted;
    const run = async (): Promise<void> => {
      for (let failures = EARLIER_FAILURES; ;) {
        const early = await pause(backoffMs(failures), signal);
        if (signal.aborted) return;
        failures = early ? EARLIER_FAILURES : failures + 1;
        retry();
      }
    };
    void run();
    return () => unmounted.abort();
  }, [isTemporary]);
}
