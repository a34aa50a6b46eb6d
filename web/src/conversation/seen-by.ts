import type { Member, Message } from '../api/shapes.ts';

/**
 * Who has read up to where, as far as the reader's own messages go: by seq of an own message, the others whose read
 * mark stands at it or behind it, and before the next own one.
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
    const message = own.findLast(({ seq }) => seq <= reads(member, messages));
    if (message) seen.set(message.seq, [...(seen.get(message.seq) ?? []), member.display_name]);
  }
  return seen;
}

/** Whoever writes has read what stands before, though their mark may not have come yet. */
function reads(member: Member, messages: readonly Message[]): number {
  const written = messages.findLast(({ user_uuid }) => user_uuid === member.user_uuid);
  return Math.max(member.read_seq, written?.seq ?? 0);
}

/** In words. */
export function seenWords(names: readonly string[], others: number): string {
  if (others === 1) return 'Seen';
  if (names.length === others) return 'Seen by everyone';
  return `Seen by ${new Intl.ListFormat('en').format(names)}`;
}
