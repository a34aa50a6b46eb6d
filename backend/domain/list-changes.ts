import { ChangesTooFarBehindError } from '../errors.ts';
import { readAnnotations } from './annotations.ts';
import type { Dependencies } from './dependencies.ts';
import { type AccessNeeds, readOwnRow } from './membership.ts';
import { type MessageDetails, readDetails } from './message-details.ts';
import type { Annotations, LogChange, Message } from './model.ts';

/** Changes that a client may have missed: beyond it, it loads what it shows again. */
const MAX_BEHIND = 1_000;

export interface ChangesPage {
  /** By the number of the change. Each message is as it is now, and comes once, by its newest change. */
  readonly changed: readonly { readonly change: number; readonly message: Message }[];
  readonly details: MessageDetails;
  readonly annotations: Annotations;
  /** The change after which the next page begins; absent on the last one. */
  readonly next?: number;
}

/**
 * The messages of a group that were changed after a change, or that members reacted to or pinned. 1 R each for the
 * membership and the pins, 1 R for 4 KB of changes, 1 R for 4 KB of each message and of its reactions, and of each message
 * that one of these replies to.
 *
 * Between the read of the change log and those of the messages and reactions more may change: a message is then shown
 * newer than its change, and comes again by the later one.
 * @throws NotFoundError for a user who is not a member; ChangesTooFarBehindError.
 */
export async function listChanges(
  needs: AccessNeeds & Pick<Dependencies, 'reactions' | 'pins' | 'names'>,
  request: {
    readonly groupId: string;
    readonly userId: string;
    readonly after: number;
    readonly limit: number;
  },
): Promise<ChangesPage> {
  const { groupId, userId, after, limit } = request;
  await readOwnRow(needs, groupId, userId);
  const entries = await needs.changes.after(groupId, after, MAX_BEHIND + 1);
  if (entries.length > MAX_BEHIND || entries.some((entry) => entry.all)) throw new ChangesTooFarBehindError();
  const page = pageOf(entries, limit);
  const found = await needs.messages.findMany(
    groupId,
    page.changed.map(({ seq }) => seq),
  );
  const messages = new Map(found.map((message) => [message.seq, message]));
  const [annotations, details] = await Promise.all([
    readAnnotations(needs, found),
    readDetails(needs, found),
  ]);
  return {
    changed: page.changed.flatMap(({ change, seq }) => {
      const message = messages.get(seq);
      return message ? [{ change, message }] : [];
    }),
    details,
    annotations,
    ...(page.next !== undefined && { next: page.next }),
  };
}

interface SeqsPage {
  readonly changed: readonly { readonly change: number; readonly seq: number }[];
  readonly next?: number;
}

/** The first messages by their newest change, at most `limit` unless one change has more: an entry is not split. */
function pageOf(entries: readonly LogChange[], limit: number): SeqsPage {
  const newest = new Map<number, number>();
  for (const { change, seqs = [] } of entries) {
    for (const seq of seqs) newest.set(seq, Math.max(change, newest.get(seq) ?? 0));
  }
  const changed: { change: number; seq: number }[] = [];
  for (const [index, { change, seqs = [] }] of entries.entries()) {
    const own = seqs.filter((seq) => newest.get(seq) === change);
    if (changed.length > 0 && own.length > 0 && changed.length + own.length > limit) {
      const before = entries[index - 1];
      return { changed, ...(before && { next: before.change }) };
    }
    changed.push(...own.map((seq) => ({ change, seq })));
  }
  return { changed };
}
