import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Key } from '../../schema/keys.ts';
import type { RawItem } from '../dumps/item-json.ts';
import { keyOf } from '../dumps/item-shapes.ts';

/*
 * The items of Cruddur's own table. A message has pk `MSG#<conversation>` and its time as sk. Each of the two people of a
 * conversation has a row with pk `GRP#<their uuid>` and the time of its newest message as sk. A stream function deletes and
 * puts the rows with each message, so that a conversation may have one row, or none, or several of one person.
 */

const CONVERSATION = 'MSG#';
const PERSON = 'GRP#';

const namedUser = z.object({
  uuid: z.string().optional(),
  handle: z.string().optional(),
  display_name: z.string().optional(),
});

const originalRow = z.object({
  type: z.literal('row'),
  conversation: z.string(),
  sk: z.string(),
  /** Whose row it is. */
  owner: z.string(),
  other: namedUser,
});

const originalMessage = z.object({
  type: z.literal('message'),
  conversation: z.string(),
  /** Its sort key: the time as it was written. */
  sk: z.string(),
  /** Sorts messages by their times, to the nanosecond. */
  order: z.string(),
  /** In ms since 1970. */
  at: z.number(),
  author: namedUser,
  text: z.string(),
  /** A short text that no other item has, and that every import gives it. */
  id: z.string(),
});

/** An item that was read: it can be stored as JSON. */
export const originalItem = z.discriminatedUnion('type', [originalRow, originalMessage]);

/** What an item says about a person, who may be missing from the users' file. */
export type NamedUser = z.output<typeof namedUser>;
/** One person's row of a conversation. */
export type OriginalRow = z.output<typeof originalRow>;
/** A message. */
export type OriginalMessage = z.output<typeof originalMessage>;

/** Why an item cannot be imported. */
export interface ItemFault {
  readonly type: 'fault';
  readonly reason: string;
}

const text = z.string().min(1);
const attributes = z.object({
  message_group_uuid: text.optional().catch(undefined),
  user_uuid: text.optional().catch(undefined),
  user_handle: text.optional().catch(undefined),
  user_display_name: text.optional().catch(undefined),
  message: z.string().optional().catch(undefined),
});
type Attributes = z.output<typeof attributes>;

/** The key of an item that was read. */
export function originalKey(item: OriginalRow | OriginalMessage): Key {
  const pk = item.type === 'row' ? PERSON + item.owner : CONVERSATION + item.conversation;
  return { pk, sk: item.sk };
}

/** Reads an item of Cruddur's table, by its key; attributes that are missing or of another type are left out. */
export function readOriginal(item: RawItem): OriginalRow | OriginalMessage | ItemFault {
  const { pk, sk } = keyOf(item);
  const strings = Object.entries(item).map(([name, value]) => [name, value.S]);
  const found = attributes.parse(Object.fromEntries(strings));
  if (pk.startsWith(PERSON)) return readRow({ owner: pk.slice(PERSON.length), sk }, found);
  if (pk.startsWith(CONVERSATION)) return readMessage({ pk, sk }, found);
  return fault('is neither a message nor a row of a conversation');
}

function readRow(
  { owner, sk }: Pick<OriginalRow, 'owner' | 'sk'>,
  found: Attributes,
): OriginalRow | ItemFault {
  if (owner === '') return fault('names no person');
  if (found.message_group_uuid === undefined) return fault('names no conversation');
  return { type: 'row', sk, conversation: found.message_group_uuid, owner, other: authorOf(found) };
}

function readMessage(
  { pk, sk }: { readonly pk: string; readonly sk: string },
  found: Attributes,
): OriginalMessage | ItemFault {
  const time = readTime(sk);
  const conversation = pk.slice(CONVERSATION.length);
  if (conversation === '') return fault('names no conversation');
  if (!time) return fault('has no valid time');
  if (found.message === undefined) return fault('has no text');
  const id = createHash('sha256')
    .update(JSON.stringify([pk, sk]))
    .digest('hex')
    .slice(0, 32);
  return { type: 'message', conversation, sk, ...time, author: authorOf(found), text: found.message, id };
}

function authorOf({ user_uuid, user_handle, user_display_name }: Attributes): NamedUser {
  return {
    ...(user_uuid !== undefined && { uuid: user_uuid }),
    ...(user_handle !== undefined && { handle: user_handle }),
    ...(user_display_name !== undefined && { display_name: user_display_name }),
  };
}

const fault = (reason: string): ItemFault => ({ type: 'fault', reason });

/** Python's `isoformat()`, and what RFC 3339 allows. */
const TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/;
/** Digits of the ms of the year 9999, and of the nanoseconds of a ms. */
const MS_DIGITS = 15;
const REST_DIGITS = 6;

/**
 * Reads a time. Cruddur writes times with the offset of the server's time zone, and its last version without any: the clocks
 * of its containers are in UTC, so a time without an offset is in UTC.
 * @returns undefined for an invalid time, and for one before 1970.
 */
export function readTime(written: string): Pick<OriginalMessage, 'at' | 'order'> | undefined {
  const [, day, clock, fraction = '', offset = 'Z'] = TIME.exec(written) ?? [];
  if (day === undefined || clock === undefined) return undefined;
  const digits = fraction.padEnd(3 + REST_DIGITS, '0');
  const at = Date.parse(
    `${day}T${clock}.${digits.slice(0, 3)}${offset.replace(/^(.\d\d):?(\d\d)$/, '$1:$2')}`,
  );
  if (!(at >= 0)) return undefined;
  return { at, order: String(at).padStart(MS_DIGITS, '0') + digits.slice(3) };
}
