import { describe, expect, it } from '@jest/globals';
import type { Message, SystemMessage } from '../../client/src/api/shapes.ts';
import { foldedNear, foldRuns, RunKeys, toggled } from '../../web/src/conversation/member-runs.ts';
import { type Row, rowsOf } from '../../web/src/conversation/rows.ts';
import { runWords } from '../../web/src/conversation/system-words.ts';
import { plain } from '../../web/src/ui/sentence.ts';
import { adds, joins, leaves, removes, system, textMessage, user } from '../client/messages.ts';

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, place) => from + place);

function fold(
  messages: readonly Message[],
  options: { readonly newAfter?: number; readonly open?: readonly number[]; readonly keys?: RunKeys } = {},
): Row[] {
  const rows = rowsOf({
    messages,
    outgoing: [],
    me: 'Me',
    newAfter: options.newAfter,
    hasOlder: true,
    dayOf: (at) => new Date(at).toISOString().slice(0, 10),
  });
  return foldRuns(rows, { open: new Set(options.open), keys: options.keys ?? new RunKeys() });
}

/** Each row by its seq, a run by its first and last one. */
const shapeOf = (rows: readonly Row[]) =>
  rows.map((row) => {
    if (row.kind === 'run') return `${row.messages[0]?.seq}-${row.messages.at(-1)?.seq}`;
    return 'message' in row ? row.message.seq : row.kind;
  });

const keysOf = (rows: readonly Row[]) => rows.filter(({ kind }) => kind === 'run').map(({ key }) => key);

describe('Messages about members', () => {
  it('are folded into one row where three or more follow each other', () => {
    const messages = [textMessage({ seq: 1 }), adds(2, 'Grace'), leaves(3), removes(4, 'Alan'), joins(5)];
    expect(shapeOf(fold([...messages, textMessage({ seq: 6 })]))).toEqual([1, '2-5', 6]);
    expect(shapeOf(fold([textMessage({ seq: 1 }), joins(2), joins(3), textMessage({ seq: 4 })]))).toEqual([
      1, 2, 3, 4,
    ]);
  });

  it('are not folded across other messages, a new owner, a day, or the line above new messages', () => {
    const renamed = system(4, 'Ada', { type: 'group_renamed', name: 'Moths' });
    expect(shapeOf(fold([...range(1, 3).map((seq) => joins(seq)), renamed, joins(5)]))).toEqual([
      '1-3',
      4,
      5,
    ]);
    const handed = system(3, 'Ada', { type: 'member_left', new_owner: user('Grace') });
    expect(shapeOf(fold([joins(1), joins(2), handed, joins(4), joins(5)]))).toEqual([1, 2, 3, 4, 5]);
    const unknown = system(3, 'Ada', undefined);
    expect(shapeOf(fold([joins(1), joins(2), unknown, joins(4), joins(5)]))).toEqual([1, 2, 3, 4, 5]);
    const nextDay = range(4, 6).map((seq) => ({ ...joins(seq), created_at: '2026-01-02T12:00:00.000Z' }));
    expect(shapeOf(fold([...range(1, 3).map((seq) => joins(seq)), ...nextDay]))).toEqual([
      '1-3',
      'day',
      '4-6',
    ]);
    expect(
      shapeOf(
        fold(
          range(1, 7).map((seq) => joins(seq)),
          { newAfter: 4 },
        ),
      ),
    ).toEqual(['1-4', 'divider', '5-7']);
  });

  it('follow the row of an open run, which stays open as it grows at both ends', () => {
    const open = [5];
    expect(
      shapeOf(
        fold(
          range(5, 8).map((seq) => joins(seq)),
          { open },
        ),
      ),
    ).toEqual(['5-8', 5, 6, 7, 8]);
    expect(
      shapeOf(
        fold(
          range(3, 9).map((seq) => joins(seq)),
          { open },
        ),
      ).slice(0, 2),
    ).toEqual(['3-9', 3]);
    expect(
      shapeOf(
        fold(
          range(6, 9).map((seq) => joins(seq)),
          { open },
        ),
      ),
    ).toEqual(['6-9']);
  });

  it('are opened and closed by their run', () => {
    const run = range(5, 8).map((seq) => joins(seq));
    const open = toggled(new Set([1]), run);
    expect([...open]).toEqual([1, 5]);
    const grown = range(3, 9).map((seq) => joins(seq));
    expect([...toggled(open, grown)]).toEqual([1]);
  });

  it('are counted while they are folded near an edge of the list', () => {
    const rows = fold([
      ...range(1, 50).map((seq) => joins(seq)),
      ...range(51, 90).map((seq) => textMessage({ seq })),
    ]);
    expect(foldedNear(rows, 'start')).toBe(50);
    expect(foldedNear(rows, 'end')).toBe(0);
    const opened = fold(
      range(1, 50).map((seq) => joins(seq)),
      { open: [1] },
    );
    expect(foldedNear(opened, 'start')).toBe(0);
  });
});

describe('The key of a run', () => {
  const runOf = (from: number, to: number) => range(from, to).map((seq) => joins(seq));

  it('stays the same as it grows at its beginning or its end', () => {
    const keys = new RunKeys();
    const [key] = keysOf(fold(runOf(50, 60), { keys }));
    expect(keysOf(fold(runOf(50, 70), { keys }))).toEqual([key]);
    expect(keysOf(fold(runOf(20, 70), { keys }))).toEqual([key]);
    expect(keysOf(fold(runOf(20, 71), { keys }))).toEqual([key]);
  });

  it('is unique, also when a run is divided', () => {
    const keys = new RunKeys();
    const [key] = keysOf(fold(runOf(5, 10), { keys }));
    fold(runOf(1, 10), { keys });
    const divided = keysOf(fold(runOf(1, 10), { keys, newAfter: 4 }));
    expect(divided[0]).toBe(key);
    expect(new Set(divided).size).toBe(2);
    const separate = fold([...runOf(1, 4), textMessage({ seq: 5 }), ...runOf(6, 9)], { keys: new RunKeys() });
    expect(new Set(keysOf(separate)).size).toBe(2);
  });
});

describe('The words of a run', () => {
  /** Without the marks around names. */
  const words = (...messages: SystemMessage[]) =>
    plain(runWords(messages, 'Me')).replaceAll(/[\u2068\u2069]/g, '');

  it('name everyone of up to three users, and two of more', () => {
    expect(words(joins(1, 'Grace'), adds(2, 'Alan', 'Hedy'))).toBe('Grace, Alan and Hedy joined');
    expect(words(joins(1, 'Grace'), joins(2, 'Alan'), joins(3, 'Hedy'), joins(4, 'Ada'))).toBe(
      'Grace, Alan and 2 others joined',
    );
  });

  it('say who joined, left and was removed', () => {
    expect(words(joins(1, 'Grace'), leaves(2, 'Alan'), joins(3, 'Hedy'))).toBe(
      'Grace and Hedy joined and Alan left',
    );
    expect(words(joins(1, 'Grace'), leaves(2, 'Alan'), removes(3, 'Hedy'))).toBe(
      'Grace joined, Alan left, and Hedy was removed',
    );
    expect(words(removes(1, 'Grace'), removes(2, 'Alan'), removes(3, 'Hedy'))).toBe(
      'Grace, Alan and Hedy were removed',
    );
  });

  it('count a user who came and left by the last of it', () => {
    expect(words(joins(1, 'Grace'), leaves(2, 'Grace'), joins(3, 'Alan'))).toBe('Alan joined and Grace left');
    expect(words(leaves(1, 'Grace'), joins(2, 'Grace'), joins(3, 'Alan'))).toBe('Grace and Alan joined');
  });

  it('name their reader first, as “you”', () => {
    expect(words(joins(1, 'Grace'), joins(2, 'Alan'), adds(3, 'Hedy', 'Me'), joins(4, 'Ada'))).toBe(
      'You, Grace and 3 others joined',
    );
    expect(words(joins(1, 'Grace'), removes(2, 'Alan'), removes(3, 'Me'))).toBe(
      'Grace joined and you and Alan were removed',
    );
  });

  it('keep each name in its own direction', () => {
    expect(plain(runWords([joins(1, 'Grace'), joins(2, 'Alan'), joins(3, 'Hedy')], 'Me'))).toBe(
      '\u2068Grace\u2069, \u2068Alan\u2069 and \u2068Hedy\u2069 joined',
    );
  });
});
