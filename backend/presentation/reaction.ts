import * as z from 'zod';
import type { Reaction } from '../domain/model.ts';
import type { NameReader } from '../domain/names.ts';
import type { ReactorsPage } from '../domain/react.ts';
import { user } from './message.ts';
import { count, displayName, emoji, groupId, handle, seq, userId } from './values.ts';

/** Users of a reaction that an event names. */
const USERS_SHOWN = 10;

/** A user who reacted to a message. */
export const reactor = z
  .object({ emoji, user_uuid: userId, handle, display_name: displayName })
  .meta({ id: 'Reactor', description: 'A user who reacted to a message with an emoji.' });
export type ReactorAnswer = z.infer<typeof reactor>;

/** The reactions to a message, as the event `reactions` shows them: the same to every listener. */
export const messageReactions = z
  .object({
    message_group_uuid: groupId,
    seq: seq.meta({ description: 'Seq of the message.', examples: [42] }),
    reactions: z
      .array(
        z.object({
          emoji,
          count: count.min(1).meta({ description: 'Number of users who reacted with it.', examples: [3] }),
          users: z.array(user).meta({
            description: `The first ${USERS_SHOWN} of them by user id: all of them where \`count\` is lower.`,
          }),
        }),
      )
      .meta({ description: 'All reactions to the message, in the order of their emoji.' }),
  })
  .meta({
    id: 'MessageReactions',
    description:
      'The reactions to a message were changed. Of two, the later one counts; and it counts more than the response to a request that was made before it arrived.',
  });

export function presentReactors({ reactors, names }: ReactorsPage): ReactorAnswer[] {
  return reactors.map((one) => ({ emoji: one.emoji, user_uuid: one.userId, ...names.person(one.userId) }));
}

/** The users whose names an event about these reactions shows. */
export function peopleInReactions(reactions: readonly Reaction[]): string[] {
  return reactions.flatMap(({ users }) => users.slice(0, USERS_SHOWN));
}

/** @param names those of `peopleInReactions`. */
export function presentReactions(
  { groupId: uuid, seq: place, reactions }: { groupId: string; seq: number; reactions: readonly Reaction[] },
  names: Pick<NameReader, 'person'>,
): z.infer<typeof messageReactions> {
  return {
    message_group_uuid: uuid,
    seq: place,
    reactions: reactions.map((reaction) => ({
      emoji: reaction.emoji,
      count: reaction.users.length,
      users: reaction.users
        .slice(0, USERS_SHOWN)
        .map((userId) => ({ user_uuid: userId, ...names.person(userId) })),
    })),
  };
}
