import { createHash, randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { ExpiringStore } from './expiring-store.ts';

/** How long a ticket alone opens streams, in seconds: a page opens its stream right after it gets the ticket. */
export const TICKET_LIFE_S = 30;
/** Maximum time for which a stream can be reopened, in milliseconds: one day, even if the token lives longer. */
const MAX_REOPEN_MS = 86_400_000;
const SECRET_BYTES = 32;

/** The user of a ticket, and when the token expires that it was issued for. */
export interface TicketHolder {
  readonly userId: string;
  /** In milliseconds since 1970. */
  readonly expires: number;
}

/** The right to open one event stream. */
export interface StreamGrant extends TicketHolder {
  /** The id of the stream's events: an EventSource sends it in `Last-Event-ID` when it reopens the stream. */
  readonly streamId: string;
}

const streamGrant = z.object({ userId: z.string(), expires: z.number(), streamId: z.string() });

/**
 * Issues a ticket for an event stream. A browser's EventSource sends no headers, and a token in a URL would end up in
 * logs and histories; a ticket alone is worthless after half a minute.
 */
export async function issueTicket(store: ExpiringStore, { userId, expires }: TicketHolder): Promise<string> {
  const ticket = newSecret();
  const grant: StreamGrant = { userId, expires, streamId: newSecret() };
  await store.put(ticketKey(ticket), JSON.stringify(grant), TICKET_LIFE_S * 1_000);
  return ticket;
}

/**
 * Returns the stream that a ticket opens; undefined if it is invalid or expired.
 *
 * Within its half minute a ticket opens any number of streams: a HEAD request, a prefetch, a request that then fails, or
 * a stream that breaks before its first event does not use it up. After that, until the token expires, it opens a stream
 * only together with the id that the stream itself has sent. An EventSource sends that id in a header; a reader of logs
 * who finds the URL does not know it.
 * @param lastEventId the `Last-Event-ID` of the request.
 */
export async function verifyTicket(
  store: ExpiringStore,
  ticket: string,
  lastEventId?: string,
): Promise<StreamGrant | undefined> {
  const reopened = lastEventId === undefined ? undefined : await read(store, streamKey(ticket, lastEventId));
  if (reopened) return reopened;
  const fresh = await read(store, ticketKey(ticket));
  if (!fresh) return undefined;
  const lifeMs = Math.max(1, Math.min(fresh.expires - Date.now(), MAX_REOPEN_MS));
  // Concurrent requests with one ticket all store the same.
  await store.put(streamKey(ticket, fresh.streamId), JSON.stringify(fresh), Math.ceil(lifeMs));
  return fresh;
}

async function read(store: ExpiringStore, key: string): Promise<StreamGrant | undefined> {
  const stored = await store.get(key);
  const grant = stored === undefined ? undefined : streamGrant.parse(JSON.parse(stored));
  return grant && grant.expires > Date.now() ? grant : undefined;
}

function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/* Only digests are stored: reading the store reveals no ticket. */

const ticketKey = (ticket: string): string => `ticket:${digestOf(ticket)}`;
const streamKey = (ticket: string, streamId: string): string => `stream:${digestOf(`${ticket}.${streamId}`)}`;

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
