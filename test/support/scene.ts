import { BatchWriteCommand, DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Wiring } from '../../backend/wiring.ts';
import { saveProfile } from '../../backend/domain/people.ts';
import type { Draft } from '../../backend/domain/drafts.ts';
import { MessageLog } from '../../backend/domain/message-log.ts';
import type { DirectMember, LogEntry, Message } from '../../backend/domain/model.ts';
import { createLogger } from '../../backend/logger.ts';
import type { Table } from '../../backend/table/table.ts';
import { directGroupId, isDirectGroupId } from '../../schema/ids.ts';
import type { GroupItem, MemberItem, MessageItem, StoredSummary } from '../../schema/items.ts';
import type { Key } from '../../schema/keys.ts';
import {
  directMember,
  groupItem,
  type MemberValues,
  memberItem,
  messageItem,
  newGroupId,
  newUserId,
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

/** A group that exists with its members and its log; its summary shows the log's end, and nothing is read. */
export async function addGroup(
  table: Table,
  scene: {
    readonly userIds: readonly string[];
    /** Default: a named group's. Of a direct group's id, the two users are each other's peers. */
    readonly groupId?: string;
    readonly name?: string;
    /** Messages in the log, all of them texts of the first user; default 1. */
    readonly length?: number;
    /** What the members' rows say instead. */
    readonly member?: Partial<MemberValues>;
    /** What the summary says instead, wherever it is. */
    readonly summary?: Partial<StoredSummary>;
    /** What the messages say instead. */
    readonly message?: (seq: number) => Partial<MessageItem>;
  },
): Promise<GroupScene> {
  const { userIds, groupId = newGroupId(), name = 'A group', length = 1 } = scene;
  const [author = 'author'] = userIds;
  const messages = Array.from({ length }, (_, place) =>
    messageItem({ groupId, seq: place + 1, user_uuid: author, ...scene.message?.(place + 1) }),
  );
  const last = messages.at(-1) ?? messageItem({ groupId });
  const summary = {
    last_seq: last.seq,
    last_rev: last.rev,
    last_at: last.created_at,
    last_by: author,
    preview: last.message,
    ...scene.summary,
  };
  const ofRows = isDirectGroupId(groupId) ? summary : {};
  const members = userIds.map((userId) => {
    const peer = userIds.find((other) => other !== userId) ?? 'peer';
    const direct = isDirectGroupId(groupId) ? { peer } : {};
    return memberItem({ ...ofRows, ...direct, groupId, userId, ...scene.member });
  });
  const group = groupItem({
    groupId,
    name,
    created_by: author,
    member_count: members.length,
    ...summary,
  });
  await putItems(table, [group, ...members, ...messages]);
  return { groupId, group, members, messages };
}

/** The same for the direct group of two users. */
export async function addDirectGroup(
  table: Table,
  {
    userIds,
    ...scene
  }: Omit<Parameters<typeof addGroup>[1], 'userIds'> & { readonly userIds: readonly [string, string] },
): Promise<GroupScene> {
  const [one, other] = userIds;
  return addGroup(table, { ...scene, userIds, groupId: directGroupId(one, other) });
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
export async function appendAs(
  wiring: Wiring,
  draft: Draft,
  row: Partial<DirectMember> = {},
): Promise<Message> {
  const { groupId, userId } = draft;
  const own = { ...directMember({ groupId, userId }), ...row };
  // Only a log makes a snapshot. This one reads the row above, and asks the table nothing.
  const pair = [own, { ...own, userId: own.peer, peer: userId }];
  const members = { pair: () => Promise.resolve(pair) } as unknown as Wiring['members'];
  const anyLog = new MessageLog({ ...wiring, members, logger: createLogger('silent') });
  const { message } = await wiring.log.append(await anyLog.readAccess(groupId, userId), draft);
  return message;
}
