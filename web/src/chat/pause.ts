/** Waits, but no longer than until the network comes back, or the page is looked at again. */
export async function pause(ms: number, stopped?: AbortSignal): Promise<void> {
  if (stopped?.aborted) return;
  await new Promise<void>((resolve) => {
    const done = new AbortController();
    const { signal } = done;
    const end = () => {
      clearTimeout(timer);
      done.abort();
      resolve();
    };
    const timer = setTimeout(end, ms);
    window.addEventListener('online', end, { signal });
    document.addEventListener('visibilitychange', end, { signal });
    stopped?.addEventListener('abort', end, { signal });
  });
}
