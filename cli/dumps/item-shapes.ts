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

/** Attributes that an item must have, and of which type. What else it has is its own business. */
type Shape = Readonly<Record<string, readonly AttributeType[]>>;

const string = ['S'] as const;
const number = ['N'] as const;
/** A text, a tombstone's lack of one, or what an encryption made of a text. */
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

/** What an item is, by its key: the shape it must have, and the keys that its attributes say it has. */
interface Kind {
  readonly shape: Shape;
  readonly keys: (item: RawItem) => Readonly<Record<string, string>>;
}

/** The item's key. @throws RangeError for an item that has none. */
export function keyOf(item: RawItem): Key {
  const { pk, sk } = item;
  if (pk?.S === undefined || sk?.S === undefined) throw new RangeError('an item has no key');
  return { pk: pk.S, sk: sk.S };
}

/** What is wrong with an item, if anything: it must be one of this schema's, under the key that it says it has. */
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
  // A handle's claim stands in the partition of the handle's beginning.
  return handleKey(key.sk).pk === key.pk ? { shape: HANDLE, keys: () => ({}) } : undefined;
}

function messageKeyOf(groupId: string, seq: AttributeValue | undefined): Partial<Key> {
  try {
    const key = messageKey(groupId, Number(seq?.N));
    // 0 is a place, before the first message, and no message's.
    if (seqOf(key) !== undefined) return key;
  } catch {
    // Not a seq.
  }
  return { sk: '' };
}
