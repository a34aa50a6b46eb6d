import * as z from 'zod';
import { MAX_EMOJI, MAX_REACTIONS } from '../../schema/items.ts';
import { listReactors, react, takeBackReaction } from '../domain/react.ts';
import { message } from '../presentation/message.ts';
import { presentReactors, reactor } from '../presentation/reaction.ts';
import { presentAnnotated } from './annotated-message.ts';
import { cursorParameter, limitParameter } from './fields.ts';
import { linkPages } from './paging.ts';
import { emojiInPath, groupIdInPath, seqInPath } from './path-fields.ts';
import { costOfPage } from './rate-limit.ts';
import { json, personRoute, type Route } from './route.ts';

const REACTORS_PAGE = 100;

const messagePath = z.object({ message_group_uuid: groupIdInPath, seq: seqInPath });
const reactionPath = messagePath.extend({ emoji: emojiInPath });
const reactorsQuery = z.strictObject({ limit: limitParameter(REACTORS_PAGE), cursor: cursorParameter });

export const reactionRoutes: readonly Route[] = [
  personRoute({
    method: 'put',
    path: '/messages/:message_group_uuid/:seq/reactions/:emoji',
    name: 'react',
    summary: "Adds the caller's reaction to a message",
    description: `One for each emoji; a second one changes nothing. A message has reactions with at most ${MAX_EMOJI} different emoji, of at most ${MAX_REACTIONS} users each.`,
    params: reactionPath,
    answer: json(message, 'The message.'),
    errors: {
      403: ['recipient_unavailable', 'recipient_blocked'],
      422: ['emoji_invalid', 'message_deleted', 'reactions_full'],
    },
    handle: async ({ context, caller: { userId }, params }) =>
      presentAnnotated(context, userId, await react(context, requestOf(params, userId))),
  }),

  personRoute({
    method: 'delete',
    path: '/messages/:message_group_uuid/:seq/reactions/:emoji',
    name: 'takeBackReaction',
    summary: "Takes the caller's reaction back",
    description: 'Without a reaction, nothing changes.',
    params: reactionPath,
    answer: json(message, 'The message.'),
    errors: { 422: ['emoji_invalid'] },
    handle: async ({ context, caller: { userId }, params }) =>
      presentAnnotated(context, userId, await takeBackReaction(context, requestOf(params, userId))),
  }),

  personRoute({
    method: 'get',
    path: '/messages/:message_group_uuid/:seq/reactions',
    name: 'listReactions',
    summary: 'Lists the users who reacted to a message',
    description: 'By emoji, then by user id: a user comes once for each of their emoji.',
    params: messagePath,
    query: reactorsQuery,
    cost: costOfPage(REACTORS_PAGE),
    answer: json(z.array(reactor), 'A page of users with their emoji.', ['Link']),
    handle: async ({ context, caller: { userId }, params, query, request, response }) => {
      const { message_group_uuid: groupId, seq } = params;
      const page = await listReactors(context, { groupId, seq, userId, ...query });
      const { nextCursor: cursor } = page;
      linkPages(request, response, {
        next: cursor === undefined ? undefined : { limit: query.limit, cursor },
      });
      return presentReactors(page);
    },
  }),
];

function requestOf(
  { message_group_uuid: groupId, seq, emoji }: z.output<typeof reactionPath>,
  userId: string,
) {
  return { groupId, seq, emoji, userId };
}
