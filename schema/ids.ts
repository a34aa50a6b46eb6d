import { createHash } from 'node:crypto';

/** Crockford base32: no I, L, O, U. */
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ID_LENGTH = 26;
const HIGHEST_BIT = 1n << 127n;
/** 26 characters of 5 bits hold 130; a ULID has 128, so its first character is at most 7. */
const ID_PATTERN = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const MAX_USER_ID_BYTES = 255;

/** Whether a text can be the id of a message group or a message: 26 Crockford base32 characters, upper case. */
export function isGroupId(text: string): boolean {
  return ID_PATTERN.test(text);
}

/** Whether a text can be the id of an uploaded file: a ULID. */
export function isFileId(text: string): boolean {
  return ID_PATTERN.test(text);
}

/**
 * Whether a text can be a user id: a token's `sub`, of at most 255 bytes. OpenID Connect bounds it to 255 ASCII
 * characters (Core 1.0, section 2). The bound keeps every key that contains it below DynamoDB's 1,024 bytes.
 *
 * A user id also stands in paths. `.` and `..` cannot, not even percent-encoded: clients take them out of a URL. What
 * begins with `@` is a handle there.
 */
export function isUserId(text: string): boolean {
  return (
    text.length > 0 &&
    Buffer.byteLength(text) <= MAX_USER_ID_BYTES &&
    text.isWellFormed() &&
    !/^(\.\.?$|@)/.test(text)
  );
}

/** First characters of the ids of direct groups: their highest bit is set. In a ULID it is, from the year 6429 on. */
const DIRECT = '4567';

/**
 * The id of the direct group of two users: the same for both orders of the pair. Two users who start it at the same
 * moment collide on one key, and the condition on that key decides.
 */
export function directGroupId(oneUserId: string, otherUserId: string): string {
  return derivedId([oneUserId, otherUserId].sort(), 'direct');
}

/** Whether an id is a direct group's. Clients see ids as opaque; here it decides which items a request reads. */
export function isDirectGroupId(groupId: string): boolean {
  return DIRECT.includes(groupId.charAt(0));
}

/**
 * The id of the group that a user creates with an `Idempotency-Key`: the same each time, so that a repeated request
 * collides with the first one's group.
 */
export function groupIdForKey(userId: string, key: string): string {
  return derivedId(['group', userId, key], 'named');
}

/** Bytes of randomness in the code of an invitation: 128 bits. */
export const INVITE_SECRET_BYTES = 16;

/**
 * The code of an invitation to a group: the group's id, by which one read finds the invitation, and a secret, both
 * written like a ULID. It has no character that a URL escapes.
 * @param secret INVITE_SECRET_BYTES from a cryptographic source.
 */
export function inviteCode(groupId: string, secret: Uint8Array): string {
  if (secret.length !== INVITE_SECRET_BYTES) throw new RangeError('the secret has another length');
  return groupId + written(BigInt(`0x${Buffer.from(secret).toString('hex')}`));
}

/** Whether a text can be the code of an invitation. */
export function isInviteCode(text: string): boolean {
  return isGroupId(text.slice(0, ID_LENGTH)) && isGroupId(text.slice(ID_LENGTH));
}

/** The group that the code of an invitation names. */
export const inviteGroupId = (code: string): string => code.slice(0, ID_LENGTH);

/** SHA-256 of some texts: its first 128 bits, written like a ULID. The highest bit gives the kind of the group. */
function derivedId(parts: readonly string[], kind: 'direct' | 'named'): string {
  // JSON keeps ["a","bc"] and ["ab","c"] apart, whatever characters the parts contain.
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
  const bits = BigInt(`0x${digest}`);
  return written(kind === 'direct' ? bits | HIGHEST_BIT : bits & ~HIGHEST_BIT);
}

/** 128 bits as a ULID is written. */
function written(bits: bigint): string {
  let rest = bits;
  let id = '';
  for (let place = 0; place < ID_LENGTH; place += 1) {
    id = CROCKFORD.charAt(Number(rest & 31n)) + id;
    rest >>= 5n;
  }
  return id;
}
