import { BatchWriteCommand, DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Wiring } from '../../backend/wiring.ts';
import { saveProfile } from '../../backend/domain/people.ts';
import { type Draft, MessageLog } from '../../backend/domain/message-log.ts';
import type { LogEntry, Member, Message } from '../../backend/domain/model.ts';
import type { Table } from '../../backend/table/table.ts';
import type { GroupItem, MemberItem, MessageItem } from '../../schema/items.ts';
import { groupKey, type Key } from '../../schema/keys.ts';
import {
  type MemberValues,
  member,
  memberItem,
  messageItem,
  newGroupId,
  newUserId,
  timeOf,
} from './factories.ts';

/** Writes items as they are, whatever any use case would say to them. */
export async function putItems(table: Table, items: readonly Key[]): Promise<void> {
  for (let from = 0; from < items.length; from += 25) {
    const requests = items.slice(from, from + 25).map((Item) => ({ PutRequest: { Item } }));
    await table.send(new BatchWriteCommand({ RequestItems: { [table.name]: requests } }));
  }
}

/** Writes one item as it is. */
export async function putItem(table: Table, item: Key): Promise<void> {
  await table.send(new PutCommand({ TableName: table.name, Item: item }));
}

/** Removes one item. */
export async function deleteItem(table: Table, { pk, sk }: Key): Promise<void> {
  await table.send(new DeleteCommand({ TableName: table.name, Key: { pk, sk } }));
}

/** A person with a profile; their user id. */
export async function addPerson(context: Wiring, handle: string, display_name = handle): Promise<string> {
  const userId = newUserId();
  await saveProfile(context, userId, { handle, display_name });
  return userId;
}

export interface GroupScene {
  readonly groupId: string;
  readonly group: GroupItem;
  readonly members: readonly MemberItem[];
  readonly messages: readonly MessageItem[];
}

/** A group that exists with its members and its log; the members' summaries show the log's end, unread. */
export async function addGroup(
  table: Table,
  scene: {
    readonly userIds: readonly string[];
    readonly groupId?: string;
    readonly name?: string;
    /** Messages in the log; default 1. */
    readonly length?: number;
    /** What the members' rows say instead. */
    readonly member?: Partial<MemberValues>;
    /** What the messages say instead. */
    readonly message?: (seq: number) => Partial<MessageItem>;
  },
): Promise<GroupScene> {
  const { userIds, groupId = newGroupId(), name = 'A group', length = 1 } = scene;
  const [author = 'somebody'] = userIds;
  const messages = Array.from({ length }, (_, place) =>
    messageItem({ groupId, seq: place + 1, user_uuid: author, ...scene.message?.(place + 1) }),
  );
  const last = messages.at(-1) ?? messageItem({ groupId });
  const summary = { last_seq: last.seq, last_rev: last.rev, last_at: last.created_at, last_by: author };
  const members = userIds.map((userId) =>
    memberItem({ ...summary, preview: last.message, groupId, userId, ...scene.member }),
  );
  const group: GroupItem = {
    ...groupKey(groupId),
    kind: 'group',
    name,
    created_by: author,
    created_at: timeOf(1),
    member_count: members.length,
  };
  await putItems(table, [group, ...members, ...messages]);
  return { groupId, group, members, messages };
}

/** The whole log of a group, as stored. */
export async function readLog(context: Wiring, groupId: string): Promise<LogEntry[]> {
  const log: LogEntry[] = [];
  for await (const page of context.messages.log(groupId)) log.push(...page);
  return log;
}

/** 1, 2, … n. */
export function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, place) => place + 1);
}

/** Appends as a member of a direct group, whose row says this; the row need not be in the table. */
export async function appendAs(wiring: Wiring, draft: Draft, row: Partial<Member> = {}): Promise<Message> {
  const { groupId, userId } = draft;
  const own = { ...member({ groupId, userId, peer: 'peer' }), ...row };
  // What only this log can make: a snapshot of members. It asks the table nothing.
  const anyLog = new MessageLog({ ...wiring, members: { list: () => Promise.resolve([own]) } });
  const { message } = await wiring.log.append(await anyLog.readMembers(groupId), draft);
  return message;
}
