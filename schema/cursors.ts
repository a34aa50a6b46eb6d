import { createHash } from 'node:crypto';
import { HANDLE_PATTERN } from './handles.ts';

/**
 * A cursor is a place in one list, opaque to clients: base64url of the place and a checksum that covers the place and
 * the list's scope (whose list it is). Any change to it, or its use on another list, is recognised. It needs no
 * secret: it is only a place in one's own list, and what is read from there is authorised like anything else.
 */

const CHECKSUM_LENGTH = 12;
/** An `inbox_sk`: a time and a group's id. */
const INBOX_PLACE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#[0-9A-Z]{26}$/;

/** Names one list, so that a cursor of one is no cursor of another. */
export type CursorScope =
  readonly [list: 'inbox', userId: string] | readonly [list: 'handles', prefix: string];

/** @param place the sort key of the last entry that was shown. */
export function encodeCursor(scope: CursorScope, place: string): string {
  return Buffer.from(checksum(scope, place) + place).toString('base64url');
}

/** The place a cursor stands for, or undefined when it is not one that `encodeCursor` made for this scope. */
export function decodeCursor(scope: CursorScope, cursor: string): string | undefined {
  const place = Buffer.from(cursor, 'base64url').toString().slice(CHECKSUM_LENGTH);
  // Encoding anew and comparing also refuses other spellings of the same bytes, which base64 has.
  return encodeCursor(scope, place) === cursor && isPlaceIn(scope, place) ? place : undefined;
}

/** Whoever reads this can make a checksum: what goes into a key condition has the form of such a key in any case. */
function isPlaceIn(scope: CursorScope, place: string): boolean {
  switch (scope[0]) {
    case 'inbox':
      return INBOX_PLACE.test(place);
    case 'handles':
      return HANDLE_PATTERN.test(place) && place.startsWith(scope[1]);
  }
}

function checksum(scope: CursorScope, place: string): string {
  return createHash('sha256')
    .update(JSON.stringify([...scope, place]))
    .digest('base64url')
    .slice(0, CHECKSUM_LENGTH);
}
