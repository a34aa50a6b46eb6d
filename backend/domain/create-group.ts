import { createHash } from 'node:crypto';
import { groupIdForKey } from '../../schema/ids.ts';
import { type Issue, KeyReusedError, NotFoundError, UnprocessableError } from '../errors.ts';
import type { Dependencies } from './dependencies.ts';
import { requireAddable } from './block-user.ts';
import { requireRoom } from './group-limits.ts';
import { type AccessNeeds, type NamedAccess, namedMemberSince, readAccess } from './membership.ts';
import type { Message, Person } from './model.ts';
import { newSystemMessage } from './new-message.ts';
import { publishMembers, publishMessage } from './publish-changes.ts';

export interface NewGroupRequest {
  readonly creator: Person;
  readonly name: string;
  /** Case-folded; the creator's own and repeated ones count once. */
  readonly handles: readonly string[];
  /** Its own data: a JSON object. */
  readonly data?: string | undefined;
  /** The `Idempotency-Key` of the request. */
  readonly clientKey?: string;
}

type Needs = AccessNeeds &
  Pick<Dependencies, 'profiles' | 'groupData' | 'events' | 'codec' | 'clock' | 'newId' | 'maxGroupMembers'>;

/**
 * Creates a group with all its members, in one transaction: all or nothing. 2 R a handle, 2 W an item and 2 W for each
 * row in the inbox. With a key the group's id follows from its creator and the key, so a second attempt finds the first one's
 * group, and the condition on META decides between two at once.
 * @throws UnprocessableError `handle_unknown` for each that no user has, `handles_blank` for a group of one,
 * `group_full`, `groups_full`; ForbiddenError `recipient_unavailable` where one of them blocks the creator; KeyReusedError when
 * the key was used for another name, other handles or other data; NotFoundError when it created
 * a group that its creator has left.
 */
export async function createGroup(needs: Needs, request: NewGroupRequest): Promise<NamedAccess> {
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
  const access = opened ?? (await earlierAttempt(needs, request, groupId));
  if (!access) throw new KeyReusedError();
  return access;
}

/** Stores the group. @returns undefined where the key made one already. */
async function openGroup(
  needs: Needs,
  request: NewGroupRequest,
  { groupId, userIds }: { readonly groupId: string; readonly userIds: readonly string[] },
): Promise<NamedAccess | undefined> {
  const { creator, name, data: text, clientKey } = request;
  const data = text === undefined ? undefined : { id: needs.newId(), text };
  const logId = needs.newId();
  const message = newSystemMessage({
    groupId,
    userId: creator.userId,
    event: { type: 'group_created', name },
    clientKey,
    tail: { seq: 0, n: 0 },
    messageId: needs.newId(),
    createdAt: needs.clock(),
  });
  const [own, ...others] = userIds.map((userId) =>
    namedMemberSince(message, { userId, role: userId === creator.userId ? 'owner' : 'member', logId }),
  );
  if (!own) throw new TypeError('the creator is a member');
  const outcome = await needs.groups.open({
    group: {
      groupId,
      kind: 'group' as const,
      log_id: logId,
      name,
      created_by: creator.userId,
      created_at: message.created_at,
      member_count: userIds.length,
      membership_seq: 1,
      ...(data && { data_id: data.id }),
      ...(clientKey !== undefined && { request_digest: digestOf(request) }),
    },
    members: [own, ...others],
    firstMessage: message,
    data,
  });
  if (!outcome.opened) return ownAttempt(needs, outcome.firstMessage, message);
  const { group } = outcome;
  if (data) needs.groupData.remember(groupId, data);
  if (group.kind === 'direct') throw new TypeError('a named group was opened');
  publishMembers(needs, message, userIds);
  publishMessage(needs, { own, group }, message);
  return { own, group };
}

/** The SDK repeats a transaction whose answer was lost: then the first message is this request's own. */
async function ownAttempt(
  needs: Needs,
  existing: Message | undefined,
  message: Message,
): Promise<NamedAccess | undefined> {
  if (existing?.message_uuid !== message.message_uuid) return undefined;
  const access = await readAccess(needs, message.groupId, message.user_uuid);
  return access.group && access;
}

/** The user ids of the other members. */
async function othersIn(needs: Needs, { creator, handles }: NewGroupRequest): Promise<string[]> {
  const wanted = [...new Set(handles)].filter((handle) => handle !== creator.handle);
  if (wanted.length === 0) throw new UnprocessableError([{ code: 'handles_blank', field: 'handles' }]);
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
  if (1 + userIds.size > needs.maxGroupMembers) {
    throw new UnprocessableError([{ code: 'group_full', field: 'handles' }]);
  }
  const handleOf = new Map([...claims].map(([handle, { userId }]) => [userId, handle]));
  await requireAddable(needs, creator.userId, [...userIds]);
  await requireRoom(needs, creator.userId, [
    { userId: creator.userId, field: 'name' },
    ...[...userIds].map((userId) => ({
      userId,
      field: `handles.${handles.indexOf(handleOf.get(userId) ?? '')}`,
    })),
  ]);
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
): Promise<NamedAccess | undefined> {
  if (request.clientKey === undefined) return undefined;
  const { group, own } = await needs.members.findWithGroup(groupId, request.creator.userId);
  if (group?.kind !== 'group' || group.request_digest !== digestOf(request)) return undefined;
  if (!own || own.peer !== undefined) throw new NotFoundError();
  return { own, group };
}

/** What was asked for: the name, the set of handles without the creator's own, and own data. */
function digestOf({ creator, name, handles, data }: NewGroupRequest): string {
  const asked = [...new Set(handles)].filter((handle) => handle !== creator.handle).sort();
  return createHash('sha256')
    .update(JSON.stringify([name, asked, ...(data === undefined ? [] : [data])]))
    .digest('base64url');
}
