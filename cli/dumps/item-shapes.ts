import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type * as z from 'zod';
import { placeInInbox } from '../../backend/domain/summaries.ts';
import { canonicalEmoji } from '../../schema/emoji.ts';
import { isDirectGroupId } from '../../schema/ids.ts';
import {
  blockItem,
  changeItem,
  deletedSeqItem,
  directGroupItem,
  directMemberItem,
  fileItem,
  formerGroupItem,
  groupDataItem,
  handleItem,
  inviteItem,
  listingItem,
  mentionItem,
  messageItem,
  namedGroupItem,
  namedMemberItem,
  pinsItem,
  profileItem,
  reactionsItem,
} from '../../schema/items.ts';
import {
  blockPairOf,
  changeKey,
  changeOf,
  deletedSeqOf,
  fileIdOf,
  formerGroupIdOf,
  groupIdOf,
  groupKey,
  handleKey,
  inboxPk,
  inviteCodeOf,
  isGroupDataKey,
  isListingKey,
  isMessageKey,
  isPinsKey,
  type Key,
  LISTINGS_PK,
  listingPlaceOf,
  listingSk,
  memberKey,
  memberUserIdOf,
  mentionOf,
  messageKey,
  namedInboxSk,
  profileKey,
  profileUserIdOf,
  reactionsKey,
  reactionsOf,
  seqOf,
} from '../../schema/keys.ts';
import type { RawItem } from './item-json.ts';

/** The kind of an item: the schema that its attributes must match, and the key that follows from them. */
interface Kind {
  readonly schema: z.ZodType;
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
function attributeFault(schema: z.ZodType, item: RawItem): string | undefined {
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
  if (groupId === undefined) return fileKindOf(key) ?? personKindOf(key);
  if (isMessageKey(key)) {
    return { schema: messageItem, keys: (item) => numberedKey(messageKey, seqOf, groupId, item['seq']) };
  }
  if (changeOf(key) !== undefined) {
    return { schema: changeItem, keys: (item) => numberedKey(changeKey, changeOf, groupId, item['change']) };
  }
  const schemaOfKey = keyedSchemaOf(key);
  if (schemaOfKey) return { schema: schemaOfKey, keys: () => ({}) };
  const reacted = reactionsOf(key);
  if (reacted) {
    const emoji = canonicalEmoji(reacted.emoji) ?? '';
    return { schema: reactionsItem, keys: () => ({ ...reactionsKey(groupId, reacted.seq, emoji) }) };
  }
  if (isListingKey(key)) return { schema: listingItem, keys: (item) => listingKeys(groupId, item) };
  const isDirect = isDirectGroupId(groupId);
  const userId = memberUserIdOf(key);
  if (userId !== undefined) {
    const schema = isDirect ? directMemberItem : namedMemberItem;
    return { schema, keys: (item) => memberKeys(groupId, userId, item) };
  }
  const schema = isDirect ? directGroupItem : namedGroupItem;
  return key.sk === groupKey(groupId).sk ? { schema, keys: () => ({}) } : undefined;
}

/** The schema of an item of a group whose attributes do not repeat its key. */
function keyedSchemaOf(key: Key): z.ZodType | undefined {
  if (deletedSeqOf(key) !== undefined) return deletedSeqItem;
  if (mentionOf(key) !== undefined) return mentionItem;
  if (isPinsKey(key)) return pinsItem;
  if (isGroupDataKey(key)) return groupDataItem;
  return inviteCodeOf(key) === undefined ? undefined : inviteItem;
}

function fileKindOf(key: Key): Kind | undefined {
  return fileIdOf(key) === undefined ? undefined : { schema: fileItem, keys: () => ({}) };
}

function personKindOf(key: Key): Kind | undefined {
  const userId = profileUserIdOf(key);
  if (userId !== undefined) return { schema: profileItem, keys: () => ({ ...profileKey(userId) }) };
  if (blockPairOf(key) !== undefined) return { schema: blockItem, keys: () => ({}) };
  if (formerGroupIdOf(key) !== undefined) return { schema: formerGroupItem, keys: () => ({}) };
  // A handle's claim is in the partition of the handle's first characters.
  return handleKey(key.sk).pk === key.pk ? { schema: handleItem, keys: () => ({}) } : undefined;
}

/** The keys of a member's row, in the table and in the index. */
function memberKeys(groupId: string, userId: string, { inbox_sk, last_at }: RawItem) {
  const place = isDirectGroupId(groupId)
    ? placeInInbox(inbox_sk?.S ?? '', last_at?.S ?? '', groupId)
    : namedInboxSk(groupId);
  return { ...memberKey(groupId, userId), inbox_pk: inboxPk(userId), inbox_sk: place };
}

/** The keys in the index of a listing: whatever the name, the group is the key's. */
function listingKeys(groupId: string, { inbox_sk }: RawItem) {
  const { name } = listingPlaceOf(inbox_sk?.S ?? '') ?? {};
  return { inbox_pk: LISTINGS_PK, inbox_sk: name === undefined ? '' : listingSk(name, groupId) };
}

/** The key of an item that is numbered. Number 0 is the position before the first item. */
function numberedKey(
  keyOf: (groupId: string, place: number) => Key,
  placeOf: (key: Key) => number | undefined,
  groupId: string,
  place: AttributeValue | undefined,
): Readonly<Record<string, string>> {
  try {
    const key = keyOf(groupId, Number(place?.N));
    if (placeOf(key) !== undefined) return { ...key };
  } catch {
    // Not a number that a key can have.
  }
  return { sk: '' };
}
