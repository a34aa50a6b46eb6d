import { expect, it } from '@jest/globals';
import {
  changeKey,
  deletedKey,
  groupKey,
  memberKey,
  messageKey,
  pinsKey,
  profileKey,
  reactionsKey,
} from '../../schema/keys.ts';
import { passesStreamFilter } from '../../schema/stream-filter.ts';

it('The function gets what members write, and not what it writes itself', () => {
  for (const { sk } of [messageKey('g', 1), reactionsKey('g', 1, '👍'), pinsKey('g')]) {
    const passing = ['INSERT', 'MODIFY', 'REMOVE', undefined].filter((event) =>
      passesStreamFilter(event, sk),
    );
    expect([sk, ...passing]).toEqual([sk, 'INSERT', 'MODIFY']);
  }
  const others = [
    changeKey('g', 1),
    deletedKey('g', 1),
    groupKey('g'),
    memberKey('g', 'ada'),
    profileKey('ada'),
  ];
  for (const { sk } of [...others, { sk: 'PINS#1' }, { sk: '' }]) {
    expect([sk, passesStreamFilter('INSERT', sk)]).toEqual([sk, false]);
  }
});
