import type { Dependencies } from './dependencies.ts';

/** What a batch of the stream says about what members added to messages of one group. */
export interface AnnotationFacts {
  /** Items of reactions that were written. */
  readonly reactions: readonly ReactionFact[];
  /** Seqs that were pinned or unpinned. */
  readonly pins: ReadonlySet<number>;
}

/** Reactions to a message with one emoji. */
export interface ReactionFact {
  readonly seq: number;
  readonly emoji: string;
  /** All users took it back. */
  readonly isEmpty: boolean;
}

export const NO_ANNOTATION_FACTS: AnnotationFacts = { reactions: [], pins: new Set() };

/** Seqs of the messages that members added something to, or took it away from. */
export function annotatedSeqs({ reactions, pins }: AnnotationFacts): ReadonlySet<number> {
  return new Set([...reactions.map(({ seq }) => seq), ...pins]);
}

/**
 * Removes the reactions and pins of deleted messages, and items of reactions without users. 1 R for each deleted message, 1 R
 * for the pins where any was deleted, 1 R for each other message that was reacted to, and 1 W for each KB that is removed.
 *
 * No message is pinned after its deletion (see `PinStore`), so the record of the deletion finds each pin.
 * A user may react while the message is deleted, in either order of the two records. If the reaction is stored before the
 * deletion's record is processed, that finds it. Otherwise the reaction's own record, which comes later, finds the tombstone.
 */
export async function removeAnnotations(
  { messages, reactions, pins }: Pick<Dependencies, 'messages' | 'reactions' | 'pins'>,
  groupId: string,
  deleted: ReadonlySet<number>,
  facts: AnnotationFacts,
): Promise<void> {
  const others = facts.reactions.filter(({ seq }) => !deleted.has(seq));
  const entries =
    others.length === 0
      ? []
      : await messages.entriesAt(
          groupId,
          others.map(({ seq }) => seq),
        );
  const tombstones = [...entries].filter(([, { deleted_at }]) => deleted_at !== undefined);
  const gone = new Set([...deleted, ...tombstones.map(([seq]) => seq)]);
  const empty = others.filter(({ seq, isEmpty }) => isEmpty && !gone.has(seq));
  await Promise.all([
    unpin(pins, groupId, deleted),
    ...[...gone].map((seq) => reactions.removeAll(groupId, seq)),
    ...empty.map(({ seq, emoji }) => reactions.removeEmpty(groupId, seq, emoji)),
  ]);
}

async function unpin(
  pins: Dependencies['pins'],
  groupId: string,
  deleted: ReadonlySet<number>,
): Promise<void> {
  if (deleted.size === 0) return;
  const pinned = [...(await pins.find(groupId))].filter((seq) => deleted.has(seq));
  if (pinned.length > 0) await pins.unpinDeleted(groupId, new Set(pinned));
}
