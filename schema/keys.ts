/**
 * Keys of every item. No other file writes `GRP#`.
 *
 * Within a group's partition no sort key is between MEMBER# and META, so one Query reads the group with its members.
 * MSG# ascending is the log in order, CHG# the change log, RCT# the reactions of the log in its order.
 */

/** Digits of a number in a sort key: zero-padded, so that string order is the order of the numbers. */
const SEQ_DIGITS = 12;

/** The highest seq a log can have: what 12 digits hold. */
export const MAX_SEQ = 999_999_999_999;

const GROUP = 'GRP#';
const USER = 'USER#';
const HANDLE = 'HANDLE#';
const FILE = 'FILE#';

/** First characters of a handle that its claim is partitioned by: also the shortest prefix that can be searched. */
export const HANDLE_PREFIX_LENGTH = 2;

/** Sort key of a message group's META item; also the upper bound of its `MEMBER#` keys. */
export const GROUP_SK = 'META';
/** What the sort key of every member starts with. */
export const MEMBER_SK_PREFIX = 'MEMBER#';
/** The end of members' sort keys: `$` is the character behind `#`. */
export const MEMBER_SK_END = 'MEMBER$';
/** What the sort key of every message starts with. */
export const MESSAGE_SK_PREFIX = 'MSG#';
/** What the sort key of every entry of the change log starts with. */
const CHANGE_SK_PREFIX = 'CHG#';
/** What the sort key of every item that names a deleted seq starts with. */
const DELETED_SK_PREFIX = 'DEL#';
/** What the sort key of every item of reactions starts with. */
export const REACTIONS_SK_PREFIX = 'RCT#';
/** Sort key of a group's pins. */
export const PINS_SK = 'PINS';
/** Sort key of a group's own data. */
export const GROUP_DATA_SK = 'DATA';
/** What the sort key of every mention starts with. */
export const MENTION_SK_PREFIX = 'AT#';
/** The end of mentions' sort keys: `$` is the character behind `#`. */
export const MENTION_SK_END = 'AT$';
/** Stands for all members in the key of a mention: no user id begins with `@`. */
export const ALL_MEMBERS = '@all';
/** What the sort key of every invitation starts with. */
export const INVITE_SK_PREFIX = 'INVITE#';
/** The end of invitations' sort keys: `$` is the character behind `#`. */
export const INVITE_SK_END = 'INVITE$';
/** Sort key of the item by which a public group is listed. */
export const LISTING_SK = 'PUBLIC';
/** Sort key of the item of an uploaded file. */
export const FILE_SK = 'FILE';
/** Sort key of a user's profile. */
export const PROFILE_SK = 'PROFILE';

/** What the sort key of a group that a user has left starts with. */
const FORMER_SK_PREFIX = 'WAS#';

/** What the sort key of every block starts with. */
const BLOCK_SK_PREFIX = 'BLOCK#';
/** The end of blocks' sort keys: `$` is the character behind `#`. */
export const BLOCK_SK_END = 'BLOCK$';

/** What `inbox_sk` of a named group's rows starts with: it sorts after every time. */
export const NAMED_INBOX_PREFIX = '~#';

/** `inbox_pk` of the items by which public groups are listed. No user's is equal to it: those begin with `USER#`. */
export const LISTINGS_PK = 'PUBLIC';

/**
 * Ends a folded name in `inbox_sk`. It sorts before every character that a folded name can have, so a name comes before
 * those that it is the beginning of.
 */
const NAME_END = '\t';
/** The last of all characters: no folded name has it. */
const LAST_CHARACTER = '\u{10FFFF}';

/** An item's primary key. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export const groupPk = (groupId: string): string => GROUP + groupId;
export const groupKey = (groupId: string): Key => ({ pk: groupPk(groupId), sk: GROUP_SK });
export const memberKey = (groupId: string, userId: string): Key => ({
  pk: groupPk(groupId),
  sk: MEMBER_SK_PREFIX + userId,
});
export const messageKey = (groupId: string, seq: number): Key => ({
  pk: groupPk(groupId),
  sk: messageSk(seq),
});
export const changeKey = (groupId: string, change: number): Key => ({
  pk: groupPk(groupId),
  sk: changeSk(change),
});
export const deletedKey = (groupId: string, seq: number): Key => ({
  pk: groupPk(groupId),
  sk: deletedSk(seq),
});
/** @param target a user id, or ALL_MEMBERS. */
export const mentionKey = (groupId: string, target: string, seq: number): Key => ({
  pk: groupPk(groupId),
  sk: mentionSk(target, seq),
});
export const groupDataKey = (groupId: string): Key => ({ pk: groupPk(groupId), sk: GROUP_DATA_SK });
export const pinsKey = (groupId: string): Key => ({ pk: groupPk(groupId), sk: PINS_SK });
/** @param emoji see `canonicalEmoji`. */
export const reactionsKey = (groupId: string, seq: number, emoji: string): Key => ({
  pk: groupPk(groupId),
  sk: `${numberedSk(REACTIONS_SK_PREFIX, seq)}#${emoji}`,
});
export const listingKey = (groupId: string): Key => ({ pk: groupPk(groupId), sk: LISTING_SK });
/** @param code see `inviteCode`. */
export const inviteKey = (groupId: string, code: string): Key => ({
  pk: groupPk(groupId),
  sk: INVITE_SK_PREFIX + code,
});
export const formerGroupKey = (userId: string, groupId: string): Key => ({
  pk: USER + userId,
  sk: FORMER_SK_PREFIX + groupId,
});
/** @param otherId who is blocked. */
export const blockKey = (userId: string, otherId: string): Key => ({
  pk: USER + userId,
  sk: BLOCK_SK_PREFIX + otherId,
});
export const profileKey = (userId: string): Key => ({ pk: USER + userId, sk: PROFILE_SK });
/** @param handle case-folded, at least two characters. */
export const handleKey = (handle: string): Key => ({ pk: handlePk(handle), sk: handle });
/** @param prefix case-folded, at least two characters. */
export const handlePk = (prefix: string): string => HANDLE + prefix.slice(0, HANDLE_PREFIX_LENGTH);

/** @param fileId see `isFileId`. */
export const fileKey = (fileId: string): Key => ({ pk: FILE + fileId, sk: FILE_SK });

export const inboxPk = (userId: string): string => USER + userId;
/** @param at the time at which the row of a direct group is kept in the inbox. */
export const directInboxSk = (at: string, groupId: string): string => `${at}#${groupId}`;
/** The rows of named groups do not move: their order comes from their METAs. */
export const namedInboxSk = (groupId: string): string => NAMED_INBOX_PREFIX + groupId;

/** @param foldedName see `foldGroupName`. */
export const listingSk = (foldedName: string, groupId: string): string => foldedName + NAME_END + groupId;
/** The first and the last `inbox_sk` of the public groups whose folded names begin with a prefix. */
export const listingsBetween = (prefix: string): readonly [from: string, to: string] => [
  // A key is never empty.
  prefix === '' ? NAME_END : prefix,
  prefix + LAST_CHARACTER,
];

/** @throws RangeError for what is not a seq: an integer from 1 to MAX_SEQ; 0 is allowed as the bound before the first. */
export const messageSk = (seq: number): string => numberedSk(MESSAGE_SK_PREFIX, seq);
export const changeSk = (change: number): string => numberedSk(CHANGE_SK_PREFIX, change);
export const deletedSk = (seq: number): string => numberedSk(DELETED_SK_PREFIX, seq);
export const mentionSk = (target: string, seq: number): string =>
  numberedSk(`${MENTION_SK_PREFIX}${target}#`, seq);

/** The first and the last sort key that the reactions of some messages can have: `$` is the character behind `#`. */
export const reactionsBetween = (seq: number, lastSeq: number): readonly [from: string, to: string] => [
  `${numberedSk(REACTIONS_SK_PREFIX, seq)}#`,
  `${numberedSk(REACTIONS_SK_PREFIX, lastSeq)}$`,
];

function numberedSk(prefix: string, place: number): string {
  if (!Number.isInteger(place) || place < 0 || place > MAX_SEQ) {
    throw new RangeError(`not a seq: ${String(place)}`);
  }
  return prefix + String(place).padStart(SEQ_DIGITS, '0');
}

/** The group whose partition this is, or undefined for any other partition. */
export function groupIdOf(key: Pick<Key, 'pk'>): string | undefined {
  return key.pk.startsWith(GROUP) ? key.pk.slice(GROUP.length) : undefined;
}

/** The user whose member row this is, or undefined for any other item. */
export function memberUserIdOf(key: Key): string | undefined {
  if (groupIdOf(key) === undefined || !key.sk.startsWith(MEMBER_SK_PREFIX)) return undefined;
  return key.sk.slice(MEMBER_SK_PREFIX.length);
}

/** The user whose profile this is, or undefined for any other item. */
export function profileUserIdOf(key: Key): string | undefined {
  return key.pk.startsWith(USER) && key.sk === PROFILE_SK ? key.pk.slice(USER.length) : undefined;
}

/** The seq of the message whose key this is, or undefined for any other item. */
export const seqOf = (key: Key): number | undefined => numberOf(key, MESSAGE_SK_PREFIX);

/** The number of the change whose key this is, or undefined for any other item. */
export const changeOf = (key: Key): number | undefined => numberOf(key, CHANGE_SK_PREFIX);

/** The deleted seq that the key names, or undefined for any other item. */
export const deletedSeqOf = (key: Key): number | undefined => numberOf(key, DELETED_SK_PREFIX);

/** Whom a message mentions by the key of a mention: a user id or ALL_MEMBERS; undefined for any other item. */
export function mentionOf(key: Key): { readonly target: string; readonly seq: number } | undefined {
  const target = /^AT#(.+)#\d+$/s.exec(key.sk)?.[1];
  const seq = target === undefined ? undefined : numberOf(key, `${MENTION_SK_PREFIX}${target}#`);
  return target === undefined || seq === undefined ? undefined : { target, seq };
}

/** The message and the emoji of the reactions whose key this is, or undefined for any other item. */
export function reactionsOf({ pk, sk }: Key): { readonly seq: number; readonly emoji: string } | undefined {
  const end = REACTIONS_SK_PREFIX.length + SEQ_DIGITS;
  const seq = numberOf({ pk, sk: sk.slice(0, end) }, REACTIONS_SK_PREFIX);
  const emoji = sk.slice(end + 1);
  return seq === undefined || sk[end] !== '#' || emoji === '' ? undefined : { seq, emoji };
}

function numberOf({ pk, sk }: Key, prefix: string): number | undefined {
  if (!pk.startsWith(GROUP) || !sk.startsWith(prefix)) return undefined;
  const digits = sk.slice(prefix.length);
  const place = digits.length === SEQ_DIGITS && /^\d+$/.test(digits) ? Number(digits) : 0;
  return place > 0 ? place : undefined;
}

/** The id of the uploaded file whose item this is, or undefined for any other item. */
export function fileIdOf(key: Key): string | undefined {
  return key.pk.startsWith(FILE) && key.sk === FILE_SK ? key.pk.slice(FILE.length) : undefined;
}

/** The group that a user has left, or undefined for any other item. */
export function formerGroupIdOf(key: Key): string | undefined {
  if (!key.pk.startsWith(USER) || !key.sk.startsWith(FORMER_SK_PREFIX)) return undefined;
  return key.sk.slice(FORMER_SK_PREFIX.length);
}

/** The user who blocks and the one who is blocked by the key of a block, or undefined for any other item. */
export function blockPairOf(key: Key): { readonly userId: string; readonly otherId: string } | undefined {
  if (!key.pk.startsWith(USER) || !key.sk.startsWith(BLOCK_SK_PREFIX)) return undefined;
  return { userId: key.pk.slice(USER.length), otherId: key.sk.slice(BLOCK_SK_PREFIX.length) };
}

/** The code of the invitation whose key this is, or undefined for any other item. */
export function inviteCodeOf(key: Key): string | undefined {
  if (groupIdOf(key) === undefined || !key.sk.startsWith(INVITE_SK_PREFIX)) return undefined;
  return key.sk.slice(INVITE_SK_PREFIX.length);
}

/** Whether the key is that of the item by which a public group is listed. */
export function isListingKey(key: Key): boolean {
  return groupIdOf(key) !== undefined && key.sk === LISTING_SK;
}

/** The folded name and the group in the `inbox_sk` of a listing; undefined for any other text. */
export function listingPlaceOf(
  text: string,
): { readonly name: string; readonly groupId: string } | undefined {
  const [name = '', groupId, ...rest] = text.split(NAME_END);
  return groupId === undefined || rest.length > 0 ? undefined : { name, groupId };
}

/** Whether the key is a message's. */
export function isMessageKey(key: Key): boolean {
  return key.pk.startsWith(GROUP) && key.sk.startsWith(MESSAGE_SK_PREFIX);
}

/** Whether the key is that of a group's pins. */
export function isPinsKey(key: Key): boolean {
  return key.pk.startsWith(GROUP) && key.sk === PINS_SK;
}

/** Whether the key is that of a group's own data. */
export function isGroupDataKey(key: Key): boolean {
  return key.pk.startsWith(GROUP) && key.sk === GROUP_DATA_SK;
}

/** Whether the key is that of reactions. */
export function isReactionsKey(key: Key): boolean {
  return key.pk.startsWith(GROUP) && key.sk.startsWith(REACTIONS_SK_PREFIX);
}
