import { createHash, randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { ShortMemory } from './short-memory.ts';

/** For how long a ticket opens streams by itself, in seconds: a page opens its stream right after it has got one. */
export const TICKET_LIFE_S = 30;
/** For how long a stream can be opened again at most, in milliseconds: a day, for tokens that live for longer. */
const MAX_REOPEN_MS = 86_400_000;
const SECRET_BYTES = 32;

/** Who bought a ticket, and until when the token is good that they bought it with. */
export interface TicketHolder {
  readonly userId: string;
  /** In milliseconds since 1970. */
  readonly expires: number;
}

/** A holder whose stream is being opened. */
export interface Opening extends TicketHolder {
  /** The id that the stream's events have: an EventSource sends it in `Last-Event-ID` when it opens the stream again. */
  readonly streamId: string;
}

const opening = z.object({ userId: z.string(), expires: z.number(), streamId: z.string() });

/**
 * A ticket for an event stream. A browser's EventSource sends no headers, and a token in a URL would be in logs and
 * histories; a ticket alone is worth nothing after half a minute.
 */
export async function sellTicket(memory: ShortMemory, { userId, expires }: TicketHolder): Promise<string> {
  const ticket = newSecret();
  const sold: Opening = { userId, expires, streamId: newSecret() };
  await memory.put(ticketKey(ticket), JSON.stringify(sold), TICKET_LIFE_S * 1_000);
  return ticket;
}

/**
 * Whose stream a ticket opens; undefined where it opens none.
 *
 * Within its half minute a ticket opens any number of streams: a HEAD, a prefetch, a request that then fails, or a
 * stream that breaks off before its first event does not use it up. After that, and until the token expires, it opens
 * one only together with the id that the stream itself has sent. An EventSource sends that by itself, in a header; who
 * finds the URL in a log does not know it.
 * @param lastEventId the `Last-Event-ID` of the request.
 */
export async function redeemTicket(
  memory: ShortMemory,
  ticket: string,
  lastEventId?: string,
): Promise<Opening | undefined> {
  const again = lastEventId === undefined ? undefined : await read(memory, streamKey(ticket, lastEventId));
  if (again) return again;
  const fresh = await read(memory, ticketKey(ticket));
  if (!fresh) return undefined;
  const lifeMs = Math.max(1, Math.min(fresh.expires - Date.now(), MAX_REOPEN_MS));
  // Of several requests at once each stores the same.
  await memory.put(streamKey(ticket, fresh.streamId), JSON.stringify(fresh), Math.ceil(lifeMs));
  return fresh;
}

async function read(memory: ShortMemory, key: string): Promise<Opening | undefined> {
  const kept = await memory.read(key);
  const known = kept === undefined ? undefined : opening.parse(JSON.parse(kept));
  return known && known.expires > Date.now() ? known : undefined;
}

function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/* The ticket itself is not kept: who reads the memory finds none. */

const ticketKey = (ticket: string): string => `ticket:${digestOf(ticket)}`;
const streamKey = (ticket: string, streamId: string): string => `stream:${digestOf(`${ticket}.${streamId}`)}`;

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
