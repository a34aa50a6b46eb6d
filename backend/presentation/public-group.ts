import * as z from 'zod';
import type { PublicGroup } from '../domain/list-public-groups.ts';
import { count, groupId } from './values.ts';

const name = z.string().meta({ description: 'Its name.', examples: ['Moths'] });

/** What a user sees of a named group before joining it. */
export const groupProfile = {
  name,
  display_name: z.string().meta({ description: 'Its name.', examples: ['Moths'] }),
  member_count: count.meta({ description: 'Number of members.', examples: [3] }),
  joined: z.boolean().meta({ description: 'Whether the caller is a member.' }),
};

/** A group that any user can join. */
export const publicGroup = z
  .object({
    uuid: groupId,
    kind: z.literal('group'),
    handle: z.null().meta({ description: 'Always null: a group has no handle.' }),
    ...groupProfile,
  })
  .meta({ id: 'PublicGroup', description: 'A group that any user can join.' });
export type PublicGroupAnswer = z.infer<typeof publicGroup>;

export function presentPublicGroup({ group, joined }: PublicGroup): PublicGroupAnswer {
  const { groupId: uuid, name, member_count } = group;
  return { uuid, kind: 'group', name, display_name: name, handle: null, member_count, joined };
}
