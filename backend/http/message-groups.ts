import * as z from 'zod';
import { MAX_ADDED } from '../../schema/items.ts';
import type { Wiring } from '../wiring.ts';
import type { ChangedGroup } from '../domain/change-group.ts';
import { createGroup } from '../domain/create-group.ts';
import { listInbox } from '../domain/list-inbox.ts';
import {
  addMembers,
  changeRole,
  removeMember,
  removeMemberById,
  renameGroup,
} from '../domain/manage-members.ts';
import { markRead } from '../domain/mark-read.ts';
import type { Access } from '../domain/membership.ts';
import { listMembers, MEMBERS_SHOWN, readGroup, viewGroup } from '../domain/read-group.ts';
import { NotFoundError } from '../errors.ts';
import {
  type GroupAnswer,
  member,
  messageGroup,
  messageGroupWithMembers,
  presentGroupView,
  presentMembers,
  presentMessageGroup,
  presentReadMark,
  readMark,
} from '../presentation/message-group.ts';
import {
  atMost,
  CODES,
  cursorParameter,
  groupIdInPath,
  groupName,
  handleInPath,
  idempotencyKey,
  isObject,
  limitParameter,
  newHandle,
  seqField,
  userIdInPath,
} from './fields.ts';
import { linkPages } from './paging.ts';
import { COST_OF_GROUP, costOfPage } from './rate-limit.ts';
import { json, nothing, personRoute, type Route } from './route.ts';

const INBOX_PAGE = 20;

const inboxQuery = z.strictObject({
  limit: limitParameter(INBOX_PAGE),
  cursor: cursorParameter,
});

const readBody = z.strictObject({
  seq: seqField('seq', 'The newest message that was read; one beyond the end marks up to the end.', 0),
});

const groupPath = z.object({ uuid: groupIdInPath });
const memberPath = z.object({ uuid: groupIdInPath, handle: handleInPath });
const memberIdPath = z.object({ uuid: groupIdInPath, user_uuid: userIdInPath });

/** Other users, by handle. */
const handlesField = (description: string) =>
  atMost(
    MAX_ADDED,
    'handles_too_many',
    z
      .array(newHandle, {
        error: ({ input }) => (input === undefined || input === null ? 'handles_blank' : 'handles_invalid'),
      })
      .min(1, 'handles_blank')
      .max(MAX_ADDED, 'handles_too_many')
      .meta({
        description,
        examples: [['grace', 'barbara']],
        [CODES]: ['handles_invalid', 'handles_blank', 'handles_too_many'],
      }),
  );

const newGroupBody = z.strictObject({
  name: groupName,
  handles: handlesField(
    `The other members: 1 to ${MAX_ADDED} users. More can be added later. The caller's own handle is ignored, and repeated ones count once.`,
  ),
});

const groupKeyHeader = idempotencyKey.meta({
  ...idempotencyKey.meta(),
  description:
    'Makes the request idempotent, without a time limit: a repeated request with the same key creates nothing and returns the group as it is now. The same key with another name or other users is 409.',
  examples: ['my-first-group'],
});

const renameBody = z.strictObject({ name: groupName });
const newMembersBody = z
  .strictObject({
    handle: newHandle.optional(),
    handles: handlesField(`The users to add: 1 to ${MAX_ADDED}.`).optional(),
  })
  .refine((body) => body.handle !== undefined || body.handles !== undefined, {
    error: 'handle_blank',
    path: ['handle'],
    when: isObject,
  })
  .refine((body) => body.handle === undefined || body.handles === undefined, {
    error: 'handle_and_handles',
    path: ['handle'],
    when: isObject,
  })
  .meta({ override: { oneOf: [{ required: ['handle'] }, { required: ['handles'] }] } });

const membersQuery = z.strictObject({ limit: limitParameter(MEMBERS_SHOWN), cursor: cursorParameter });

const roleBody = z.strictObject({
  role: z.enum(['owner', 'admin', 'member'], 'role_invalid').meta({
    description: 'The new role. `owner` hands the group over; the former owner becomes an admin.',
    examples: ['admin'],
    [CODES]: ['role_invalid'],
  }),
});

/** Failures of every change of a group. */
const CHANGE_ERRORS = { 403: ['role_forbidden'], 422: ['message_group_is_direct'] } as const;

export const messageGroupRoutes: readonly Route[] = [
  personRoute({
    method: 'get',
    path: '/message_groups',
    name: 'listMessageGroups',
    summary: "Lists the caller's conversations, newest activity first",
    query: inboxQuery,
    cost: costOfPage(INBOX_PAGE),
    answer: json(z.array(messageGroup), 'A page of conversations; `next` leads to older ones.', ['Link']),
    handle: async ({ context, caller, query, request, response }) => {
      const { entries, names, nextCursor: cursor } = await listInbox(context, caller.userId, query);
      linkPages(request, response, {
        next: cursor === undefined ? undefined : { limit: query.limit, cursor },
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
      404: ['not_found'],
      409: ['idempotency_key_reused'],
      422: ['handle_unknown', 'handles_blank', 'groups_full'],
    },
    handle: async ({ context, caller, headers, body }) => {
      const clientKey = headers['Idempotency-Key'];
      const request = { creator: caller, ...body, ...(clientKey !== undefined && { clientKey }) };
      return present(context, await createGroup(context, request));
    },
  }),

  personRoute({
    method: 'patch',
    path: '/message_groups/:uuid',
    name: 'renameMessageGroup',
    summary: 'Renames a group',
    description: 'For its owner and admins.',
    params: groupPath,
    body: renameBody,
    answer: json(messageGroupWithMembers, 'The group.'),
    errors: CHANGE_ERRORS,
    handle: async ({ context, caller, params, body }) => {
      const after = await renameGroup(context, { groupId: params.uuid, actor: caller }, body.name);
      return presentChanged(context, after);
    },
  }),

  personRoute({
    method: 'post',
    path: '/message_groups/:uuid/members',
    name: 'addMembers',
    summary: 'Adds members to a group',
    description: 'For its owner and admins. All are added, or none. Existing members keep their role.',
    params: groupPath,
    body: newMembersBody,
    answer: json(messageGroupWithMembers, 'The group.'),
    errors: {
      403: CHANGE_ERRORS[403],
      422: [...CHANGE_ERRORS[422], 'handle_unknown', 'handle_and_handles', 'group_full', 'groups_full'],
    },
    handle: async ({ context, caller, params, body }) => {
      const { handle, handles } = body;
      const added = handles ?? (handle === undefined ? [] : [handle]);
      const fieldOf = (index: number) => (handles ? `handles.${index}` : 'handle');
      const actor = { groupId: params.uuid, actor: caller };
      return presentChanged(context, await addMembers(context, actor, added, fieldOf));
    },
  }),

  personRoute({
    method: 'get',
    path: '/message_groups/:uuid/members',
    name: 'listMembers',
    summary: "Lists a conversation's members",
    params: groupPath,
    query: membersQuery,
    cost: costOfPage(MEMBERS_SHOWN),
    answer: json(z.array(member), 'A page of members by user id; `next` goes on.', ['Link']),
    handle: async ({ context, caller: { userId }, params, query, request, response }) => {
      const page = await listMembers(context, { groupId: params.uuid, userId, ...query });
      const { nextCursor: cursor } = page;
      linkPages(request, response, {
        next: cursor === undefined ? undefined : { limit: query.limit, cursor },
      });
      return presentMembers(page);
    },
  }),

  personRoute({
    method: 'patch',
    path: '/message_groups/:uuid/members/@:handle',
    name: 'changeRole',
    summary: 'Changes the role of a member',
    description: "For the group's owner.",
    params: memberPath,
    body: roleBody,
    answer: json(messageGroupWithMembers, 'The group.'),
    errors: CHANGE_ERRORS,
    handle: async ({ context, caller, params, body }) => {
      const actor = { groupId: params.uuid, actor: caller };
      return presentChanged(context, await changeRole(context, actor, params.handle, body.role));
    },
  }),

  personRoute({
    method: 'delete',
    path: '/message_groups/:uuid/members/@:handle',
    name: 'removeMember',
    summary: 'Removes a member from a group, or leaves it',
    description:
      'Any member may leave. The owner and admins remove others; the owner cannot be removed. When the owner leaves, ownership passes to the longest-serving admin, or else to the longest-serving member.',
    params: memberPath,
    answer: nothing('The user is no longer a member.'),
    errors: CHANGE_ERRORS,
    handle: async ({ context, caller, params }) => {
      await removeMember(context, { groupId: params.uuid, actor: caller }, params.handle);
    },
  }),

  // After the route that takes a handle: no id begins with `@`.
  personRoute({
    method: 'delete',
    path: '/message_groups/:uuid/members/:user_uuid',
    name: 'removeMemberById',
    summary: 'Removes a member by user id',
    description:
      'Like removal by handle. A member without a profile has no handle, and can only be removed by id.',
    params: memberIdPath,
    answer: nothing('The user is no longer a member.'),
    errors: CHANGE_ERRORS,
    handle: async ({ context, caller, params }) => {
      await removeMemberById(context, { groupId: params.uuid, actor: caller }, params.user_uuid);
    },
  }),
];

async function present(context: Wiring, access: Access): Promise<GroupAnswer> {
  return presentGroupView(await viewGroup(context, access));
}

/** @throws NotFoundError where the caller left by the change. */
async function presentChanged(context: Wiring, { group, own }: ChangedGroup): Promise<GroupAnswer> {
  if (!own) throw new NotFoundError();
  return present(context, { group, own });
}
