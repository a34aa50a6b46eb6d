import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { createParser } from 'eventsource-parser';
import { eventually } from './eventually.ts';

/** A received event, its data parsed. */
export interface ReceivedEvent {
  readonly event: string | undefined;
  readonly data: unknown;
}

/** A client that reads an event stream, over its own connection. */
export interface EventReader {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The events so far. */
  readonly events: readonly ReceivedEvent[];
  readonly comments: readonly string[];
  /** Resolves once the stream has ended, for any reason. */
  readonly ended: Promise<void>;
  readonly hasEnded: () => boolean;
  /** The newest id; empty before the first one. */
  readonly lastEventId: () => string;
  /** Resolves with the data of the events of a name, once there are that many. */
  until(event: string, count?: number): Promise<readonly unknown[]>;
  close(): void;
}

/** Opens an event stream, and is done when its headers have arrived. */
export async function readEvents(
  port: number,
  {
    token,
    path = '/api/events',
    lastEventId,
  }: { readonly token?: string; readonly path?: string; readonly lastEventId?: string } = {},
): Promise<EventReader> {
  const headers = {
    Accept: 'text/event-stream',
    ...(token && { Authorization: `Bearer ${token}` }),
    ...(lastEventId && { 'Last-Event-ID': lastEventId }),
  };
  const outgoing = request({ host: '127.0.0.1', port, path, headers, agent: false });
  outgoing.end();
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const events: ReceivedEvent[] = [];
  const comments: string[] = [];
  let lastId = '';
  const parser = createParser({
    onEvent: ({ id, event, data }) => {
      lastId = id ?? lastId;
      events.push({ event, data: JSON.parse(data) as unknown });
    },
    onComment: (comment) => comments.push(comment),
  });
  incoming.setEncoding('utf8').on('data', (text: string) => parser.feed(text));
  let over = false;
  const ended = new Promise<void>((resolve) => {
    incoming
      .on('error', () => undefined)
      .once('close', () => {
        over = true;
        resolve();
      });
  });
  const dataOf = (name: string) => events.filter(({ event }) => event === name).map(({ data }) => data);
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    events,
    comments,
    ended,
    hasEnded: () => over,
    lastEventId: () => lastId,
    until: (name, count = 1) =>
      eventually(() => {
        const found = dataOf(name);
        if (found.length < count) throw new Error(`${found.length} of ${count} ${name} events came`);
        return found;
      }),
    close: () => outgoing.destroy(),
  };
}
