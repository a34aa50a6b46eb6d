import type { Events } from './changes.ts';
import { type ExpiringStore, InProcessExpiringStore } from './expiring-store.ts';
import { InProcessEvents } from './in-process-events.ts';

/** What processes share to serve live events. */
export interface LiveEvents {
  readonly events: Events;
  readonly expiringStore: ExpiringStore;
}

/** Creates live events for a single process. */
export function inProcessLiveEvents(): LiveEvents {
  return { events: new InProcessEvents(), expiringStore: new InProcessExpiringStore() };
}
