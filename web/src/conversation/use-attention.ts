import { useSyncExternalStore } from 'react';

const EVENTS = ['focus', 'blur', 'visibilitychange'] as const;

function subscribe(listener: () => void): () => void {
  const stop = new AbortController();
  for (const event of EVENTS) {
    window.addEventListener(event, listener, { signal: stop.signal });
    document.addEventListener(event, listener, { signal: stop.signal });
  }
  return () => stop.abort();
}

/** Whether the page is visible and has the focus. */
export function useAttention(): boolean {
  return useSyncExternalStore(subscribe, () => document.visibilityState === 'visible' && document.hasFocus());
}
