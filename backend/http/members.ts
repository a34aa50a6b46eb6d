import * as z from 'zod';
import { MAX_ADDED } from '../../schema/items.ts';
import { addMembers, changeRole, removeMember, removeMemberById } from '../domain/manage-members.ts';
import { findMembers, listMembers, MEMBERS_SHOWN } from '../domain/read-group.ts';
import { member, messageGroupWithMembers, presentMembers } from '../presentation/message-group.ts';
import { CHANGE_ERRORS, presentChanged } from './changed-group.ts';
import {
  CODES,
  cursorParameter,
  handlesField,
  isObject,
  limitParameter,
  newHandle,
  optionalHandlePrefix,
} from './fields.ts';
import { linkPages } from './paging.ts';
import { groupIdInPath, handleInPath, userIdInPath } from './path-fields.ts';
import { costOfPage } from './rate-limit.ts';
import { json, nothing, personRoute, type Route } from './route.ts';

const groupPath = z.object({ uuid: groupIdInPath });
const memberPath = z.object({ uuid: groupIdInPath, handle: handleInPath });
const memberIdPath = z.object({ uuid: groupIdInPath, user_uuid: userIdInPath });

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

const membersQuery = z.strictObject({
  prefix: optionalHandlePrefix("the members' handles"),
  limit: limitParameter(MEMBERS_SHOWN),
  cursor: cursorParameter,
});

const roleBody = z.strictObject({
  role: z.enum(['owner', 'admin', 'member'], 'role_invalid').meta({
    description: 'The new role. `owner` hands the group over; the former owner becomes an admin.',
    examples: ['admin'],
    [CODES]: ['role_invalid'],
  }),
});

export const memberRoutes: readonly Route[] = [
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
      403: [...CHANGE_ERRORS[403], 'recipient_unavailable'],
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
    description:
      "All members, or with `prefix` those whose handles begin with it. With `prefix`, `limit` is the number of *users'* handles that are compared with the group, in their order: a page can have fewer members, also none, while `next` continues. A user with exactly this handle is the first. A change of a member or a handle appears within about a second.",
    params: groupPath,
    query: membersQuery,
    cost: costOfPage(MEMBERS_SHOWN),
    answer: json(z.array(member), 'A page of members by user id, with `prefix` by handle; `next` goes on.', [
      'Link',
    ]),
    handle: async ({ context, caller: { userId }, params, query, request, response }) => {
      const { prefix, ...page } = query;
      const asked = { groupId: params.uuid, userId, ...page };
      const found =
        prefix === undefined
          ? await listMembers(context, asked)
          : await findMembers(context, { ...asked, prefix });
      const { nextCursor: cursor } = found;
      const { limit } = page;
      linkPages(request, response, {
        next: cursor === undefined ? undefined : { ...(prefix !== undefined && { prefix }), limit, cursor },
      });
      return presentMembers(found);
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
