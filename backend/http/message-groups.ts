import * as z from 'zod';
import { MAX_ADDED } from '../../schema/items.ts';
import { createGroup } from '../domain/create-group.ts';
import { listInbox } from '../domain/list-inbox.ts';
import { updateGroup } from '../domain/manage-members.ts';
import { markRead } from '../domain/mark-read.ts';
import { readGroup } from '../domain/read-group.ts';
import {
  messageGroup,
  messageGroupWithMembers,
  presentGroupView,
  presentMessageGroup,
  presentReadMark,
  readMark,
} from '../presentation/message-group.ts';
import { CHANGE_ERRORS, presentChanged, presentGroup } from './changed-group.ts';
import {
  CODES,
  cursorParameter,
  groupName,
  handlesField,
  idempotencyKey,
  isObject,
  limitParameter,
  ownData,
  seqField,
} from './fields.ts';
import { cachedList, contextFor, costOrFresh } from './fresh.ts';
import { linkPages } from './paging.ts';
import { groupIdInPath } from './path-fields.ts';
import { COST_OF_GROUP, costOfPage } from './rate-limit.ts';
import { json, personRoute, type Route } from './route.ts';

const INBOX_PAGE = 20;

const inboxQuery = z.strictObject({
  limit: limitParameter(INBOX_PAGE),
  list: z
    .enum(['archived', 'favourites'], 'list_invalid')
    .optional()
    .meta({
      description: 'Only archived conversations, or only favourites. Default: all that are not archived.',
      examples: ['archived'],
      [CODES]: ['list_invalid'],
    }),
  cursor: cursorParameter,
});

const readBody = z.strictObject({
  seq: seqField('seq', 'The newest message that was read; one beyond the end marks up to the end.', 0),
});

const groupPath = z.object({ uuid: groupIdInPath });

const newGroupBody = z.strictObject({
  name: groupName,
  handles: handlesField(
    `The other members: 1 to ${MAX_ADDED} users. More can be added later. The caller's own handle is ignored, and repeated ones count once.`,
  ),
  data: ownData('Own data of the group, for programs that build on this').optional(),
});

const groupKeyHeader = idempotencyKey.meta({
  ...idempotencyKey.meta(),
  description:
    'Makes the request idempotent, without a time limit: a repeated request with the same key creates nothing and returns the group as it is now. The same key with another name, other users or other data is 409.',
  examples: ['my-first-group'],
});

const updateBody = z
  .strictObject({
    name: groupName.optional(),
    visibility: z
      .enum(['private', 'public'], 'visibility_invalid')
      .optional()
      .meta({
        description: '`public`: any user can find the group, and join it.',
        examples: ['public'],
        [CODES]: ['visibility_invalid'],
      }),
    data: ownData('Own data of the group, for programs that build on this; null removes it')
      .nullable()
      .meta({ description: 'Own data of the group; null removes it.' })
      .optional(),
  })
  .refine((body) => [body.name, body.visibility, body.data].some((value) => value !== undefined), {
    error: 'name_blank',
    path: ['name'],
    when: isObject,
  })
  .meta({ override: { minProperties: 1 } });

export const messageGroupRoutes: readonly Route[] = [
  personRoute({
    method: 'get',
    path: '/message_groups',
    name: 'listMessageGroups',
    summary: "Lists the caller's conversations, newest activity first",
    query: inboxQuery,
    headers: cachedList,
    cost: costOrFresh(costOfPage(INBOX_PAGE)),
    answer: json(z.array(messageGroup), 'A page of conversations; `next` leads to older ones.', ['Link']),
    handle: async ({ context, caller, query, headers, request, response }) => {
      const needs = contextFor(context, headers);
      const { entries, names, nextCursor: cursor } = await listInbox(needs, caller.userId, query);
      linkPages(request, response, {
        next:
          cursor === undefined
            ? undefined
            : { limit: query.limit, cursor, ...(query.list !== undefined && { list: query.list }) },
      });
      return entries.map((entry) => presentMessageGroup(entry, names));
    },
  }),

  personRoute({
    method: 'get',
    path: '/message_groups/:uuid',
    name: 'readMessageGroup',
    summary: 'Returns a conversation with its members',
    params: groupPath,
    cost: COST_OF_GROUP,
    answer: json(messageGroupWithMembers, 'The conversation.'),
    handle: async ({ context, caller, params }) =>
      presentGroupView(await readGroup(context, params.uuid, caller.userId)),
  }),

  personRoute({
    method: 'put',
    path: '/message_groups/:uuid/read',
    name: 'markRead',
    summary: 'Marks everything up to a message as read',
    description: 'The mark never goes back: a seq below it changes nothing.',
    params: groupPath,
    body: readBody,
    answer: json(readMark, 'The current read mark.'),
    handle: async ({ context, caller, params, body }) =>
      presentReadMark(await markRead(context, params.uuid, caller.userId, body.seq)),
  }),

  personRoute({
    method: 'post',
    path: '/message_groups',
    name: 'createMessageGroup',
    summary: 'Creates a group with all its members, or nothing at all',
    description:
      'The caller owns it. With an `Idempotency-Key`, a repeated request creates nothing more and returns the group as it is now; 404 when the caller has left it.',
    headers: z.object({ 'Idempotency-Key': groupKeyHeader }),
    body: newGroupBody,
    answer: json(messageGroupWithMembers, 'The new group.'),
    errors: {
      403: ['recipient_unavailable'],
      404: ['not_found'],
      409: ['idempotency_key_reused'],
      422: ['handle_unknown', 'handles_blank', 'group_full', 'groups_full'],
    },
    handle: async ({ context, caller, headers, body }) => {
      const clientKey = headers['Idempotency-Key'];
      const { data, ...group } = body;
      const request = {
        ...group,
        creator: caller,
        ...(data && { data: data.text }),
        ...(clientKey !== undefined && { clientKey }),
      };
      return presentGroup(context, await createGroup(context, request));
    },
  }),

  personRoute({
    method: 'patch',
    path: '/message_groups/:uuid',
    name: 'updateMessageGroup',
    summary: 'Renames a group, makes it public or private, or changes its own data',
    description:
      'The owner and admins rename, and change the own data; the owner alone changes the visibility. All of it is changed, or nothing. Own data alone is no event: members see it when they load the group or the list again. Any user can find and join a public group, and then reads all of its history.',
    params: groupPath,
    body: updateBody,
    answer: json(messageGroupWithMembers, 'The group.'),
    errors: CHANGE_ERRORS,
    handle: async ({ context, caller, params, body }) => {
      const actor = { groupId: params.uuid, actor: caller };
      const values = { ...body, data: body.data === null ? null : body.data?.text };
      return presentChanged(context, await updateGroup(context, actor, values));
    },
  }),
];
