import { useEffect, useEffectEvent } from 'react';
import { ApiError } from '../api/api-error.ts';
import { wordsFor } from '../api/wording.ts';
import { backoffMs } from '../chat/backoff.ts';
import { pause } from '../chat/pause.ts';

/** In place of what could not be fetched. A failure that passes is retried by itself. */
export function Failure({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  useRetries(error instanceof ApiError && error.passes, onRetry);
  return (
    <div className="failure" role="alert">
      <p>{wordsFor(error)}</p>
      <button type="button" className="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}

/** What fetches for itself fails several times, within about two seconds, before it shows a failure: so many came before. */
const EARLIER_FAILURES = 2;

/**
 * Retries when the server may be within reach again, and now and then without such a sign: an attempt that began just
 * before the sign may fail after it, and before the event stream is opened nothing says that a server is back.
 */
function useRetries(passes: boolean, onRetry: () => void): void {
  const retry = useEffectEvent(onRetry);
  useEffect(() => {
    if (!passes) return undefined;
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
  }, [passes]);
}
