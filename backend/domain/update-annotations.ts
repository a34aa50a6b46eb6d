import type { Dependencies } from './dependencies.ts';

/** What a batch of the stream says about what members added to messages of one group. */
export interface AnnotationFacts {
  /** Items of reactions that were written. */
  readonly reactions: readonly ReactionFact[];
}

/** Reactions to a message with one emoji. */
export interface ReactionFact {
  readonly seq: number;
  readonly emoji: string;
  /** All users took it back. */
  readonly isEmpty: boolean;
}

export const NO_ANNOTATION_FACTS: AnnotationFacts = { reactions: [] };

/** Seqs of the messages that members added something to, or took it away from. */
export function annotatedSeqs({ reactions }: AnnotationFacts): ReadonlySet<number> {
  return new Set(reactions.map(({ seq }) => seq));
}

/**
 * Removes the reactions of deleted messages, and items without users. 1 R for each deleted message, 1 R for each other one
 * that was reacted to, and 1 W for each KB that is removed.
 *
 * A user may react while the message is deleted, in either order of the two records. If the reaction is stored before the
 * deletion's record is processed, that finds it. Otherwise the reaction's own record, which comes later, finds the tombstone.
 */
export async function removeAnnotations(
  { messages, reactions }: Pick<Dependencies, 'messages' | 'reactions'>,
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
    ...[...gone].map((seq) => reactions.removeAll(groupId, seq)),
    ...empty.map(({ seq, emoji }) => reactions.removeEmpty(groupId, seq, emoji)),
  ]);
}
