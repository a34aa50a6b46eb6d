/**
 * Keys of every item. Nobody else writes `GRP#`.
 *
 * Within a group's partition the sort keys order as MEMBER# < META < MSG#, which lets one Query read the group with
 * its members, and MSG# ascending is the log in order.
 */

/** Digits of a seq in a sort key: zero-padded, so that string order is seq order. */
const SEQ_DIGITS = 12;

/** The highest seq a log can have: what 12 digits hold. */
export const MAX_SEQ = 999_999_999_999;

const GROUP = 'GRP#';
const USER = 'USER#';
const HANDLE = 'HANDLE#';

/** First characters of a handle that its claim is partitioned by: also the shortest prefix that can be searched. */
export const HANDLE_PREFIX_LENGTH = 2;

/** Sort key of a message group's META item; also the upper bound of its `MEMBER#` keys. */
export const GROUP_SK = 'META';
/** What the sort key of every member starts with. */
export const MEMBER_SK_PREFIX = 'MEMBER#';
/** The end of members' sort keys: `$` is the character behind `#`. */
export const MEMBER_SK_END = 'MEMBER$';
/** What the sort key of every message starts with: the event source mapping filters on it. */
export const MESSAGE_SK_PREFIX = 'MSG#';
/** Sort key of a user's profile. */
export const PROFILE_SK = 'PROFILE';

/** An item's primary key. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** Where a member's row stands in its user's inbox. */
export interface InboxKey {
  readonly inbox_pk: string;
  readonly inbox_sk: string;
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
export const profileKey = (userId: string): Key => ({ pk: USER + userId, sk: PROFILE_SK });
/** @param handle case-folded, at least two characters. */
export const handleKey = (handle: string): Key => ({ pk: handlePk(handle), sk: handle });
/** @param prefix case-folded, at least two characters. */
export const handlePk = (prefix: string): string => HANDLE + prefix.slice(0, HANDLE_PREFIX_LENGTH);

export const inboxPk = (userId: string): string => USER + userId;
/** @param lastAt `created_at` of the group's newest message. */
export const inboxSk = (lastAt: string, groupId: string): string => `${lastAt}#${groupId}`;
export const inboxKey = (userId: string, lastAt: string, groupId: string): InboxKey => ({
  inbox_pk: inboxPk(userId),
  inbox_sk: inboxSk(lastAt, groupId),
});

/** @throws RangeError for what is not a seq: an integer from 1 to MAX_SEQ; 0 is allowed as the bound before the first. */
export function messageSk(seq: number): string {
  if (!Number.isInteger(seq) || seq < 0 || seq > MAX_SEQ) throw new RangeError(`not a seq: ${String(seq)}`);
  return MESSAGE_SK_PREFIX + String(seq).padStart(SEQ_DIGITS, '0');
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
export function seqOf(key: Key): number | undefined {
  if (!isMessageKey(key)) return undefined;
  const digits = key.sk.slice(MESSAGE_SK_PREFIX.length);
  const seq = digits.length === SEQ_DIGITS && /^\d+$/.test(digits) ? Number(digits) : 0;
  return seq > 0 ? seq : undefined;
}

/** Whether the key is a message's; the stream's filter in front of the Lambda asks the same. */
export function isMessageKey(key: Key): boolean {
  return key.pk.startsWith(GROUP) && key.sk.startsWith(MESSAGE_SK_PREFIX);
}
