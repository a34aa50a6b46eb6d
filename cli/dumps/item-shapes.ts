import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type * as z from 'zod';
import { groupItem, handleItem, memberItem, messageItem, profileItem } from '../../schema/items.ts';
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

/** The kind of an item: the schema that its attributes must match, and the key that follows from them. */
interface Kind {
  readonly schema: z.ZodObject;
  readonly keys: (item: RawItem) => Readonly<Record<string, string>>;
}

/** Returns the item's key. @throws RangeError for an item without one. */
export function keyOf(item: RawItem): Key {
  const { pk, sk } = item;
  if (pk?.S === undefined || sk?.S === undefined) throw new RangeError('an item has no key');
  return { pk: pk.S, sk: sk.S };
}

/** Returns what is wrong with an item: it must be of a kind of this schema, under the key that its attributes give. */
export function itemFault(item: RawItem): string | undefined {
  const { pk, sk } = item;
  if (pk?.S === undefined || sk?.S === undefined) return 'has no key pk, sk';
  const kind = kindOf({ pk: pk.S, sk: sk.S });
  if (!kind) return 'is no item of this schema';
  const fault = attributeFault(kind.schema, item);
  if (fault !== undefined) return fault;
  const wrong = Object.entries(kind.keys(item)).find(([name, value]) => item[name]?.S !== value);
  return wrong && `has another ${wrong[0]} than its attributes say`;
}

/** Returns the first attribute that is missing or of another type than the schema has it. */
function attributeFault(schema: z.ZodObject, item: RawItem): string | undefined {
  try {
    const name = schema.safeParse(unmarshall(item)).error?.issues[0]?.path[0];
    return name === undefined ? undefined : `has no valid ${String(name)}`;
  } catch {
    // The SDK refuses numbers that JavaScript cannot hold exactly.
    return 'has a number that is too large';
  }
}

function kindOf(key: Key): Kind | undefined {
  const groupId = groupIdOf(key);
  if (groupId === undefined) return personKindOf(key);
  if (isMessageKey(key))
    return { schema: messageItem, keys: (item) => ({ ...messageKeyOf(groupId, item['seq']) }) };
  const userId = memberUserIdOf(key);
  if (userId !== undefined) {
    return {
      schema: memberItem,
      keys: (item) => ({
        ...memberKey(groupId, userId),
        ...inboxKey(userId, item['last_at']?.S ?? '', groupId),
      }),
    };
  }
  return key.sk === groupKey(groupId).sk ? { schema: groupItem, keys: () => ({}) } : undefined;
}

function personKindOf(key: Key): Kind | undefined {
  const userId = profileUserIdOf(key);
  if (userId !== undefined) return { schema: profileItem, keys: () => ({ ...profileKey(userId) }) };
  // A handle's claim is in the partition of the handle's first characters.
  return handleKey(key.sk).pk === key.pk ? { schema: handleItem, keys: () => ({}) } : undefined;
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
