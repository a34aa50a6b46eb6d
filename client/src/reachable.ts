/** The event for a server that responds again: an event stream is ready. */
const REACHABLE = 'reachable';
const responses = new EventTarget();

/** Notifies every `onReachable` listener of this page that the server responds. */
export function announceReachable(): void {
  responses.dispatchEvent(new Event(REACHABLE));
}

/** Calls a listener whenever the server may be reachable again, until the signal aborts. */
export function onReachable(listener: () => void, signal: AbortSignal): void {
  responses.addEventListener(REACHABLE, listener, { signal });
  // It only means that a network exists. Node has no such event.
  if (typeof window !== 'undefined') window.addEventListener('online', listener, { signal });
}
