/** The window's event for a server that responds again: the event stream is ready. `online` only means that a network exists. */
const REACHABLE = 'reachable';
const EVENTS = ['online', REACHABLE] as const;

/** Notifies every `onReachable` listener of this tab that the server responds. */
export function announceReachable(): void {
  window.dispatchEvent(new Event(REACHABLE));
}

/** Calls a listener whenever the server may be reachable again, until the signal aborts. */
export function onReachable(listener: () => void, signal: AbortSignal): void {
  for (const event of EVENTS) window.addEventListener(event, listener, { signal });
}
