import { describe, expect, it } from '@jest/globals';
import { blockedWords, foldBlocked } from '../../web/src/conversation/blocked-runs.ts';
import { foldedNear, RunKeys, toggled } from '../../web/src/conversation/member-runs.ts';
import { type Row, rowsOf } from '../../web/src/conversation/rows.ts';
import { joins, textMessage } from '../client/messages.ts';

const text = (seq: number, user_uuid: string) => textMessage({ seq, user_uuid });
const MESSAGES = [
  text(1, 'ada'),
  text(2, 'eve'),
  text(3, 'eve'),
  text(4, 'ada'),
  text(5, 'mallory'),
  joins(6),
];

function rowsFor(messages: Parameters<typeof rowsOf>[0]['messages'] = MESSAGES): Row[] {
  return rowsOf({ messages, outgoing: [], me: 'me', hasOlder: true, dayOf: () => 'today' });
}

const seqsOf = (rows: readonly Row[]) =>
  rows.map((row) =>
    row.kind === 'blocked'
      ? row.messages.map(({ seq }) => seq)
      : row.kind === 'message' || row.kind === 'system'
        ? row.message.seq
        : row.kind,
  );

describe('messages of blocked users', () => {
  const blocked = new Set(['eve', 'mallory']);

  it('are folded where they follow each other, and shown below where one is opened', () => {
    const keys = new RunKeys('blocked');
    const folded = foldBlocked(rowsFor(), { blocked, open: new Set(), keys });
    expect(seqsOf(folded)).toEqual([1, [2, 3], 4, [5], 6]);
    expect(foldedNear(folded, 'start')).toBe(3);
    const open = toggled(new Set(), [text(2, 'eve'), text(3, 'eve')]);
    const opened = foldBlocked(rowsFor(), { blocked, open, keys });
    expect(seqsOf(opened)).toEqual([1, [2, 3], 2, 3, 4, [5], 6]);
    expect(foldedNear(opened, 'start')).toBe(1);
    expect(toggled(open, [text(2, 'eve'), text(3, 'eve')]).size).toBe(0);
  });

  it('keep the key of their row as it grows at both ends', () => {
    const keys = new RunKeys('blocked');
    const keyOf = (from: number, to: number) => {
      const messages = MESSAGES.slice(1, 1).concat(
        Array.from({ length: to - from + 1 }, (_, place) => text(from + place, 'eve')),
      );
      return foldBlocked(rowsFor(messages), { blocked, open: new Set(), keys })[0]?.key;
    };
    const key = keyOf(5, 6);
    expect(keyOf(5, 8)).toBe(key);
    expect(keyOf(2, 8)).toBe(key);
  });

  it('are as they are where nobody is blocked', () => {
    const rows = rowsFor();
    const parts = { blocked: new Set<string>(), open: new Set<number>(), keys: new RunKeys() };
    expect(foldBlocked(rows, parts)).toBe(rows);
  });

  it('are counted in words', () => {
    expect(blockedWords([text(1, 'eve')])).toBe('Message of a blocked user');
    expect(blockedWords([text(1, 'eve'), text(2, 'eve')])).toBe('2 messages of a blocked user');
    expect(blockedWords([text(1, 'eve'), text(2, 'mallory')])).toBe('2 messages of blocked users');
  });
});
