import type { AttributeValue as ItemValue } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { AttributeValue, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { ulid } from 'ulid';
import type { LogEntry, Member, Message } from '../../backend/domain/model.ts';
import { logEntryOf, memberOf, messageItemOf } from '../../backend/table/items.ts';
import type { MemberItem, MessageItem } from '../../schema/items.ts';
import { inboxKey, type Key, memberKey, messageKey } from '../../schema/keys.ts';

/** An id that no other test has. `ulid` alone asks the system for each of its 16 random characters. */
const newId = (): string => ulid(Date.now(), Math.random);

/** A group's id that no other test has. */
export const newGroupId = (): string => newId();

/** A user's id that no other test has, in the form Cognito gives it. */
export const newUserId = (): string => crypto.randomUUID();

/** A time in the past, later with each seq. */
export function timeOf(seq: number): string {
  return new Date(Date.UTC(2024, 0, 1) + seq * 1_000).toISOString();
}

export interface MessageValues extends Partial<Omit<MessageItem, 'pk' | 'sk'>> {
  readonly groupId: string;
}

/** A stored message: by default the group's first, of another user. */
export function messageItem({ groupId, seq = 1, ...values }: MessageValues): MessageItem {
  return {
    ...messageKey(groupId, seq),
    seq,
    rev: 0,
    message_uuid: newId(),
    user_uuid: 'somebody',
    kind: 'text',
    message: `text ${seq}`,
    created_at: timeOf(seq),
    ...values,
  };
}

/** The same as the domain sees it: with ids instead of keys. */
export const logEntry = (values: MessageValues): LogEntry => logEntryOf(messageItem(values));

/** The same with its text, which is plain. */
export function textMessage(values: MessageValues & { readonly message?: string | null }): Message {
  const { preview, ...entry } = logEntry(values);
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

export interface MemberValues extends Partial<Omit<MemberItem, 'pk' | 'sk' | 'inbox_pk' | 'inbox_sk'>> {
  readonly groupId: string;
  readonly userId: string;
}

/** A member's row: by default as of the group's first message, unread. */
export function memberItem({ groupId, userId, ...values }: MemberValues): MemberItem {
  const last_at = values.last_at ?? timeOf(values.last_seq ?? 1);
  return {
    ...memberKey(groupId, userId),
    ...inboxKey(userId, last_at, groupId),
    role: 'member',
    joined_at: timeOf(1),
    joined_seq: 1,
    read_seq: 0,
    last_seq: 1,
    last_rev: 0,
    last_at,
    last_by: 'somebody',
    last_kind: 'text',
    preview: 'text 1',
    ...values,
  };
}

/** The same as the domain sees it. */
export const member = (values: MemberValues): Member => memberOf(memberItem(values));

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
