import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  groupIdOf,
  groupKey,
  handleKey,
  inboxKey,
  isMessageKey,
  type Key,
  memberKey,
  memberUserIdOf,
  messageKey,
  profileKey,
  profileUserIdOf,
  seqOf,
} from '../../schema/keys.ts';
import type { RawItem } from './item-json.ts';

type AttributeType = 'S' | 'N' | 'B' | 'NULL';

/** The attributes that an item must have, with their types. It may have others. */
type Shape = Readonly<Record<string, readonly AttributeType[]>>;

const string = ['S'] as const;
const number = ['N'] as const;
/** A text, the null of a tombstone, or an encrypted text. */
const text = ['S', 'NULL', 'B'] as const;

const GROUP: Shape = { kind: string, created_by: string, created_at: string, member_count: number };
const MEMBER: Shape = {
  role: string,
  joined_seq: number,
  read_seq: number,
  last_seq: number,
  last_rev: number,
  last_at: string,
  last_by: string,
  preview: text,
  inbox_pk: string,
  inbox_sk: string,
};
const MESSAGE: Shape = {
  seq: number,
  rev: number,
  message_uuid: string,
  user_uuid: string,
  kind: string,
  message: text,
  created_at: string,
};
const PROFILE: Shape = { handle: string, display_name: string, created_at: string };
const HANDLE: Shape = { user_uuid: string, display_name: string };

/** The kind of an item: the shape that it must have, and the key that follows from its attributes. */
interface Kind {
  readonly shape: Shape;
  readonly keys: (item: RawItem) => Readonly<Record<string, string>>;
}

/** Returns the item's key. @throws RangeError for an item without one. */
export function keyOf(item: RawItem): Key {
  const { pk, sk } = item;
  if (pk?.S === undefined || sk?.S === undefined) throw new RangeError('an item has no key');
  return { pk: pk.S, sk: sk.S };
}

/** Returns what is wrong with an item: it must be an item of this schema, under the key that follows from its attributes. */
export function itemFault(item: RawItem): string | undefined {
  const { pk, sk } = item;
  if (pk?.S === undefined || sk?.S === undefined) return 'has no key pk, sk';
  const kind = kindOf({ pk: pk.S, sk: sk.S });
  if (!kind) return 'is no item of this schema';
  for (const [name, types] of Object.entries(kind.shape)) {
    if (!types.some((type) => item[name]?.[type] !== undefined))
      return `has no ${name} (${types.join(', ')})`;
  }
  const wrong = Object.entries(kind.keys(item)).find(([name, value]) => item[name]?.S !== value);
  return wrong && `has another ${wrong[0]} than its attributes say`;
}

function kindOf(key: Key): Kind | undefined {
  const groupId = groupIdOf(key);
  if (groupId === undefined) return personKindOf(key);
  if (isMessageKey(key))
    return { shape: MESSAGE, keys: (item) => ({ ...messageKeyOf(groupId, item['seq']) }) };
  const userId = memberUserIdOf(key);
  if (userId !== undefined) {
    return {
      shape: MEMBER,
      keys: (item) => ({
        ...memberKey(groupId, userId),
        ...inboxKey(userId, item['last_at']?.S ?? '', groupId),
      }),
    };
  }
  return key.sk === groupKey(groupId).sk ? { shape: GROUP, keys: () => ({}) } : undefined;
}

function personKindOf(key: Key): Kind | undefined {
  const userId = profileUserIdOf(key);
  if (userId !== undefined) return { shape: PROFILE, keys: () => ({ ...profileKey(userId) }) };
  // A handle's claim is in the partition of the handle's first characters.
  return handleKey(key.sk).pk === key.pk ? { shape: HANDLE, keys: () => ({}) } : undefined;
}

function messageKeyOf(groupId: string, seq: AttributeValue | undefined): Partial<Key> {
  try {
    const key = messageKey(groupId, Number(seq?.N));
    // Seq 0 is the position before the first message, not a message.
    if (seqOf(key) !== undefined) return key;
  } catch {
    // Not a seq.
  }
  return { sk: '' };
}
