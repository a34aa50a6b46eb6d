import { onReachable } from './reachable.ts';

/**
 * Waits, but no longer than until the server may be reachable again, or the visibility of the page changes.
 * @returns whether it ended before its time.
 */
export async function pause(ms: number, stopped?: AbortSignal): Promise<boolean> {
  if (stopped?.aborted) return true;
  return new Promise<boolean>((resolve) => {
    const done = new AbortController();
    const { signal } = done;
    const end = (early: boolean) => {
      clearTimeout(timer);
      done.abort();
      resolve(early);
    };
    const timer = setTimeout(() => end(false), ms);
    onReachable(() => end(true), signal);
    if (typeof document !== 'undefined')
      document.addEventListener('visibilitychange', () => end(true), { signal });
    stopped?.addEventListener('abort', () => end(true), { signal });
  });
}
