import { createHash, randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { ShortMemory } from './short-memory.ts';

/** For how long a ticket can be used: a page opens its stream right after it has got one. */
export const TICKET_LIFE_S = 30;
const TICKET_BYTES = 32;

/** Who bought a ticket, and until when the token is good that they bought it with. */
export interface TicketHolder {
  readonly userId: string;
  /** In milliseconds since 1970. */
  readonly expires: number;
}

const holder = z.object({ userId: z.string(), expires: z.number() });

/**
 * A ticket for one event stream. A browser's EventSource sends no headers, and a token in a URL would stand in logs
 * and histories; this is worth nothing once it was used.
 */
export async function sellTicket(memory: ShortMemory, { userId, expires }: TicketHolder): Promise<string> {
  const ticket = randomBytes(TICKET_BYTES).toString('base64url');
  await memory.put(keyOf(ticket), JSON.stringify({ userId, expires }), TICKET_LIFE_S * 1_000);
  return ticket;
}

/** Whose ticket this was; undefined for one that was used, is too old, or never was one. */
export async function redeemTicket(memory: ShortMemory, ticket: string): Promise<TicketHolder | undefined> {
  const kept = await memory.take(keyOf(ticket));
  return kept === undefined ? undefined : holder.parse(JSON.parse(kept));
}

/** The ticket itself is not kept: who reads the memory finds none. */
function keyOf(ticket: string): string {
  return `ticket:${createHash('sha256').update(ticket).digest('base64url')}`;
}
