import type { Member, Message } from '../../../client/src/index.ts';
import { listOf, type Sentence } from '../ui/sentence.ts';

/**
 * Which of the user's own messages the others have read: by seq of an own message, the names of those for whom it is the last
 * one that they have read.
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

/** The seq of a member's last text: they have read the messages before it, though their mark may not have arrived yet. */
function lastWritten({ user_uuid }: Member, messages: readonly Message[]): number {
  return messages.findLast((message) => message.user_uuid === user_uuid && message.kind === 'text')?.seq ?? 0;
}

/** Whether a member's mark covers a message. Joining sets the mark, and reading moves it. Large groups show no marks. */
function isMarked({ joined_seq, read_seq }: Member, seq: number): boolean {
  return read_seq !== undefined && joined_seq <= seq && seq <= read_seq;
}

/** Returns who has seen a message as a sentence. */
export function seenWords(names: readonly string[], others: number): Sentence {
  if (others === 1) return ['Seen'];
  if (names.length === others) return ['Seen by everyone'];
  return ['Seen by ', ...listOf(names)];
}
