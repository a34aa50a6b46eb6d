import type { Member, Message } from '../api/shapes.ts';
import { listOf, type Sentence } from '../ui/sentence.ts';

/**
 * Who has read up to where, as far as the reader's own messages go: by seq of an own message, the others for whom it is
 * the last one that they have read.
 */
export function seenBy(
  messages: readonly Message[],
  members: readonly Member[],
  me: string,
): ReadonlyMap<number, readonly string[]> {
  const own = messages.filter(
    ({ user_uuid, kind, deleted_at }) => user_uuid === me && kind === 'text' && deleted_at === null,
  );
  const seen = new Map<number, string[]>();
  for (const member of members) {
    if (member.user_uuid === me) continue;
    const written = lastWritten(member, messages);
    const message = own.findLast(({ seq }) => seq <= written || isMarked(member, seq));
    if (message) seen.set(message.seq, [...(seen.get(message.seq) ?? []), member.display_name]);
  }
  return seen;
}

/** The last text of a member: they have read what stands before it, though their mark may not have come yet. */
function lastWritten({ user_uuid }: Member, messages: readonly Message[]): number {
  return messages.findLast((message) => message.user_uuid === user_uuid && message.kind === 'text')?.seq ?? 0;
}

/** Whether a member's mark says that they have read a message: it was set by joining, and moved on by reading. */
function isMarked({ joined_seq, read_seq }: Member, seq: number): boolean {
  return joined_seq <= seq && seq <= read_seq;
}

/** In words. */
export function seenWords(names: readonly string[], others: number): Sentence {
  if (others === 1) return ['Seen'];
  if (names.length === others) return ['Seen by everyone'];
  return ['Seen by ', ...listOf(names)];
}
