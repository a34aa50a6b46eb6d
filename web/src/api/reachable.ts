/** The window's event for a server that answers again: the event stream is ready. `online` only says that a network is there. */
const REACHABLE = 'reachable';
const EVENTS = ['online', REACHABLE] as const;

/** Notifies every `onReachable` listener of this tab that the server answers. */
export function announceReachable(): void {
  window.dispatchEvent(new Event(REACHABLE));
}

/** Calls a listener whenever what failed for want of a connection is worth another attempt, until the signal aborts. */
export function onReachable(listener: () => void, signal: AbortSignal): void {
  for (const event of EVENTS) window.addEventListener(event, listener, { signal });
}
