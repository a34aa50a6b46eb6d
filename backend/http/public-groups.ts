import * as z from 'zod';
import { joinPublicGroup } from '../domain/join-group.ts';
import { listPublicGroups } from '../domain/list-public-groups.ts';
import { messageGroupWithMembers } from '../presentation/message-group.ts';
import { presentPublicGroup, publicGroup } from '../presentation/public-group.ts';
import { presentChanged } from './changed-group.ts';
import { CODES, cursorParameter, limitParameter } from './fields.ts';
import { linkPages } from './paging.ts';
import { groupIdInPath } from './path-fields.ts';
import { costOfPage } from './rate-limit.ts';
import { json, personRoute, type Route } from './route.ts';

const PAGE = 20;

const listQuery = z.strictObject({
  prefix: z
    .string('prefix_invalid')
    .default('')
    .meta({
      description:
        'The beginning of a name. Upper and lower case, compatibility forms, invisible characters and the number of spaces make no difference, and 64 characters are compared. Empty: all groups.',
      examples: ['moths'],
      [CODES]: ['prefix_invalid'],
    }),
  limit: limitParameter(PAGE),
  cursor: cursorParameter,
});

/** Why a user cannot join a group that they may know of. */
export const JOIN_ERRORS = { 403: ['removed_from_group'], 422: ['group_full', 'groups_full'] } as const;

export const publicGroupRoutes: readonly Route[] = [
  // Before the route that takes an id.
  personRoute({
    method: 'get',
    path: '/message_groups/public',
    name: 'listPublicGroups',
    summary: 'Lists the public groups, or those whose names begin with a text',
    description:
      'A group that was made public, renamed or made private a moment ago may be missing, or at its old place. A page can have fewer groups than `limit`: `next` says whether there are more.',
    query: listQuery,
    cost: costOfPage(PAGE),
    answer: json(z.array(publicGroup), 'The groups, ordered by name without regard to case.', ['Link']),
    handle: async ({ context, caller: { userId }, query, request, response }) => {
      const { prefix, limit } = query;
      const { groups, nextCursor: cursor } = await listPublicGroups(context, { userId, ...query });
      const next = { ...(prefix !== '' && { prefix }), limit };
      linkPages(request, response, { next: cursor === undefined ? undefined : { ...next, cursor } });
      return groups.map(presentPublicGroup);
    },
  }),

  personRoute({
    method: 'post',
    path: '/message_groups/:uuid/join',
    name: 'joinMessageGroup',
    summary: 'Joins a public group',
    description:
      'For a member nothing changes. A removed member cannot join again: only the owner and admins can add them.',
    params: z.object({ uuid: groupIdInPath }),
    answer: json(messageGroupWithMembers, 'The group.'),
    errors: JOIN_ERRORS,
    handle: async ({ context, caller, params }) =>
      presentChanged(context, await joinPublicGroup(context, { groupId: params.uuid, actor: caller })),
  }),
];
