import { isDirectGroupId } from '../../schema/ids.ts';
import { CONFLICT, retryOnConflict } from '../table/retry-on-conflict.ts';
import type { Dependencies } from './dependencies.ts';
import type { DirectMember, NamedGroup } from './model.ts';
import { applyToRow, applyToSummary, withSummary, type GroupFacts } from './summaries.ts';
import {
  type AnnotationFacts,
  annotatedSeqs,
  NO_ANNOTATION_FACTS,
  removeAnnotations,
} from './update-annotations.ts';

/** An item that others change meanwhile: a failed write returns it as it is then. */
const SETTLING = {
  attempts: 10,
  busy: 'A summary changes faster than it can be written.',
  firstAtOnce: true,
};

/** What the stream's handler writes to. */
export type SummaryStores = Pick<
  Dependencies,
  'members' | 'groups' | 'messages' | 'reactions' | 'pins' | 'mentions' | 'changes' | 'clock'
>;

/** A group with its summary as it is now, written or not: a replay writes nothing. */
export type UpdatedGroup =
  | { readonly kind: 'direct'; readonly rows: readonly DirectMember[] }
  | { readonly kind: 'group'; readonly group: NamedGroup };

/** A group after the facts were applied. */
export interface Update {
  /** Undefined where there is no such group any more. */
  readonly updated: UpdatedGroup | undefined;
  /** The entry of the change log, where the facts say that messages were changed, or something was added to them. */
  readonly change?: { readonly change: number; readonly seqs: readonly number[] };
}

/**
 * Brings a group up to these facts. Direct: 4 W + 1 R, and 2 W more where the place in the inbox moves. Named, whatever the
 * number of members: 1 W + 1 R, and 2 W for each author and for each user who is mentioned. 1 W + 1 R for each deleted seq,
 * 1 R for each message that was reacted to; 1 W + 1 R for the change log.
 *
 * The order matters if the process dies in between, or a client reads in between: deleted seqs are stored before a
 * summary says that there are any, authors have read their own texts before a summary shows them, rows name a mention before a
 * summary shows its message, and a client that sees a change finds what it names. Any number of these may run at once, for the same facts or others, and each may be repeated.
 * @param facts undefined where no message was written.
 */
export async function updateSummaries(
  stores: SummaryStores,
  groupId: string,
  facts: GroupFacts | undefined,
  annotations: AnnotationFacts = NO_ANNOTATION_FACTS,
): Promise<Update> {
  const deleted = facts?.deleted ?? new Set();
  await stores.changes.noteDeleted(groupId, [...deleted]);
  await removeAnnotations(stores, groupId, deleted, annotations);
  const updated = isDirectGroupId(groupId)
    ? await updatePair(stores, groupId, facts)
    : await updateNamed(stores, groupId, facts);
  const changed = new Set([...(facts?.changed ?? []), ...annotatedSeqs(annotations)]);
  if (!updated || changed.size === 0) return { updated };
  const seqs = [...changed].sort((one, other) => one - other);
  const change = await stores.changes.append(groupId, { seqs, changed_at: stores.clock().toISOString() });
  return { updated, change: { change, seqs } };
}

async function updatePair(
  { members }: SummaryStores,
  groupId: string,
  facts: GroupFacts | undefined,
): Promise<UpdatedGroup | undefined> {
  const rows = await members.pair(groupId);
  const updated = await Promise.all(
    rows.map((read) =>
      settle(
        read,
        (row) => facts && applyToRow(row, facts),
        (row, now) => members.applySummary(row, now),
      ),
    ),
  );
  const present = updated.filter((row) => row !== undefined);
  return present.length === 0 ? undefined : { kind: 'direct', rows: present };
}

async function updateNamed(
  { members, mentions, groups }: SummaryStores,
  groupId: string,
  facts: GroupFacts | undefined,
): Promise<UpdatedGroup | undefined> {
  await Promise.all([
    ...[...(facts?.authored ?? [])].map(([userId, mark]) => members.raiseMark(groupId, userId, mark)),
    ...[...(facts?.mentioned ?? [])].map(([userId, seq]) => mentions.raiseLast(groupId, userId, seq)),
  ]);
  const read = await groups.find(groupId);
  if (read?.kind !== 'group') return undefined;
  const group = await settle(
    read,
    (seen) => {
      const summary = facts && applyToSummary(seen, facts);
      return summary && withSummary(seen, summary);
    },
    async (seen, now) => {
      const outcome = await groups.applySummary(seen, now);
      if (outcome.stored) return outcome;
      const { existing } = outcome;
      return { stored: false, existing: existing?.kind === 'group' ? existing : undefined };
    },
  );
  return group && { kind: 'group', group };
}

/**
 * Writes what the facts make of an item, on the condition that it is the one that was read; otherwise the item that is
 * there instead goes through the same function.
 * @returns the item as it is afterwards; undefined where it was deleted.
 */
async function settle<Item>(
  read: Item,
  apply: (item: Item) => Item | undefined,
  write: (
    seen: Item,
    now: Item,
  ) => Promise<{ readonly stored: true } | { readonly stored: false; readonly existing: Item | undefined }>,
): Promise<Item | undefined> {
  let item = read;
  return retryOnConflict(SETTLING, async () => {
    const now = apply(item);
    if (now === undefined) return item;
    const outcome = await write(item, now);
    if (outcome.stored) return now;
    if (outcome.existing === undefined) return undefined;
    item = outcome.existing;
    return CONFLICT;
  });
}
