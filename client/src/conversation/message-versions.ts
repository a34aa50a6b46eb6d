import type { Message, Reaction } from '../api/shapes.ts';

/** The reactions to a message, or whether it is pinned, or both. */
export type Annotation = Partial<Pick<Message, 'reactions' | 'pinned'>>;

/**
 * Of two copies of a message returns what counts. The text of the higher rev; of an equal rev, that of a response, which is
 * later. Reactions and pin are those of the response, since events of messages have none; a tombstone has none either.
 * @returns the held copy itself if nothing is new.
 */
export function newest(held: Message | undefined, incoming: Message): Message {
  if (!held) return incoming;
  const isResponse = incoming.reactions !== undefined;
  const isLater = incoming.rev > held.rev || (incoming.rev === held.rev && isResponse);
  const text: Message = isLater ? { ...incoming, ...keyOf(held) } : held;
  const { reactions, pinned } = isResponse ? incoming : held;
  if (text.deleted_at !== null) return isSame(held, text) ? held : text;
  const now = withAnnotations(text, {
    ...(reactions && { reactions: inShownOrder(reactions, held.reactions) }),
    ...(pinned !== undefined && { pinned }),
  });
  return isSame(held, now) ? held : now;
}

/** A message with other reactions, or another pin. @returns the message itself if they are the same. */
export function withAnnotations(
  message: Message,
  { reactions = message.reactions, pinned = message.pinned }: Annotation,
): Message {
  const isSamePin = (pinned ?? false) === (message.pinned ?? false);
  if (isSamePin && isSame(reactions, message.reactions)) return message;
  return { ...message, ...(reactions && { reactions }), ...(pinned !== undefined && { pinned }) };
}

/** Reactions in the order in which they are shown: new emoji come last, so that nothing moves under a pointer. */
export function inShownOrder(
  reactions: readonly Reaction[],
  shown: readonly Reaction[] | undefined,
): Reaction[] {
  const places = new Map(shown?.map(({ emoji }, place) => [emoji, place]));
  const placeOf = ({ emoji }: Reaction): number => places.get(emoji) ?? places.size;
  return [...reactions].sort((one, other) => placeOf(one) - placeOf(other));
}

/** The reactions to a message once the user has reacted, or has taken it back. */
export function withOwn(
  reactions: readonly Reaction[] | undefined,
  emoji: string,
  wanted: boolean,
): Reaction[] {
  const all = reactions ?? [];
  const held = all.find((one) => one.emoji === emoji);
  if ((held?.reacted ?? false) === wanted) return [...all];
  if (!held) return [...all, { emoji, count: 1, reacted: true }];
  const own: Reaction = { emoji, count: held.count + (wanted ? 1 : -1), reacted: wanted };
  return all.map((one) => (one === held ? own : one)).filter(({ count }) => count > 0);
}

/** Whether the user has reacted to a message with an emoji. */
export function hasReacted({ reactions = [] }: Message, emoji: string): boolean {
  return reactions.some((reaction) => reaction.emoji === emoji && reaction.reacted);
}

/** Responses to the author have the key of a message; an event may not. */
const keyOf = ({ client_key }: Message) => (client_key === undefined ? {} : { client_key });
/** Compares what was parsed from JSON. */
const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
