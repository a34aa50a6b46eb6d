import { createHash } from 'node:crypto';
import { groupIdForKey } from '../../schema/ids.ts';
import { MAX_MEMBERS } from '../../schema/items.ts';
import { type Issue, KeyReusedError, UnprocessableError } from '../errors.ts';
import type { GroupState } from './change-group.ts';
import type { Dependencies } from './dependencies.ts';
import { memberSince } from './membership.ts';
import type { Person } from './model.ts';
import { requireMember } from './policies.ts';
import { publishGroup } from './publish-changes.ts';
import { systemMessage } from './system-messages.ts';

export interface NewGroupRequest {
  readonly creator: Person;
  readonly name: string;
  /** Case-folded; the creator's own and repeated ones count once. */
  readonly handles: readonly string[];
  /** The `Idempotency-Key` of the request. */
  readonly clientKey?: string;
}

type Needs = Pick<
  Dependencies,
  'groups' | 'members' | 'profiles' | 'names' | 'events' | 'codec' | 'clock' | 'newId'
>;

/**
 * Creates a group with all its members, in one transaction: all or nothing. 1 R a handle, 2 W an item and 1 W for each
 * inbox row. With a key the group's id follows from its creator and the key, so a second attempt finds the first one's
 * group, and the condition on META decides between two at once.
 * @throws UnprocessableError `handle_unknown` for each that no user has, `handles_blank` for a group of one,
 * `group_full`; KeyReusedError when the key was used for another name or other handles; NotFoundError when it created
 * a group that its creator has left.
 */
export async function createGroup(needs: Needs, request: NewGroupRequest): Promise<GroupState> {
  const { creator, clientKey } = request;
  const groupId = clientKey === undefined ? needs.newId() : groupIdForKey(creator.userId, clientKey);
  let others: readonly string[];
  try {
    others = await othersIn(needs, request);
  } catch (error) {
    // A handle may be another user's, or free, since the first request. Its repeat is the same request all the same.
    const earlier = error instanceof UnprocessableError && (await earlierAttempt(needs, request, groupId));
    if (!earlier) throw error;
    return earlier;
  }
  const opened = await openGroup(needs, request, { groupId, userIds: [creator.userId, ...others] });
  const state = opened ?? (await earlierAttempt(needs, request, groupId));
  if (!state) throw new KeyReusedError();
  return state;
}

/** Stores the group. @returns undefined where the key made one already. */
async function openGroup(
  needs: Needs,
  request: NewGroupRequest,
  { groupId, userIds }: { readonly groupId: string; readonly userIds: readonly string[] },
): Promise<GroupState | undefined> {
  const { creator, name, clientKey } = request;
  const messageId = needs.newId();
  const message = systemMessage({
    groupId,
    actor: creator,
    action: { data: { event: 'group_created', name } },
    clientKey,
    seq: 1,
    messageId,
    createdAt: needs.clock(),
  });
  const group = {
    groupId,
    kind: 'group' as const,
    name,
    created_by: creator.userId,
    created_at: message.created_at,
    member_count: userIds.length,
    ...(clientKey !== undefined && { request_digest: digestOf(request) }),
  };
  const newMembers = userIds.map((userId) =>
    memberSince(message, { userId, role: userId === creator.userId ? 'owner' : 'member' }),
  );
  const outcome = await needs.groups.open({ group, members: newMembers, firstMessage: message });
  // The SDK repeats a transaction whose answer was lost: then the first message is this request's own.
  if (!outcome.opened && outcome.firstMessage?.message_uuid !== messageId) return undefined;
  const members = outcome.opened ? outcome.members : (await needs.members.listWithGroup(groupId)).members;
  needs.names.rememberGroup(group);
  publishGroup(needs, { group, members, entry: needs.codec.entryOf(message) });
  return { group, members };
}

/** The user ids of everybody but the creator. */
async function othersIn(needs: Needs, { creator, handles }: NewGroupRequest): Promise<string[]> {
  const wanted = [...new Set(handles)].filter((handle) => handle !== creator.handle);
  if (wanted.length === 0) throw new UnprocessableError([{ code: 'handles_blank', field: 'handles' }]);
  if (wanted.length >= MAX_MEMBERS) throw new UnprocessableError([{ code: 'group_full', field: 'handles' }]);
  const claims = await needs.profiles.findByHandles(wanted);
  const issues = wanted
    .filter((handle) => !claims.has(handle))
    .map((handle): Issue => ({ code: 'handle_unknown', field: `handles.${handles.indexOf(handle)}` }));
  const [first, ...rest] = issues;
  if (first) throw new UnprocessableError([first, ...rest]);
  // A handle that changed hands to the creator, while their name was at hand, is the creator too.
  const userIds = new Set([...claims.values()].map((person) => person.userId));
  userIds.delete(creator.userId);
  if (userIds.size === 0) throw new UnprocessableError([{ code: 'handles_blank', field: 'handles' }]);
  return [...userIds];
}

/**
 * The group that an earlier request with the same key created, as it is now. Undefined if no such group exists, or if
 * another request created it. The comparison is with what was asked for, never with the group as it is: members come
 * and go, and a group can be renamed.
 * @throws NotFoundError when the creator has left it.
 */
async function earlierAttempt(
  needs: Needs,
  request: NewGroupRequest,
  groupId: string,
): Promise<GroupState | undefined> {
  if (request.clientKey === undefined) return undefined;
  const { group, members } = await needs.members.listWithGroup(groupId);
  if (group?.request_digest !== digestOf(request)) return undefined;
  requireMember(members, request.creator.userId);
  return { group, members };
}

/** What was asked for: the name, and the set of handles without the creator's own. */
function digestOf({ creator, name, handles }: NewGroupRequest): string {
  const asked = [...new Set(handles)].filter((handle) => handle !== creator.handle).sort();
  return createHash('sha256')
    .update(JSON.stringify([name, asked]))
    .digest('base64url');
}
