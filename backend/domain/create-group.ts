import { groupIdForKey } from '../../schema/ids.ts';
import { MAX_MEMBERS } from '../../schema/items.ts';
import { groupKey } from '../../schema/keys.ts';
import type { Context } from '../context.ts';
import { type Issue, KeyReusedError, UnprocessableError } from '../errors.ts';
import { sealMessage } from '../texts/texts.ts';
import { announceGroup } from './announce.ts';
import type { GroupState } from './change-group.ts';
import { memberSince, userIdsOf } from './membership.ts';
import type { Person } from './people.ts';
import { requireMember } from './policies.ts';
import { systemMessage } from './system-messages.ts';

export interface NewGroupRequest {
  readonly creator: Person;
  readonly name: string;
  /** Case-folded; the creator's own and repeated ones count once. */
  readonly handles: readonly string[];
  /** The `Idempotency-Key` of the request. */
  readonly clientKey?: string;
}

/**
 * Creates a group with everybody in it, in one transaction: all or nothing. 1 R a handle, 2 W an item and 1 W for each
 * inbox row. With a key the group's id follows from its creator and the key, so a second attempt finds the first one's
 * group, and the condition on META decides between two at once.
 * @throws UnprocessableError `handle_unknown` for each that nobody has, `handles_blank` for a group of one,
 * `group_full`; KeyReusedError when the key was used for another name, or for people of whom some were not asked for now;
 * NotFoundError when it made a group that its creator has left.
 */
export async function createGroup(context: Context, request: NewGroupRequest): Promise<GroupState> {
  const { creator, name, clientKey } = request;
  const userIds = [creator.userId, ...(await othersIn(context, request))];
  const messageId = context.newId();
  const groupId = clientKey === undefined ? context.newId() : groupIdForKey(creator.userId, clientKey);
  const told = systemMessage({
    groupId,
    actor: creator,
    deed: { data: { event: 'group_created', name } },
    clientKey,
    seq: 1,
    messageId,
    createdAt: context.clock(),
  });
  const message = await sealMessage(context.texts, told);
  const group = {
    ...groupKey(groupId),
    kind: 'group' as const,
    name,
    created_by: creator.userId,
    created_at: message.created_at,
    member_count: userIds.length,
  };
  const members = userIds.map((userId) =>
    memberSince(message, { userId, role: userId === creator.userId ? 'owner' : 'member' }),
  );
  const outcome = await context.groups.open({ group, members, firstMessage: message });
  if (!outcome.opened && outcome.firstMessage?.message_uuid !== messageId) {
    return earlierAttempt(context, request, { groupId, userIds });
  }
  context.names.rememberGroup(group);
  announceGroup(context, { group, members, message });
  return { group, members };
}

/** The user ids of everybody but the creator. */
async function othersIn(context: Context, { creator, handles }: NewGroupRequest): Promise<string[]> {
  const wanted = [...new Set(handles)].filter((handle) => handle !== creator.handle);
  if (wanted.length === 0) throw new UnprocessableError([{ code: 'handles_blank', field: 'handles' }]);
  if (wanted.length >= MAX_MEMBERS) throw new UnprocessableError([{ code: 'group_full', field: 'handles' }]);
  const claims = await context.profiles.findByHandles(wanted);
  const issues = wanted
    .filter((handle) => !claims.has(handle))
    .map((handle): Issue => ({ code: 'handle_unknown', field: `handles.${handles.indexOf(handle)}` }));
  const [first, ...rest] = issues;
  if (first) throw new UnprocessableError([first, ...rest]);
  // A handle that changed hands to the creator, while their name was at hand, is the creator too.
  const userIds = new Set([...claims.values()].map((claim) => claim.user_uuid));
  userIds.delete(creator.userId);
  if (userIds.size === 0) throw new UnprocessableError([{ code: 'handles_blank', field: 'handles' }]);
  return [...userIds];
}

/**
 * The group that an earlier request with the same key created, as it is now. Whoever was in it from the start and still
 * is has to be among those who are asked for: nobody is to write to people they did not name.
 */
async function earlierAttempt(
  context: Context,
  { creator, name }: NewGroupRequest,
  { groupId, userIds }: { readonly groupId: string; readonly userIds: readonly string[] },
): Promise<GroupState> {
  const [first] = await context.messages.after(groupId, 0, 1);
  const same = first?.data?.event === 'group_created' && first.data.name === name;
  if (!same) throw new KeyReusedError();
  const { group, members } = await context.members.listWithGroup(groupId);
  requireMember(members, creator.userId);
  const founders = members.filter((row) => row.joined_seq === 1);
  if (!group || userIdsOf(founders).some((userId) => !userIds.includes(userId))) throw new KeyReusedError();
  return { group, members };
}
