import type { AttributeValue as ItemValue } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { AttributeValue, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { ulid } from 'ulid';
import type {
  DirectMember,
  Group,
  LogEntry,
  Member,
  Message,
  NamedGroup,
  NamedMember,
} from '../../backend/domain/model.ts';
import { groupOf, logEntryOf, memberOf, messageItemOf } from '../../backend/table/items.ts';
import { directGroupId, INVITE_SECRET_BYTES, inviteCode, isDirectGroupId } from '../../schema/ids.ts';
import type {
  DirectMemberItem,
  GroupItem,
  InviteItem,
  ListingItem,
  MemberItem,
  MessageItem,
  NamedGroupItem,
  NamedMemberItem,
  PinsItem,
  ReactionsItem,
  StoredSummary,
} from '../../schema/items.ts';
import {
  directInboxSk,
  groupKey,
  inboxPk,
  inviteKey,
  type Key,
  LISTINGS_PK,
  listingKey,
  listingSk,
  memberKey,
  messageKey,
  namedInboxSk,
  pinsKey,
  reactionsKey,
} from '../../schema/keys.ts';

/** An id that no other test has. `ulid` alone asks the system for each of its 16 random characters. */
const newId = (): string => ulid(Date.now(), Math.random);

/** A named group's id that no other test has. */
export const newGroupId = (): string => newId();

/** A direct group's id that no other test has. */
export const newDirectId = (): string => directGroupId(newUserId(), newUserId());

/** The log of a group that a test writes by hand. */
export const logIdOf = (groupId: string): string => `0${groupId.slice(1)}`;

/** A user's id that no other test has, in the form Cognito gives it. */
export const newUserId = (): string => crypto.randomUUID();

/** A time in the past, later with each seq. */
export function timeOf(seq: number): string {
  return new Date(Date.UTC(2024, 0, 1) + seq * 1_000).toISOString();
}

export interface MessageValues extends Partial<Omit<MessageItem, 'pk' | 'sk'>> {
  readonly groupId: string;
}

/** The id of a file, and the attributes of a message that has it. */
export const FILE_ID = '01JX3K9Q4M5N6P7R8S9TAVBWCY';
export const FILE_OF_MESSAGE = {
  attachments: [{ id: FILE_ID, object: `files/${FILE_ID}/${FILE_ID}`, type: 'a/b', size: 1 }],
  attachment_names: '["x"]',
};

/** A stored message: the group's first, unless the values say otherwise. */
export function messageItem({ groupId, seq = 1, ...values }: MessageValues): MessageItem {
  return {
    ...messageKey(groupId, seq),
    seq,
    rev: 0,
    message_uuid: newId(),
    user_uuid: 'author',
    kind: 'text',
    message: `text ${seq}`,
    created_at: timeOf(seq),
    ...values,
  };
}

/** The same as the domain sees it: with ids instead of keys. */
export const logEntry = (values: MessageValues): LogEntry => logEntryOf(messageItem(values));

/** The same with its text, which is plain. */
export function textMessage(
  values: Omit<MessageValues, 'data' | 'attachments'> & { readonly message?: string | null },
): Message {
  const { preview, data, attachments, attachment_names, ...entry } = logEntry(values);
  return { ...entry, message: values.message === undefined ? String(entry.message) : values.message };
}

/** A message after an edit. */
export function edited<Entry extends MessageItem | LogEntry>(
  message: Entry,
  text = `${String(message.message)} (edited)`,
): Entry {
  return {
    ...message,
    rev: message.rev + 1,
    message: text,
    edited_at: timeOf(message.seq + message.rev + 1),
  };
}

/** A message after its deletion. */
export function tombstone<Entry extends MessageItem | LogEntry>(message: Entry): Entry {
  return {
    ...message,
    rev: message.rev + 1,
    message: null,
    deleted_at: timeOf(message.seq + message.rev + 1),
  };
}

/** The code of an invitation: the same for a group and a number. */
export function inviteCodeAt(groupId: string, n = 0): string {
  const secret = new Uint8Array(INVITE_SECRET_BYTES);
  secret[INVITE_SECRET_BYTES - 1] = n;
  return inviteCode(groupId, secret);
}

/** A stored invitation that is valid for ten minutes, unless the values say otherwise. */
export function inviteItem({
  groupId,
  code = inviteCodeAt(groupId),
  ...values
}: Partial<Omit<InviteItem, keyof Key>> & {
  readonly groupId: string;
  readonly code?: string;
}): InviteItem {
  return {
    ...inviteKey(groupId, code),
    created_by: 'author',
    created_at: timeOf(1),
    expires_at: Math.floor(Date.now() / 1_000) + 600,
    ...values,
  };
}

/** The item by which a public group is listed. */
export function listingItem(groupId: string, foldedName: string): ListingItem {
  return {
    ...listingKey(groupId),
    inbox_pk: LISTINGS_PK,
    inbox_sk: listingSk(foldedName, groupId),
  };
}

/** A summary as of the group's first message, unless the values say otherwise. */
export function summaryItem(values: Partial<StoredSummary> = {}): StoredSummary {
  const { last_seq = 1 } = values;
  return {
    last_seq,
    last_rev: 0,
    last_at: timeOf(last_seq),
    last_by: 'author',
    last_kind: 'text',
    preview: 'text 1',
    ...values,
  };
}

type Values<Item> = Partial<Omit<Item, 'pk' | 'sk' | 'inbox_pk'>>;
interface Ids {
  readonly groupId: string;
  readonly userId: string;
}

export type DirectValues = Ids & Values<DirectMemberItem>;
export type NamedValues = Ids & Values<NamedMemberItem>;
export type MemberValues = DirectValues | NamedValues;

function memberBase({ groupId, userId }: Ids) {
  return {
    ...memberKey(groupId, userId),
    inbox_pk: inboxPk(userId),
    log_id: logIdOf(groupId),
    role: 'member' as const,
    joined_at: timeOf(1),
    joined_seq: 1,
    read_seq: 0,
  };
}

/** A row of a direct group: as of the group's first message, unread, unless the values say otherwise. */
export function directMemberItem({ groupId, userId, ...values }: DirectValues): DirectMemberItem {
  const summary = summaryItem(values);
  return {
    ...memberBase({ groupId, userId }),
    ...summary,
    inbox_sk: directInboxSk(summary.last_at, groupId),
    peer: 'peer',
    ...values,
  };
}

/** A row of a named group: nothing is read, unless the values say otherwise. */
export function namedMemberItem({ groupId, userId, ...values }: NamedValues): NamedMemberItem {
  return { ...memberBase({ groupId, userId }), inbox_sk: namedInboxSk(groupId), ...values };
}

const isDirectValues = (values: MemberValues): values is DirectValues => isDirectGroupId(values.groupId);

/** A row of the kind that its group is. */
export function memberItem(values: MemberValues): MemberItem {
  return isDirectValues(values) ? directMemberItem(values) : namedMemberItem(values);
}

/** The same as the domain sees it. */
export const member = (values: MemberValues): Member => memberOf(memberItem(values));
export const directMember = (values: DirectValues): DirectMember =>
  memberOf(directMemberItem(values)) as DirectMember;
export const namedMember = (values: NamedValues): NamedMember =>
  memberOf(namedMemberItem(values)) as NamedMember;

/** META of a group of the kind that its id has: as of its first message, unless the values say otherwise. */
export function groupItem({
  groupId,
  ...values
}: { readonly groupId: string } & Values<NamedGroupItem>): GroupItem {
  const base = {
    ...groupKey(groupId),
    log_id: logIdOf(groupId),
    created_by: 'author',
    created_at: timeOf(1),
    member_count: 2,
    membership_seq: 1,
  };
  if (isDirectGroupId(groupId)) return { ...base, kind: 'direct' };
  return { ...base, kind: 'group', name: 'A group', ...summaryItem(values), ...values };
}

/** The same as the domain sees it. */
export const group = (values: Parameters<typeof groupItem>[0]): Group => groupOf(groupItem(values));
export const namedGroup = (values: Parameters<typeof groupItem>[0]): NamedGroup =>
  group(values) as NamedGroup;

let sequence = 100_000_000_000_000_000n;

/** A record as the stream has it when this message was written: INSERT of a new one, MODIFY of a changed one. */
export function streamRecord(
  message: MessageItem | LogEntry,
  values: Partial<DynamoDBRecord> = {},
): DynamoDBRecord {
  return itemRecord('pk' in message ? message : messageItemOf(message), {
    eventName: message.rev === 0 ? 'INSERT' : 'MODIFY',
    ...values,
  });
}

/** A record of any item, with the shape in which Lambda hands it over. */
export function itemRecord(item: Key, values: Partial<DynamoDBRecord> = {}): DynamoDBRecord {
  sequence += 1n;
  return {
    eventID: crypto.randomUUID().replaceAll('-', ''),
    eventName: 'INSERT',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'us-east-1',
    eventSourceARN:
      'arn:aws:dynamodb:us-east-1:123456789012:table/cruddur-messages/stream/2024-01-01T00:00:00.000',
    dynamodb: {
      ApproximateCreationDateTime: 1_704_067_200,
      Keys: image({ pk: item.pk, sk: item.sk }),
      NewImage: image(item),
      SequenceNumber: String(sequence),
      SizeBytes: JSON.stringify(item).length,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
    ...values,
  };
}

export function streamEvent(records: readonly DynamoDBRecord[]): DynamoDBStreamEvent {
  return { Records: [...records] };
}

/** An item as a stream's image has it. */
export function image(item: object): Record<string, AttributeValue> {
  return lambdaImage(marshall(item, { removeUndefinedValues: true }));
}

/** The SDK's and Lambda's types of an attribute differ in what they call unknown members; and bytes, which are base64. */
function lambdaImage(item: Record<string, ItemValue>): Record<string, AttributeValue> {
  const attributes = Object.entries(item).map(([name, value]) => [
    name,
    value.B === undefined ? value : { B: Buffer.from(value.B).toString('base64') },
  ]);
  return Object.fromEntries(attributes) as Record<string, AttributeValue>;
}

/** Stored reactions to a message: of one user with one emoji, unless the values say otherwise. */
export function reactionsItem({
  groupId,
  seq = 1,
  emoji = '👍',
  users = ['author'],
}: {
  readonly groupId: string;
  readonly seq?: number;
  readonly emoji?: string;
  /** None: all of them took it back. */
  readonly users?: readonly string[];
}): ReactionsItem {
  return { ...reactionsKey(groupId, seq, emoji), ...(users.length > 0 && { users: new Set(users) }) };
}

/** The stored pins of a group. */
export function pinsItem({
  groupId,
  seqs = [1],
}: {
  readonly groupId: string;
  /** None: all were unpinned. */
  readonly seqs?: readonly number[];
}): PinsItem {
  return { ...pinsKey(groupId), ...(seqs.length > 0 && { seqs: new Set(seqs) }) };
}
