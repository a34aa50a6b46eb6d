import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  changeKey,
  changeOf,
  changeSk,
  deletedKey,
  deletedSeqOf,
  deletedSk,
  directInboxSk,
  formerGroupIdOf,
  formerGroupKey,
  GROUP_SK,
  groupIdOf,
  groupKey,
  handleKey,
  handlePk,
  isMessageKey,
  isReactionsKey,
  MAX_SEQ,
  MEMBER_SK_END,
  MEMBER_SK_PREFIX,
  memberKey,
  memberUserIdOf,
  messageKey,
  messageSk,
  namedInboxSk,
  profileKey,
  profileUserIdOf,
  reactionsBetween,
  reactionsKey,
  reactionsOf,
  seqOf,
} from '../../schema/keys.ts';

const seq = fc.integer({ min: 1, max: MAX_SEQ });
/** Any id, those that look like keys included. */
const id = fc.oneof(
  fc.ulid(),
  fc.uuid(),
  fc.string({ minLength: 1 }),
  fc.constantFrom('META', 'MEMBER#x', 'GRP#x', '#'),
);

describe('the order of a group’s sort keys', () => {
  it('is the order of seqs, over all of them', () => {
    fc.assert(
      fc.property(seq, seq, (one, other) => {
        expect(messageSk(one) < messageSk(other)).toBe(one < other);
      }),
    );
    // Where a digit is added is where strings and numbers would part.
    for (let power = 10; power < MAX_SEQ; power *= 10) {
      expect(messageSk(power - 1) < messageSk(power)).toBe(true);
    }
    expect(messageSk(MAX_SEQ - 1) < messageSk(MAX_SEQ)).toBe(true);
  });

  it('puts the members before the group, and the group before its messages', () => {
    fc.assert(
      fc.property(id, id, seq, (groupId, userId, place) => {
        expect(memberKey(groupId, userId).sk < groupKey(groupId).sk).toBe(true);
        expect(groupKey(groupId).sk < messageSk(place)).toBe(true);
      }),
    );
  });

  it('has nothing between the members and META', () => {
    fc.assert(
      fc.property(id, seq, (groupId, place) => {
        const others = [
          messageKey(groupId, place),
          changeKey(groupId, place),
          deletedKey(groupId, place),
          reactionsKey(groupId, place, '👍'),
        ];
        for (const { sk } of others) expect(sk < MEMBER_SK_PREFIX || sk > GROUP_SK).toBe(true);
        expect(memberKey(groupId, groupId).sk < MEMBER_SK_END).toBe(true);
      }),
    );
    // Reserved for later items.
    for (const sk of ['AT#ada#1', 'PINS', 'DATA', 'INVITE#x']) {
      expect(sk < MEMBER_SK_PREFIX || sk > GROUP_SK).toBe(true);
    }
  });

  it('is the order of the numbers for changes and deleted seqs too', () => {
    fc.assert(
      fc.property(seq, seq, (one, other) => {
        expect(changeSk(one) < changeSk(other)).toBe(one < other);
        expect(deletedSk(one) < deletedSk(other)).toBe(one < other);
      }),
    );
  });

  it('puts the reactions of a part of the log between its bounds, and no others', () => {
    fc.assert(
      fc.property(id, seq, seq, seq, fc.string({ minLength: 1 }), (groupId, one, other, place, emoji) => {
        const [first, last] = one < other ? [one, other] : [other, one];
        const [from, to] = reactionsBetween(first, last);
        const { sk } = reactionsKey(groupId, place, emoji);
        expect(from <= sk && sk <= to).toBe(first <= place && place <= last);
      }),
    );
  });

  it('puts the place before the first message before it', () => {
    expect(messageSk(0) < messageSk(1)).toBe(true);
  });
});

describe('the key of a message', () => {
  it.each([-1, -0.5, 1.5, MAX_SEQ + 1, 1e15, NaN, Infinity, -Infinity])(
    'refuses %d, which is no seq',
    (place) => {
      expect(() => messageSk(place)).toThrow(RangeError);
    },
  );

  it('refuses whatever is no seq', () => {
    const noSeq = fc
      .oneof(
        fc.double(),
        fc.integer({ max: -1 }),
        fc.integer({ min: MAX_SEQ + 1, max: Number.MAX_SAFE_INTEGER }),
      )
      .filter((place) => !Number.isInteger(place) || place < 0 || place > MAX_SEQ);
    fc.assert(fc.property(noSeq, (place) => expect(() => messageSk(place)).toThrow(RangeError)));
  });
});

describe('what a key is of', () => {
  it('is told by the key alone', () => {
    fc.assert(
      fc.property(id, id, seq, (groupId, userId, place) => {
        expect(groupIdOf(groupKey(groupId))).toBe(groupId);
        expect(groupIdOf(memberKey(groupId, userId))).toBe(groupId);
        expect(groupIdOf(messageKey(groupId, place))).toBe(groupId);
        expect(memberUserIdOf(memberKey(groupId, userId))).toBe(userId);
        expect(profileUserIdOf(profileKey(userId))).toBe(userId);
        expect(isMessageKey(messageKey(groupId, place))).toBe(true);
        expect(seqOf(messageKey(groupId, place))).toBe(place);
        expect(changeOf(changeKey(groupId, place))).toBe(place);
        expect(deletedSeqOf(deletedKey(groupId, place))).toBe(place);
        expect(reactionsOf(reactionsKey(groupId, place, userId))).toEqual({ seq: place, emoji: userId });
        expect(formerGroupIdOf(formerGroupKey(userId, groupId))).toBe(groupId);
      }),
    );
  });

  it('is never taken for another thing', () => {
    fc.assert(
      fc.property(id, id, seq, (groupId, userId, place) => {
        for (const key of [
          groupKey(groupId),
          messageKey(groupId, place),
          profileKey(userId),
          handleKey('ada'),
        ]) {
          expect(memberUserIdOf(key)).toBeUndefined();
        }
        for (const key of [
          groupKey(groupId),
          messageKey(groupId, place),
          memberKey(groupId, userId),
          handleKey('ada'),
        ]) {
          expect(profileUserIdOf(key)).toBeUndefined();
        }
        for (const key of [
          groupKey(groupId),
          memberKey(groupId, userId),
          profileKey(userId),
          handleKey('ada'),
        ]) {
          expect(isMessageKey(key)).toBe(false);
        }
        for (const key of [profileKey(userId), handleKey('ada'), formerGroupKey(userId, groupId)]) {
          expect(groupIdOf(key)).toBeUndefined();
        }
        const numbered = [
          messageKey(groupId, place),
          changeKey(groupId, place),
          deletedKey(groupId, place),
          reactionsKey(groupId, place, '👍'),
        ];
        const kinds = [seqOf, changeOf, deletedSeqOf, reactionsOf];
        kinds.forEach((kindOf, kind) => {
          const isOfKind = numbered.map((key) => kindOf(key) !== undefined);
          expect(isOfKind).toEqual(numbered.map((_key, at) => at === kind));
        });
        expect(numbered.map((key) => isMessageKey(key))).toEqual([true, false, false, false]);
        expect(numbered.map((key) => isReactionsKey(key))).toEqual([false, false, false, true]);
        for (const end of ['', '👍', '#']) {
          const { pk, sk } = messageKey(groupId, place);
          expect(reactionsOf({ pk, sk: `${sk.replace('MSG#', 'RCT#')}${end}` })).toBeUndefined();
        }
        expect(formerGroupIdOf(profileKey(userId))).toBeUndefined();
      }),
    );
  });
});

describe('the key of a handle', () => {
  it('stands in the partition that a search for any prefix of it looks at', () => {
    const handle = fc.stringMatching(/^[a-z0-9][a-z0-9_.-]{1,29}$/);
    fc.assert(
      fc.property(handle, fc.integer({ min: 2, max: 30 }), (text, length) => {
        expect(handlePk(text.slice(0, length))).toBe(handleKey(text).pk);
        expect(handleKey(text).sk).toBe(text);
      }),
    );
  });
});

describe('the place in an inbox', () => {
  it('of a direct group is ordered by its time, across years too', () => {
    const time = fc.date({ min: new Date('1970-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(time, time, fc.ulid(), fc.ulid(), (one, other, oneGroup, otherGroup) => {
        fc.pre(one.getTime() !== other.getTime());
        const first = directInboxSk(one.toISOString(), oneGroup);
        const second = directInboxSk(other.toISOString(), otherGroup);
        expect(first < second).toBe(one < other);
        // A named group's row comes after every time.
        expect(namedInboxSk(oneGroup) > first && namedInboxSk(oneGroup) > second).toBe(true);
      }),
    );
  });
});
