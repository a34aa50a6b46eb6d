import { NotFoundError } from '../errors.ts';
import type { Dependencies } from './dependencies.ts';
import { type AccessNeeds, readOwnRow } from './membership.ts';
import type { AnnotatedMessage, Annotations, Member, Message, Reaction, SeqRange } from './model.ts';

/** Of messages that nothing was added to: new ones. */
export const NO_ANNOTATIONS: Annotations = { reactions: new Map(), pinned: new Set() };

type Annotated = Pick<Message, 'groupId' | 'seq' | 'deleted_at'>;

/** A message of a group, and a member who adds something to it, or takes it back. */
export interface AnnotationRequest {
  readonly groupId: string;
  readonly seq: number;
  readonly userId: string;
}

/** A message as its member is about to add something to it. */
export interface Annotatable extends AnnotatedMessage {
  readonly own: Member;
}

/**
 * Reads a message with what members added to it, for one of them: 1 R each for the user's row, the message, its reactions
 * and the pins. @param authorise throws where the member may not go on.
 * @throws NotFoundError for a user who is not a member, and for a seq that the log does not have.
 */
export async function readAnnotatable(
  needs: AccessNeeds & Pick<Dependencies, 'reactions' | 'pins'>,
  { groupId, seq, userId }: AnnotationRequest,
  authorise?: (own: Member) => void,
): Promise<Annotatable> {
  const own = await readOwnRow(needs, groupId, userId);
  authorise?.(own);
  const message = await needs.messages.find(groupId, seq);
  if (!message) throw new NotFoundError();
  return { own, message, annotations: await readAnnotations(needs, [message]) };
}

/**
 * What members added to messages of one group, strongly read: 1 R for the pins, 1 R for 4 KB of reactions, at least 1 R for
 * each run of seqs without a gap. Where all messages are tombstones, nothing is read.
 */
export async function readAnnotations(
  needs: Pick<Dependencies, 'reactions' | 'pins'>,
  messages: readonly Annotated[],
): Promise<Annotations> {
  const live = messages.find(({ deleted_at }) => deleted_at === undefined);
  if (!live) return NO_ANNOTATIONS;
  const [reactions, pinned] = await Promise.all([
    readReactions(needs, messages),
    needs.pins.find(live.groupId),
  ]);
  return { reactions, pinned };
}

/**
 * The reactions to messages of one group, strongly read, by seq. 1 R for 4 KB, at least 1 R for each run of seqs without a gap.
 * Tombstones have none, also where the stream has not removed them yet.
 */
export async function readReactions(
  needs: Pick<Dependencies, 'reactions'>,
  messages: readonly Annotated[],
): Promise<ReadonlyMap<number, readonly Reaction[]>> {
  const live = messages.filter(({ deleted_at }) => deleted_at === undefined);
  const [first] = live;
  if (!first) return new Map();
  const seqs = new Set(live.map(({ seq }) => seq));
  const runs = runsOf(messages.map(({ seq }) => seq)).filter((run) => hasAny(seqs, run));
  const found = await Promise.all(runs.map((run) => needs.reactions.inRange(first.groupId, run)));
  const reactions = new Map<number, Reaction[]>();
  for (const { seq, emoji, users } of found.flat()) {
    if (!seqs.has(seq)) continue;
    const ofMessage = reactions.get(seq) ?? [];
    reactions.set(seq, ofMessage);
    ofMessage.push({ emoji, users });
  }
  return reactions;
}

/**
 * The reactions to some messages, strongly read, by seq; those that are not there are left out. 1 R for each 4 KB of each
 * message, and 1 R for 4 KB of reactions.
 */
export async function readReactionsAt(
  needs: Pick<Dependencies, 'messages' | 'reactions'>,
  groupId: string,
  seqs: readonly number[],
): Promise<ReadonlyMap<number, readonly Reaction[]>> {
  const entries = await needs.messages.entriesAt(groupId, seqs);
  const reactions = await readReactions(needs, [...entries.values()]);
  return new Map([...entries.keys()].map((seq) => [seq, reactions.get(seq) ?? []]));
}

/** Seqs as ranges without a gap, in order. */
function runsOf(seqs: readonly number[]): SeqRange[] {
  const runs: { from: number; to: number }[] = [];
  for (const seq of [...new Set(seqs)].sort((one, other) => one - other)) {
    const run = runs.at(-1);
    if (run?.to === seq - 1) run.to = seq;
    else runs.push({ from: seq, to: seq });
  }
  return runs;
}

function hasAny(seqs: ReadonlySet<number>, { from, to }: SeqRange): boolean {
  for (let seq = from; seq <= to; seq += 1) if (seqs.has(seq)) return true;
  return false;
}
