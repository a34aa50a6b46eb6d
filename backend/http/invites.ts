import * as z from 'zod';
import { MAX_INVITES } from '../../schema/items.ts';
import { createInvite, listInvites, revokeInvite } from '../domain/invites.ts';
import { acceptInvite, readInvited } from '../domain/join-group.ts';
import { NotFoundError } from '../errors.ts';
import { invite, invitedGroup, presentInvitedGroup, presentInvites } from '../presentation/invite.ts';
import { messageGroupWithMembers } from '../presentation/message-group.ts';
import { inviteGroupId } from '../../schema/ids.ts';
import { CHANGE_ERRORS, presentChanged } from './changed-group.ts';
import { CODES } from './fields.ts';
import { groupIdInPath, inviteCodeInPath } from './path-fields.ts';
import { JOIN_ERRORS } from './public-groups.ts';
import { json, nothing, personRoute, type Route } from './route.ts';

const MINUTE_S = 60;
const DAY_S = 86_400;
const DEFAULT_LIFE_S = 7 * DAY_S;
const MAX_LIFE_S = 30 * DAY_S;

const newInviteBody = z.strictObject({
  expires_in: z
    .int('expires_in_invalid')
    .min(MINUTE_S, 'expires_in_invalid')
    .max(MAX_LIFE_S, 'expires_in_invalid')
    .default(DEFAULT_LIFE_S)
    .meta({
      description: 'Seconds until it expires: a minute to 30 days.',
      examples: [DAY_S],
      [CODES]: ['expires_in_invalid'],
    }),
});

const groupPath = z.object({ uuid: groupIdInPath });
const groupInvitePath = z.object({ uuid: groupIdInPath, code: inviteCodeInPath });
const codePath = z.object({ code: inviteCodeInPath });

/** A list of at most MAX_INVITES, in reads of ten entries. */
const costOfInvites = () => MAX_INVITES / 10;

export const inviteRoutes: readonly Route[] = [
  personRoute({
    method: 'post',
    path: '/message_groups/:uuid/invites',
    name: 'createInvite',
    summary: 'Creates an invitation to a group',
    description: `For its owner and admins. Any number of users can join the group with its code, until it expires or is revoked. A group has at most ${MAX_INVITES} invitations.`,
    params: groupPath,
    body: newInviteBody,
    answer: json(invite, 'The invitation.'),
    errors: { 403: CHANGE_ERRORS[403], 422: [...CHANGE_ERRORS[422], 'invites_full'] },
    handle: async ({ context, caller, params, body }) => {
      const actor = { groupId: params.uuid, actor: caller };
      const [created] = presentInvites(await createInvite(context, actor, body.expires_in));
      if (!created) throw new TypeError('an invitation was created');
      return created;
    },
  }),

  personRoute({
    method: 'get',
    path: '/message_groups/:uuid/invites',
    name: 'listInvites',
    summary: "Lists a group's invitations",
    description: 'For its owner and admins.',
    params: groupPath,
    cost: costOfInvites,
    answer: json(z.array(invite), 'The invitations that have not expired, oldest first.'),
    errors: CHANGE_ERRORS,
    handle: async ({ context, caller, params }) =>
      presentInvites(await listInvites(context, { groupId: params.uuid, actor: caller })),
  }),

  personRoute({
    method: 'delete',
    path: '/message_groups/:uuid/invites/:code',
    name: 'revokeInvite',
    summary: 'Revokes an invitation',
    description: 'For the owner and admins of its group. Members who joined by it stay.',
    params: groupInvitePath,
    answer: nothing(
      'No user can join by it any more. Also for an invitation that was revoked or has expired.',
    ),
    errors: CHANGE_ERRORS,
    handle: async ({ context, caller, params: { uuid, code } }) => {
      if (inviteGroupId(code) !== uuid) throw new NotFoundError();
      await revokeInvite(context, { groupId: uuid, actor: caller }, code);
    },
  }),

  personRoute({
    method: 'get',
    path: '/invites/:code',
    name: 'readInvite',
    summary: 'Returns the group that an invitation leads to',
    description: 'For any user who has the code.',
    params: codePath,
    answer: json(invitedGroup, 'The group.'),
    errors: { 403: JOIN_ERRORS[403] },
    handle: async ({ context, caller, params }) =>
      presentInvitedGroup(await readInvited(context, params.code, caller.userId)),
  }),

  personRoute({
    method: 'post',
    path: '/invites/:code/accept',
    name: 'acceptInvite',
    summary: 'Joins the group that an invitation leads to',
    description: 'For a member nothing changes. A removed member cannot join again.',
    params: codePath,
    answer: json(messageGroupWithMembers, 'The group.'),
    errors: JOIN_ERRORS,
    handle: async ({ context, caller, params }) =>
      presentChanged(context, await acceptInvite(context, params.code, caller)),
  }),
];
