import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { StreamRecord } from 'aws-lambda';
import * as z from 'zod';
import type { LogEntry } from '../../backend/domain/model.ts';
import { logEntryOf } from '../../backend/table/items.ts';
import { messageItem } from '../../schema/items.ts';
import { isMessageKey, type Key, seqOf } from '../../schema/keys.ts';

/** A record of a message that was written, and what it says. */
export interface MessageRecord {
  readonly place: number;
  readonly key: Key;
  readonly message: LogEntry;
}

/** A record that can never be read, as it is logged. */
export interface BrokenRecord {
  /** Absent where the record has no key of this table. */
  readonly key?: Key | undefined;
  /** Both find the record in the stream. */
  readonly event?: string | undefined;
  readonly sequence?: string | undefined;
}

/** Events that write an item. */
const WRITES: ReadonlySet<unknown> = new Set(['INSERT', 'MODIFY']);

const keyAttribute = z.object({ S: z.string() });
const keys = z.object({ pk: keyAttribute, sk: keyAttribute });
const EMPTY = { Keys: undefined, NewImage: undefined, SequenceNumber: undefined };

/** What is read of a record, whatever it is: a part of another type counts as missing. */
const anyRecord = z
  .object({
    eventName: z.unknown().optional(),
    eventID: z.string().optional().catch(undefined),
    dynamodb: z
      .object({
        Keys: keys.optional().catch(undefined),
        NewImage: z.custom<StreamRecord['NewImage']>().optional(),
        SequenceNumber: z.string().optional().catch(undefined),
      })
      .catch(EMPTY),
  })
  .catch({ eventName: undefined, eventID: undefined, dynamodb: EMPTY });

/**
 * The messages that a batch says were written, by group. Other items and removals are passed over; what is left is
 * broken: a record without a key, of an unknown event, or with an image that is not its key's message.
 */
export function readRecords(records: readonly unknown[]) {
  const groups = new Map<string, MessageRecord[]>();
  const broken: BrokenRecord[] = [];
  records.forEach((record, place) => {
    const { eventName, eventID: event, dynamodb } = anyRecord.parse(record);
    const key = dynamodb.Keys && { pk: dynamodb.Keys.pk.S, sk: dynamodb.Keys.sk.S };
    // Removals are retention's, which takes nothing back that a summary says.
    if (eventName === 'REMOVE' || (key && !isMessageKey(key))) return;
    const message = key && WRITES.has(eventName) ? messageWithKey(key, dynamodb.NewImage) : undefined;
    if (!key || !message) {
      broken.push({ key, event, sequence: dynamodb.SequenceNumber });
      return;
    }
    const group = groups.get(message.groupId) ?? [];
    groups.set(message.groupId, group);
    group.push({ place, key, message });
  });
  return { groups, broken };
}

/** The message in an image; undefined where the image is no whole message, or contradicts the record's key. */
function messageWithKey(key: Key, image: StreamRecord['NewImage']): LogEntry | undefined {
  const { data: item } = messageItem.safeParse(itemOf(image));
  const isOfKey = item?.pk === key.pk && item.sk === key.sk && item.seq === seqOf(key);
  return item && isOfKey ? logEntryOf(item) : undefined;
}

/** The item an image is of, or undefined when it cannot be read at all. */
function itemOf(image: StreamRecord['NewImage']): unknown {
  try {
    return image && unmarshall(withBytes(image));
  } catch {
    return undefined;
  }
}

/** The image as the SDK has it: Lambda writes bytes in base64, which would pass for a plain text. */
function withBytes(image: NonNullable<StreamRecord['NewImage']>): Record<string, AttributeValue> {
  const attributes = Object.entries(image).map(([name, value]) => [
    name,
    value.B === undefined ? value : { B: new Uint8Array(Buffer.from(value.B, 'base64')) },
  ]);
  return Object.fromEntries(attributes) as Record<string, AttributeValue>;
}
