import { createHash } from 'node:crypto';

/**
 * A cursor is a place in one list, opaque to clients: base64url of the place and a checksum that covers the place and
 * the list's scope (whose list it is). Any change to it, or its use on another list, is recognised. It needs no
 * secret: it is only a place in one's own list, and what is read from there is authorised like anything else.
 */

const CHECKSUM_LENGTH = 12;

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
  return encodeCursor(scope, place) === cursor ? place : undefined;
}

function checksum(scope: CursorScope, place: string): string {
  return createHash('sha256')
    .update(JSON.stringify([...scope, place]))
    .digest('base64url')
    .slice(0, CHECKSUM_LENGTH);
}
