import type { Member, Message, NamedGroup, NamedMember } from '../domain/model.ts';
import { foldGroupName } from '../../schema/group-names.ts';
import type { FormerGroupItem, ListingItem, Role, Visibility } from '../../schema/items.ts';
import {
  formerGroupKey,
  groupKey,
  inviteKey,
  LISTINGS_PK,
  listingKey,
  listingSk,
  memberKey,
} from '../../schema/keys.ts';
import { groupDataWrite, type NewGroupData, type StoredData } from './group-data-store.ts';
import { INVITE_IS_VALID, inviteTime } from './invite-store.ts';
import { memberItemOf } from './items.ts';
import type { TransactItem } from './mention-store.ts';

/** A change of a named group, with the system messages about it. */
export interface GroupChange {
  /** As it was read, after the tail was known. */
  readonly group: NamedGroup;
  /** Right after that tail. A change of members has one. */
  readonly messages: readonly [Message, ...Message[]];
  readonly name?: string;
  readonly visibility?: Visibility;
  readonly data?: NewGroupData;
  /** Rows of new members, which begin with the message. */
  readonly joins?: readonly NamedMember[];
  /** The invitation by which they join: it must be valid when the change is stored. */
  readonly invite?: { readonly code: string; readonly at: Date };
  readonly leaves?: { readonly row: Member; readonly removedBy?: string };
  readonly roles?: readonly { readonly row: Member; readonly now: Role }[];
}

const NO_SUCH_MEMBER = 'attribute_not_exists(pk)';
const ROLE_IS_AS_READ = '#role = :seen';
const MEMBERS_ARE_AS_READ = 'log_id = :log AND membership_seq = :seen';

/**
 * What a change writes beside its messages.
 * @param data as it is stored; undefined: it stays as it is.
 */
export function changeWrites(
  TableName: string,
  change: GroupChange,
  data: StoredData | null | undefined,
): TransactItem[] {
  const { groupId } = change.group;
  const update = groupUpdate(change);
  return [
    ...(update ? [{ Update: { TableName, Key: groupKey(groupId), ...update } }] : []),
    ...listingWrites(TableName, change),
    ...(data === undefined ? [] : [groupDataWrite(TableName, groupId, data)]),
    ...(change.joins ?? []).map((row) => ({
      Put: { TableName, Item: memberItemOf(row), ConditionExpression: NO_SUCH_MEMBER },
    })),
    ...(change.invite ? [inviteCheck(TableName, groupId, change.invite)] : []),
    ...(change.leaves ? departure(TableName, change.leaves, change.messages[0]) : []),
    ...(change.roles ?? []).map(({ row, now }) => ({
      Update: {
        TableName,
        Key: memberKey(groupId, row.userId),
        UpdateExpression: 'SET #role = :now',
        ConditionExpression: ROLE_IS_AS_READ,
        ...roleNamed({ ':seen': row.role, ':now': now }),
      },
    })),
  ];
}

/** What a change does to META; undefined where it leaves that as it is. */
function groupUpdate(change: GroupChange) {
  const { group, name, visibility, data } = change;
  const members = membersAfter(change);
  if (!members && name === undefined && visibility === undefined && data === undefined) return undefined;
  const ofData = dataUpdate(data);
  const sets = [
    ...(members ? ['member_count = :count, membership_seq = :seq'] : []),
    ...(name === undefined ? [] : ['#name = :name']),
    ...(visibility === 'public' ? ['visibility = :visibility'] : []),
    ...ofData.sets,
  ];
  const removes = [...(visibility === 'private' ? ['visibility'] : []), ...ofData.removes];
  return {
    UpdateExpression: [
      ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
      ...(removes.length > 0 ? [`REMOVE ${removes.join(', ')}`] : []),
    ].join(' '),
    ConditionExpression: MEMBERS_ARE_AS_READ,
    ...(name !== undefined && { ExpressionAttributeNames: { '#name': 'name' } }),
    ExpressionAttributeValues: {
      ':log': group.log_id,
      ':seen': group.membership_seq,
      ...(members && { ':count': members.member_count, ':seq': members.membership_seq }),
      ...(name !== undefined && { ':name': name }),
      ...(visibility === 'public' && { ':visibility': visibility }),
      ...ofData.values,
    },
  };
}

/** What a change of own data does to META. */
function dataUpdate(data: NewGroupData | undefined) {
  if (data === undefined) return { sets: [], removes: [], values: {} };
  return data
    ? { sets: ['data_id = :data'], removes: [], values: { ':data': data.id } }
    : { sets: [], removes: ['data_id'], values: {} };
}

/** What META says of its members after a change; undefined where they stay the same. */
export function membersAfter({
  group,
  messages,
  joins = [],
  leaves,
}: GroupChange): Pick<NamedGroup, 'member_count' | 'membership_seq'> | undefined {
  if (joins.length === 0 && !leaves) return undefined;
  const difference = joins.length - (leaves ? 1 : 0);
  return { member_count: group.member_count + difference, membership_seq: messages[0].seq };
}

/** Keeps the list of public groups as META is after the change. */
function listingWrites(TableName: string, change: GroupChange): TransactItem[] {
  const { group, name = group.name, visibility = group.visibility } = change;
  const { groupId } = group;
  const after = listedAs({ groupId, name, visibility });
  return after === listedAs(group) ? [] : [listingWrite(TableName, groupId, after)];
}

/** @param inbox_sk see `listedAs`; undefined takes the group out of the list. */
export function listingWrite(TableName: string, groupId: string, inbox_sk: string | undefined): TransactItem {
  const key = listingKey(groupId);
  if (inbox_sk === undefined) return { Delete: { TableName, Key: key } };
  const Item: ListingItem = { ...key, inbox_pk: LISTINGS_PK, inbox_sk };
  return { Put: { TableName, Item } };
}

/** The place of a group in the list of public groups; undefined for a private one. */
export function listedAs({
  groupId,
  name,
  visibility,
}: Pick<NamedGroup, 'groupId' | 'name'> & { readonly visibility?: Visibility | undefined }):
  string | undefined {
  return visibility === 'public' ? listingSk(foldGroupName(name), groupId) : undefined;
}

function inviteCheck(
  TableName: string,
  groupId: string,
  { code, at }: NonNullable<GroupChange['invite']>,
): TransactItem {
  return {
    ConditionCheck: {
      TableName,
      Key: inviteKey(groupId, code),
      ConditionExpression: INVITE_IS_VALID,
      ExpressionAttributeValues: { ':now': inviteTime(at) },
    },
  };
}

function departure(
  TableName: string,
  { row, removedBy }: NonNullable<GroupChange['leaves']>,
  message: Message,
): TransactItem[] {
  const former: FormerGroupItem = {
    ...formerGroupKey(row.userId, row.groupId),
    left_at: message.created_at,
    ...(removedBy !== undefined && { removed_by: removedBy }),
  };
  return [
    {
      Delete: {
        TableName,
        Key: memberKey(row.groupId, row.userId),
        ConditionExpression: ROLE_IS_AS_READ,
        ...roleNamed({ ':seen': row.role }),
      },
    },
    { Put: { TableName, Item: former } },
  ];
}

/** `role` and `name` are among DynamoDB's reserved words. */
function roleNamed(values: Record<string, Role>) {
  return { ExpressionAttributeNames: { '#role': 'role' }, ExpressionAttributeValues: values };
}
