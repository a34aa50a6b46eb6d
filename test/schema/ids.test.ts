import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ulid } from 'ulid';
import {
  directGroupId,
  groupIdForKey,
  INVITE_SECRET_BYTES,
  inviteCode,
  inviteGroupId,
  isDirectGroupId,
  isGroupId,
  isInviteCode,
  isUserId,
} from '../../schema/ids.ts';

const userId = fc.oneof(fc.uuid(), fc.string({ minLength: 1, maxLength: 255 }));

describe('the id of a direct group', () => {
  it('is the same for both orders of the pair, and written like a ULID', () => {
    fc.assert(
      fc.property(userId, userId, (one, other) => {
        expect(directGroupId(one, other)).toBe(directGroupId(other, one));
        expect(isGroupId(directGroupId(one, other))).toBe(true);
      }),
    );
  });

  it('is another one for another pair', () => {
    fc.assert(
      fc.property(fc.tuple(userId, userId), fc.tuple(userId, userId), (one, other) => {
        fc.pre(JSON.stringify([...one].sort()) !== JSON.stringify([...other].sort()));
        expect(directGroupId(...one)).not.toBe(directGroupId(...other));
      }),
    );
  });

  it('keeps apart pairs that are the same when their ids are joined', () => {
    expect(directGroupId('a', 'bc')).not.toBe(directGroupId('ab', 'c'));
    expect(directGroupId('a,b', 'c')).not.toBe(directGroupId('a', 'b,c'));
    expect(directGroupId('a","b', 'c')).not.toBe(directGroupId('a', 'b","c'));
  });

  it('does not change: existing conversations are found by it', () => {
    expect(directGroupId('ada', 'grace')).toBe('4K85J6KW07WVWZ3S6T7Q86HZ2K');
  });
});

describe('the kind of a group', () => {
  it('is direct for the id of any pair', () => {
    fc.assert(
      fc.property(userId, userId, (one, other) => {
        expect(isDirectGroupId(directGroupId(one, other))).toBe(true);
      }),
    );
  });

  it('is named for every ULID of the next millennia, and for the id of any key', () => {
    const YEAR_6429 = Date.UTC(6429, 0, 1);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: YEAR_6429 }), (time) => {
        expect(isDirectGroupId(ulid(time))).toBe(false);
      }),
    );
    fc.assert(
      fc.property(userId, fc.string({ minLength: 1, maxLength: 64 }), (user, key) => {
        const id = groupIdForKey(user, key);
        expect(isGroupId(id)).toBe(true);
        expect(isDirectGroupId(id)).toBe(false);
        expect(groupIdForKey(user, key)).toBe(id);
        expect(groupIdForKey(`${user}.`, key)).not.toBe(id);
      }),
    );
  });
});

describe('what can be a group’s id', () => {
  it('is any ULID', () => {
    fc.assert(fc.property(fc.ulid(), (id) => expect(isGroupId(id)).toBe(true)));
    expect(isGroupId(ulid())).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['a handle', '@andrewbrown'],
    ['a UUID', '5ae290ed-55d1-47a0-bc6d-fe2bc2700399'],
    ['a lower-case ULID', '01arz3ndektsv4rrffq69g5fav'],
    ['a character too few', '01ARZ3NDEKTSV4RRFFQ69G5FA'],
    ['a character too many', '01ARZ3NDEKTSV4RRFFQ69G5FAVX'],
    ['a line end behind it', '01ARZ3NDEKTSV4RRFFQ69G5FAV\n'],
    ['more than 128 bits', '81ARZ3NDEKTSV4RRFFQ69G5FAV'],
    ['an I', '01ARZ3NDEKTSV4RRFFQ69G5FAI'],
    ['a key', 'GRP#01ARZ3NDEKTSV4RRFFQ69G'],
  ])('is not %s', (_, text) => {
    expect(isGroupId(text)).toBe(false);
  });
});

describe('the code of an invitation', () => {
  const secret = fc.uint8Array({ minLength: INVITE_SECRET_BYTES, maxLength: INVITE_SECRET_BYTES });

  it('says which group it is of, and is the last part of a URL as it is', () => {
    fc.assert(
      fc.property(fc.ulid(), secret, (groupId, bytes) => {
        const code = inviteCode(groupId, bytes);
        expect(inviteGroupId(code)).toBe(groupId);
        expect(isInviteCode(code)).toBe(true);
        expect(encodeURIComponent(code)).toBe(code);
      }),
    );
  });

  it('is another one for another secret or group: all 128 bits are in it', () => {
    const pair = fc.tuple(fc.ulid(), secret);
    fc.assert(
      fc.property(pair, pair, ([one, bytes], [other, others]) => {
        fc.pre(one !== other || Buffer.compare(bytes, others) !== 0);
        expect(inviteCode(one, bytes)).not.toBe(inviteCode(other, others));
      }),
    );
    const id = ulid();
    const codes = Array.from({ length: INVITE_SECRET_BYTES * 8 }, (_, bit) => {
      const bytes = new Uint8Array(INVITE_SECRET_BYTES);
      bytes[bit >> 3] = 1 << (bit & 7);
      return inviteCode(id, bytes);
    });
    expect(new Set(codes).size).toBe(codes.length);
  });

  it.each([0, INVITE_SECRET_BYTES - 1, INVITE_SECRET_BYTES + 1])('takes no secret of %d bytes', (length) => {
    expect(() => inviteCode(ulid(), new Uint8Array(length))).toThrow(RangeError);
  });

  it.each([
    ['nothing', ''],
    ['a group’s id', '01ARZ3NDEKTSV4RRFFQ69G5FAV'],
    ['a character too few', '01ARZ3NDEKTSV4RRFFQ69G5FAV01ARZ3NDEKTSV4RRFFQ69G5FA'],
    ['a character too many', '01ARZ3NDEKTSV4RRFFQ69G5FAV01ARZ3NDEKTSV4RRFFQ69G5FAVX'],
    ['lower case', '01ARZ3NDEKTSV4RRFFQ69G5FAV01arz3ndektsv4rrffq69g5fav'],
    ['a secret of more than 128 bits', '01ARZ3NDEKTSV4RRFFQ69G5FAV81ARZ3NDEKTSV4RRFFQ69G5FAV'],
    ['a line end behind it', '01ARZ3NDEKTSV4RRFFQ69G5FAV01ARZ3NDEKTSV4RRFFQ69G5FAV\n'],
  ])('is not %s', (_what, text) => {
    expect(isInviteCode(text)).toBe(false);
  });
});

describe('what can be a user’s id', () => {
  it('is 1 to 255 bytes of well-formed text', () => {
    expect(isUserId('a')).toBe(true);
    expect(isUserId('a'.repeat(255))).toBe(true);
    expect(isUserId('é'.repeat(127))).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['256 bytes', 'a'.repeat(256)],
    ['256 bytes of 128 characters', 'é'.repeat(128)],
    ['a lone surrogate', 'a\ud800'],
    ['what a URL cannot hold: this directory', '.'],
    ['what a URL cannot hold: the one above', '..'],
    ['what is a handle in a path', '@ada'],
  ])('is not %s', (_, text) => {
    expect(isUserId(text)).toBe(false);
  });

  it('is any other text of dots, and one with an @ in it', () => {
    for (const text of ['...', '.a', '..a', 'a.', 'ada@example.com']) expect(isUserId(text)).toBe(true);
  });

  it('can be the last part of a URL’s path', () => {
    fc.assert(
      fc.property(userId.filter(isUserId), (id) => {
        const url = new URL(`http://localhost/members/${encodeURIComponent(id)}`);
        expect(decodeURIComponent(url.pathname)).toBe(`/members/${id}`);
      }),
    );
  });
});
