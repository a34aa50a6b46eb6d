import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { StreamRecord } from 'aws-lambda';
import * as z from 'zod';
import type { LogEntry } from '../../backend/domain/model.ts';
import { logEntryOf } from '../../backend/table/items.ts';
import type { ReactionFact } from '../../backend/domain/update-annotations.ts';
import { messageItem, pinsItem, reactionsItem } from '../../schema/items.ts';
import {
  groupIdOf,
  isMessageKey,
  isPinsKey,
  isReactionsKey,
  type Key,
  reactionsOf,
  seqOf,
} from '../../schema/keys.ts';

/** What the records of one group say was written. */
export interface GroupRecords {
  readonly messages: LogEntry[];
  readonly reactions: ReactionFact[];
  /** Seqs that were pinned or unpinned. */
  readonly pins: Set<number>;
  /** Place in the batch of the first record. */
  readonly firstPlace: number;
  readonly keys: Key[];
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
const EMPTY = { Keys: undefined, NewImage: undefined, OldImage: undefined, SequenceNumber: undefined };

/** What is read of a record, whatever it is: a part of another type counts as missing. */
const anyRecord = z
  .object({
    eventName: z.unknown().optional(),
    eventID: z.string().optional().catch(undefined),
    dynamodb: z
      .object({
        Keys: keys.optional().catch(undefined),
        NewImage: z.custom<StreamRecord['NewImage']>().optional(),
        OldImage: z.custom<StreamRecord['OldImage']>().optional(),
        SequenceNumber: z.string().optional().catch(undefined),
      })
      .catch(EMPTY),
  })
  .catch({ eventName: undefined, eventID: undefined, dynamodb: EMPTY });

/**
 * What a batch says was written, by group. Other items and removals are passed over; what is left is broken: a record
 * without a key, of an unknown event, or with an image that is not its key's item.
 */
export function readRecords(records: readonly unknown[]) {
  const groups = new Map<string, GroupRecords>();
  const broken: BrokenRecord[] = [];
  records.forEach((record, place) => {
    const { eventName, eventID: event, dynamodb } = anyRecord.parse(record);
    const key = dynamodb.Keys && { pk: dynamodb.Keys.pk.S, sk: dynamodb.Keys.sk.S };
    // Removals are retention's, which takes nothing back that a summary says, and the function's own.
    if (eventName === 'REMOVE' || (key && !isRead(key))) return;
    const groupId = key && groupIdOf(key);
    const note = key && WRITES.has(eventName) ? noteOf(key, dynamodb) : undefined;
    if (!key || groupId === undefined || !note) {
      broken.push({ key, event, sequence: dynamodb.SequenceNumber });
      return;
    }
    const group = groups.get(groupId) ?? {
      messages: [],
      reactions: [],
      pins: new Set<number>(),
      firstPlace: place,
      keys: [],
    };
    groups.set(groupId, group);
    group.keys.push(key);
    note(group);
  });
  return { groups, broken };
}

const isRead = (key: Key): boolean => isMessageKey(key) || isReactionsKey(key) || isPinsKey(key);

/** Adds what an image says to its group's records; undefined where the image is not the key's item. */
function noteOf(
  key: Key,
  { NewImage, OldImage }: Pick<StreamRecord, 'NewImage' | 'OldImage'>,
): ((group: GroupRecords) => void) | undefined {
  if (isMessageKey(key)) {
    const message = messageWithKey(key, NewImage);
    return message && ((group) => group.messages.push(message));
  }
  if (isPinsKey(key)) {
    const pinned = pinsWithKey(key, NewImage);
    const before = pinsWithKey(key, OldImage) ?? new Set();
    if (!pinned) return undefined;
    const changed = [...pinned, ...before].filter((seq) => pinned.has(seq) !== before.has(seq));
    return ({ pins }) => {
      for (const seq of changed) pins.add(seq);
    };
  }
  const reactions = reactionsWithKey(key, NewImage);
  return reactions && ((group) => group.reactions.push(reactions));
}

/** The pinned seqs in an image; undefined where the image does not hold them, or contradicts the record's key. */
function pinsWithKey(key: Key, image: StreamRecord['NewImage']): ReadonlySet<number> | undefined {
  const { data: item } = pinsItem.safeParse(itemOf(image));
  return item?.pk === key.pk && item.sk === key.sk ? (item.seqs ?? new Set()) : undefined;
}

/** The reactions in an image; undefined where the image does not hold them, or contradicts the record's key. */
function reactionsWithKey(key: Key, image: StreamRecord['NewImage']): ReactionFact | undefined {
  const { data: item } = reactionsItem.safeParse(itemOf(image));
  const place = reactionsOf(key);
  if (!item || !place || item.pk !== key.pk || item.sk !== key.sk) return undefined;
  return { ...place, isEmpty: item.users === undefined };
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
