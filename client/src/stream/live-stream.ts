import type { Subject } from '../subject.ts';
import { type Connection, EventStream } from './event-stream.ts';
import { type LiveEvent, parseEvent } from './events.ts';

/** The events of a user, while it is open. */
export interface LiveStream {
  readonly connection: Subject<Connection>;
  open(): void;
  close(): void;
}

export interface StreamParts {
  /** The user whose events these are. */
  readonly user: string;
  readonly baseUrl: string;
  /** Sends a request with the user's token. */
  readonly fetch: (request: Request) => Promise<Response>;
  readonly onEvent: (event: LiveEvent) => void;
}

/** Makes the stream of a program that shares it with no other. */
export function ownStream({ onEvent, ...access }: StreamParts): LiveStream {
  return new EventStream({
    ...access,
    onEvent: (name, data) => {
      const event = parseEvent(name, data);
      if (event) onEvent(event);
    },
  });
}
