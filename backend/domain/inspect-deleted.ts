import { deletedKey, pinsKey, reactionsKey } from '../../schema/keys.ts';
import type { Dependencies } from './dependencies.ts';
import { type Found, found, type Look, type Settling } from './inspection.ts';
import type { LogEntry, SeqRange } from './model.ts';

/*
 * What is kept because of deleted messages, or in spite of them: the notes of deleted seqs, and what is left of reactions and
 * pins. A deleted message stays deleted: nothing can come between a look and its repair.
 */

type Stores = Pick<Dependencies, 'changes' | 'messages' | 'reactions' | 'pins'>;

/** Looks at the notes of deleted messages in a part of a log. @param page the messages of that part. */
export async function inspectDeletedNotes(
  stores: Stores,
  groupId: string,
  { page, range }: { readonly page: readonly LogEntry[]; readonly range: SeqRange },
  settle: Settling,
): Promise<void> {
  const noted = new Set(await stores.changes.deletedIn(groupId, range));
  const deleted = new Set(page.filter(isDeleted).map(({ seq }) => seq));
  const differing = [...noted, ...deleted].filter((seq) => noted.has(seq) !== deleted.has(seq));
  for (const seq of differing) await settle(deletedKey(groupId, seq), lookAtDeleted(stores, groupId, seq));
}

const lookAtDeleted =
  ({ changes, messages }: Stores, groupId: string, seq: number): Look =>
  async () => {
    const stored = (await changes.deletedIn(groupId, { from: seq, to: seq })).length > 0;
    const entry = (await messages.entriesAt(groupId, [seq])).get(seq);
    const expected = isDeleted(entry);
    return found({ item: stored }, { item: expected }, async () => {
      if (!expected) return changes.removeDeleted(groupId, seq);
      await changes.noteDeleted(groupId, [seq]);
      return true;
    });
  };

/** Looks for what is left of reactions to deleted messages. The stream removes it. */
export async function inspectReactionsOf(
  stores: Stores,
  groupId: string,
  page: readonly LogEntry[],
  settle: Settling,
): Promise<void> {
  const deleted = page.filter(isDeleted).map(({ seq }) => seq);
  const [from] = deleted;
  const to = deleted.at(-1);
  if (from === undefined || to === undefined) return;
  const reactions = await stores.reactions.inRange(groupId, { from, to });
  const left = reactions.filter(({ seq }) => deleted.includes(seq));
  for (const { seq, emoji } of left) {
    await settle(reactionsKey(groupId, seq, emoji), () => lookAtReactions(stores, groupId, { seq, emoji }));
  }
}

async function lookAtReactions(
  { reactions }: Stores,
  groupId: string,
  { seq, emoji }: { readonly seq: number; readonly emoji: string },
): Promise<Found | undefined> {
  const left = await reactions.inRange(groupId, { from: seq, to: seq });
  const isLeft = left.some((reaction) => reaction.emoji === emoji);
  return found({ item: isLeft }, { item: false }, async () => {
    await reactions.removeAll(groupId, seq);
    return true;
  });
}

/** Looks for pins of deleted messages. The stream removes them, and none of them can be pinned again. */
export async function inspectPins(stores: Stores, groupId: string, settle: Settling): Promise<void> {
  const { pins, messages } = stores;
  await settle(pinsKey(groupId), async () => {
    const pinned = [...(await pins.find(groupId))].sort((one, other) => one - other);
    const entries =
      pinned.length === 0 ? new Map<number, LogEntry>() : await messages.entriesAt(groupId, pinned);
    const gone = pinned.filter((seq) => isDeleted(entries.get(seq)));
    const expected = pinned.filter((seq) => !gone.includes(seq));
    return found({ seqs: pinned }, { seqs: expected }, async () => {
      await pins.unpinDeleted(groupId, new Set(gone));
      return true;
    });
  });
}

/** Whether there is a message, and it is deleted. */
export const isDeleted = (entry: LogEntry | undefined): boolean => entry?.deleted_at !== undefined;
