import { createHash } from 'node:crypto';
import { canonicalEmoji } from './emoji.ts';
import { HANDLE_PATTERN } from './handles.ts';
import { foldGroupName } from './group-names.ts';
import { isGroupId, isUserId } from './ids.ts';
import { listingPlaceOf } from './keys.ts';

/**
 * A cursor is a place in one list, opaque to clients: base64url of the place and a checksum that covers the place and
 * the list's scope (whose list it is). Any change to it, or its use on another list, is recognised. It needs no
 * secret: it is only a place in one's own list, and what is read from there is authorised like anything else.
 */

const CHECKSUM_LENGTH = 12;
/** A time and a group's id, or nothing: a place in an inbox names up to four of them. */
const INBOX_PART = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#[0-9A-Z]{26})?$/;
const INBOX_PARTS = 4;
/** What a place in a search begins with. A group's log has less than 2 ** 40 messages, so there are at most 40 rounds. */
const SEARCH_START =
  /^\d{1,2}\|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\|a?d?e?\|(\||[0-9A-Z]{26}\|[1-9]\d{0,11})$/;
const SEARCH_PARTS = 5;
/** Separates the parts of a place. */
export const PART_SEPARATOR = '|';

/** Names one list, so that a cursor of one is no cursor of another. */
export type CursorScope =
  | readonly [list: 'inbox' | 'inbox: archived' | 'inbox: favourites', userId: string]
  | readonly [list: 'handles', prefix: string]
  | readonly [list: 'members', groupId: string]
  | readonly [list: 'members by handle', groupId: string, prefix: string]
  | readonly [list: 'blocks', userId: string]
  | readonly [list: 'reactions', groupId: string, seq: number]
  | readonly [list: 'search', userId: string, words: string]
  | readonly [list: 'public groups', userId: string, prefix: string];

/** @param place the sort key of the last entry that was shown. */
export function encodeCursor(scope: CursorScope, place: string): string {
  return Buffer.from(checksum(scope, place) + place).toString('base64url');
}

/** The place a cursor stands for, or undefined when it is not one that `encodeCursor` made for this scope. */
export function decodeCursor(scope: CursorScope, cursor: string): string | undefined {
  const place = Buffer.from(cursor, 'base64url').toString().slice(CHECKSUM_LENGTH);
  // Encoding it again and comparing also refuses other spellings of the same bytes, which base64 has.
  return encodeCursor(scope, place) === cursor && isPlaceIn(scope, place) ? place : undefined;
}

/** Anybody can compute the checksum, so what goes into a key condition must have the form of such a key. */
function isPlaceIn(scope: CursorScope, place: string): boolean {
  switch (scope[0]) {
    case 'inbox':
    case 'inbox: archived':
    case 'inbox: favourites':
      return isInboxPlace(place.split(PART_SEPARATOR));
    case 'members':
    case 'blocks':
      return isUserId(place);
    case 'reactions':
      return isReactorPlace(place);
    case 'search':
      return isSearchPlace(place);
    case 'public groups':
      return isListingPlace(place, scope[2]);
    case 'handles':
      return isHandlePlace(place, scope[1]);
    case 'members by handle':
      return isHandlePlace(place, scope[2]);
  }
}

function isHandlePlace(place: string, prefix: string): boolean {
  return HANDLE_PATTERN.test(place) && place.startsWith(prefix);
}

function isInboxPlace(parts: readonly string[]): boolean {
  return parts.length === INBOX_PARTS && parts.every((part) => INBOX_PART.test(part));
}

/** A round, when it began, its state, the group that is being looked at with a seq, and a place in the inbox. */
function isSearchPlace(place: string): boolean {
  const parts = place.split(PART_SEPARATOR);
  return (
    SEARCH_START.test(parts.slice(0, SEARCH_PARTS).join(PART_SEPARATOR)) &&
    isInboxPlace(parts.slice(SEARCH_PARTS))
  );
}

/** An emoji and a user id. */
function isReactorPlace(place: string): boolean {
  const [emoji = '', ...userId] = place.split(PART_SEPARATOR);
  return canonicalEmoji(emoji) === emoji && isUserId(userId.join(PART_SEPARATOR));
}

/** A folded name, which has a limited length, and a group's id. */
function isListingPlace(place: string, prefix: string): boolean {
  const { name, groupId } = listingPlaceOf(place) ?? {};
  return name?.startsWith(prefix) === true && foldGroupName(name) === name && isGroupId(groupId ?? '');
}

function checksum(scope: CursorScope, place: string): string {
  return createHash('sha256')
    .update(JSON.stringify([...scope, place]))
    .digest('base64url')
    .slice(0, CHECKSUM_LENGTH);
}
