import { encodeCursor, PART_SEPARATOR } from '../../schema/cursors.ts';
import { canonicalEmoji } from '../../schema/emoji.ts';
import { MAX_EMOJI } from '../../schema/items.ts';
import { NotFoundError, UnprocessableError } from '../errors.ts';
import { type Annotatable, type AnnotationRequest, readAnnotatable, readReactionsAt } from './annotations.ts';
import type { Dependencies } from './dependencies.ts';
import { type AccessNeeds, readOwnRow } from './membership.ts';
import type { AnnotatedMessage, Reaction } from './model.ts';
import type { NameReader } from './names.ts';
import { pageStart } from './page-start.ts';
import { requireUnblocked } from './policies.ts';
import { publishReactions } from './publish-changes.ts';

/** A user's reaction to a message. */
export interface ReactionRequest extends AnnotationRequest {
  /** As the client wrote it. */
  readonly emoji: string;
}

type Needs = AccessNeeds & Pick<Dependencies, 'reactions' | 'pins' | 'events'>;

/**
 * Adds the user's reaction to a message: one for each emoji. A repeated one changes nothing. 1 W for each KB of the users
 * with this emoji, and 4 R: the user's row, the message, its reactions, and the pins, which the answer has.
 *
 * Between these reads and the write others may react to the message: one emoji more than MAX_EMOJI may be added, and the
 * condition accepts no more than MAX_REACTIONS users. The message may be deleted: then the stream removes the reaction,
 * which nobody is shown.
 * @throws NotFoundError for a user who is not a member, and for a seq that the log does not have; ForbiddenError as
 * `requireUnblocked`; UnprocessableError `emoji_invalid`, `message_deleted`, `reactions_full`.
 */
export async function react(needs: Needs, request: ReactionRequest): Promise<AnnotatedMessage> {
  const { own, message, emoji, reactions, annotations } = await readReacted(needs, request);
  requireUnblocked(own);
  if (message.deleted_at !== undefined) throw new UnprocessableError([{ code: 'message_deleted' }]);
  const users = reactions.find((reaction) => reaction.emoji === emoji)?.users;
  if (users?.includes(request.userId)) return { message, annotations };
  if (users === undefined && reactions.length >= MAX_EMOJI)
    throw new UnprocessableError([{ code: 'reactions_full' }]);
  const outcome = await needs.reactions.add({ ...request, emoji });
  // Not stored, and in the set: by the SDK's first attempt, whose answer was lost, or by another device.
  if (!outcome.users.includes(request.userId)) throw new UnprocessableError([{ code: 'reactions_full' }]);
  publishReactions(needs, own, message);
  const now = replaced(reactions, { emoji, users: outcome.users });
  return { message, annotations: { ...annotations, reactions: new Map([[message.seq, now]]) } };
}

/**
 * Removes the user's reaction, also from a message that accepts no more of them. Without one, nothing is written.
 * 1 W for each KB, and 4 R.
 * @throws NotFoundError as `react`; UnprocessableError `emoji_invalid`.
 */
export async function takeBackReaction(needs: Needs, request: ReactionRequest): Promise<AnnotatedMessage> {
  const { own, message, emoji, reactions, annotations } = await readReacted(needs, request);
  const users = reactions.find((reaction) => reaction.emoji === emoji)?.users;
  if (!users?.includes(request.userId)) return { message, annotations };
  const outcome = await needs.reactions.remove({ ...request, emoji });
  publishReactions(needs, own, message);
  const now = replaced(reactions, { emoji, users: outcome.users });
  return { message, annotations: { ...annotations, reactions: new Map([[message.seq, now]]) } };
}

interface Reacted extends Annotatable {
  /** In the spelling that is stored. */
  readonly emoji: string;
  readonly reactions: readonly Reaction[];
}

async function readReacted(needs: Needs, request: ReactionRequest): Promise<Reacted> {
  const emoji = canonicalEmoji(request.emoji);
  if (emoji === undefined) throw new UnprocessableError([{ code: 'emoji_invalid', field: 'emoji' }]);
  const found = await readAnnotatable(needs, request);
  return { ...found, emoji, reactions: found.annotations.reactions.get(request.seq) ?? [] };
}

/** Reactions after a change of those with one emoji, in the order of their keys. */
function replaced(reactions: readonly Reaction[], now: Reaction): Reaction[] {
  const others = reactions.filter(({ emoji }) => emoji !== now.emoji);
  if (now.users.length === 0) return others;
  return [...others, now].sort((one, other) => compareBytes(one.emoji, other.emoji));
}

/** A page of the users who reacted to a message, each by one emoji. */
export interface ReactorsPage {
  readonly reactors: readonly Reactor[];
  readonly names: NameReader;
  /** The cursor of the next page; absent on the last one. */
  readonly nextCursor?: string;
}

/** A user who reacted to a message with an emoji. */
export interface Reactor {
  readonly emoji: string;
  readonly userId: string;
}

/**
 * The users who reacted to a message, by emoji and user id. 1 R each for the membership and the message, 1 R for 4 KB of
 * reactions (the message's whole set, at most 60 R), and names. A tombstone has none.
 * @throws NotFoundError for a user who is not a member, and for a seq that the log does not have; BadRequestError
 * `cursor_invalid`.
 */
export async function listReactors(
  needs: AccessNeeds & Pick<Dependencies, 'reactions' | 'names'>,
  request: {
    readonly groupId: string;
    readonly seq: number;
    readonly userId: string;
    readonly limit: number;
    readonly cursor?: string | undefined;
  },
): Promise<ReactorsPage> {
  const { groupId, seq, userId, limit, cursor } = request;
  const scope = ['reactions', groupId, seq] as const;
  const start = pageStart(scope, cursor);
  await readOwnRow(needs, groupId, userId);
  const reactions = (await readReactionsAt(needs, groupId, [seq])).get(seq);
  if (!reactions) throw new NotFoundError();
  const all = reactions.flatMap(({ emoji, users }) => users.map((user) => ({ emoji, userId: user })));
  const rest = start === undefined ? all : all.filter((reactor) => isAfter(reactor, start));
  const reactors = rest.slice(0, limit);
  const last = reactors.at(-1);
  return {
    reactors,
    names: await needs.names.read(reactors.map((reactor) => reactor.userId)),
    ...(rest.length > limit && last && { nextCursor: encodeCursor(scope, placeOf(last)) }),
  };
}

const placeOf = ({ emoji, userId }: Reactor): string => `${emoji}${PART_SEPARATOR}${userId}`;

/** Whether a reactor comes after a place, which may be that of one who took it back meanwhile. */
function isAfter(reactor: Reactor, place: string): boolean {
  const [emoji = ''] = place.split(PART_SEPARATOR, 1);
  const order = compareBytes(reactor.emoji, emoji);
  return order > 0 || (order === 0 && placeOf(reactor) > place);
}

/** The order of sort keys. */
function compareBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
