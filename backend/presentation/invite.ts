import * as z from 'zod';
import type { InviteList } from '../domain/invites.ts';
import type { Invited } from '../domain/join-group.ts';
import type { Invite } from '../domain/model.ts';
import { user } from './message.ts';
import { groupProfile } from './public-group.ts';
import { groupId, time } from './values.ts';

const expiresAt = time.meta({ description: 'From then on it is not valid.' });

/** An invitation, as the owner and admins of its group see it. */
export const invite = z
  .object({
    code: z.string().meta({
      description: 'Any user who knows it can join the group. Safe in a URL.',
      examples: ['01JX3K8Q4M5N6P7R8S9TAVBWCX5GZ0S8KCX3N1QH2V7RBTW9M4PE'],
    }),
    message_group_uuid: groupId,
    created_by: user,
    created_at: time.meta({ description: 'When it was created.' }),
    expires_at: expiresAt,
  })
  .meta({ id: 'Invite', description: 'An invitation to a group.' });
export type InviteAnswer = z.infer<typeof invite>;

/** A group as a user sees it who has the code of an invitation. */
export const invitedGroup = z
  .object({ message_group_uuid: groupId, ...groupProfile, expires_at: expiresAt })
  .meta({ id: 'InvitedGroup', description: 'The group that an invitation leads to.' });
export type InvitedGroupAnswer = z.infer<typeof invitedGroup>;

export function presentInvites({ invites, names }: InviteList): InviteAnswer[] {
  return invites.map((invite) => ({
    code: invite.code,
    message_group_uuid: invite.groupId,
    created_by: { user_uuid: invite.created_by, ...names.person(invite.created_by) },
    created_at: invite.created_at,
    expires_at: expiryOf(invite),
  }));
}

export function presentInvitedGroup({ invite, group, own }: Invited): InvitedGroupAnswer {
  const { groupId: message_group_uuid, name, member_count } = group;
  return {
    message_group_uuid,
    name,
    display_name: name,
    member_count,
    joined: own !== undefined,
    expires_at: expiryOf(invite),
  };
}

const expiryOf = ({ expires_at }: Invite): string => new Date(expires_at * 1_000).toISOString();
