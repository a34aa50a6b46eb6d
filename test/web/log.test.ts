import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Message } from '../../web/src/api/shapes.ts';
import {
  announce,
  attempt,
  discard,
  EMPTY_LOG,
  fail,
  hasOlder,
  type Log,
  missingNewer,
  moveAfter,
  receive,
  requeue,
  restore,
  showAt,
  shown,
  trim,
  write,
} from '../../web/src/chat/log.ts';
import { textMessage, textMessages } from './messages.ts';

const seqs = (log: Log): number[] => shown(log).map(({ seq }) => seq);

/** A log that shows a range. */
const showing = (from: number, to: number): Log => showAt(receive(EMPTY_LOG, textMessages(from, to)), to);

const draft = (key: string) => ({ key, text: `text of ${key}`, at: 0 });

describe('what is shown', () => {
  it('is nothing at first, and nothing is known to be missing', () => {
    expect(seqs(EMPTY_LOG)).toEqual([]);
    expect(missingNewer(EMPTY_LOG)).toBe(0);
  });

  it('is the stretch around a place, dense, and grows over what lies beside it', () => {
    const log = showing(50, 52);
    expect(seqs(log)).toEqual([50, 51, 52]);
    expect(hasOlder(log)).toBe(true);
    expect(seqs(receive(log, textMessages(48, 49)))).toEqual([48, 49, 50, 51, 52]);
    expect(hasOlder(showing(1, 3))).toBe(false);
  });

  it('holds back what lies behind a gap, and counts it as missing until the gap is closed', () => {
    const log = receive(showing(1, 3), [textMessage({ seq: 6 })]);
    expect(seqs(log)).toEqual([1, 2, 3]);
    expect(missingNewer(log)).toBe(3);
    const closed = receive(log, textMessages(4, 5));
    expect(seqs(closed)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(missingNewer(closed)).toBe(0);
  });

  it('learns how far the log goes without having it, and never forgets', () => {
    expect(missingNewer(announce(showing(1, 3), 10))).toBe(7);
    expect(missingNewer(announce(announce(showing(1, 3), 10), 4))).toBe(7);
  });

  it('moves to another stretch, which joins the first one when they meet', () => {
    const far = showAt(receive(showing(1, 3), textMessages(8, 9)), 9);
    expect(seqs(far)).toEqual([8, 9]);
    expect(seqs(receive(far, textMessages(4, 7)))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('refuses to show what is not there', () => {
    expect(() => showAt(showing(1, 3), 5)).toThrow(RangeError);
  });

  it('keeps of two versions of a message the later one, whichever comes first', () => {
    const edited = textMessage({ seq: 2, rev: 2, message: 'later' });
    const older = textMessage({ seq: 2, rev: 1, message: 'earlier' });
    const text = (log: Log) => shown(log)[1]?.message;
    expect(text(receive(receive(showing(1, 3), [edited]), [older]))).toBe('later');
    expect(text(receive(showing(1, 3), [older, edited]))).toBe('later');
    expect(text(receive(showing(1, 3), [edited, older]))).toBe('later');
  });

  it('remembers the later version of a message that is not shown yet', () => {
    const edited = textMessage({ seq: 2, rev: 1, message: 'later' });
    const log = receive(receive(showing(4, 5), [edited]), textMessages(1, 3));
    expect(seqs(log)).toEqual([1, 2, 3, 4, 5]);
    expect(shown(log)[1]?.message).toBe('later');
  });

  it('is the very same value when nothing is new', () => {
    const log = showing(1, 3);
    expect(receive(log, textMessages(1, 3))).toBe(log);
    expect(announce(log, 3)).toBe(log);
    expect(showAt(log, 2)).toBe(log);
  });

  it('is trimmed to its newest, and can be paged back from there', () => {
    const log = trim(receive(showing(1, 9), [textMessage({ seq: 20 })]), 3);
    expect(seqs(log)).toEqual([7, 8, 9]);
    expect([...log.messages.keys()]).toEqual([7, 8, 9]);
    expect(missingNewer(log)).toBe(11);
    expect(seqs(receive(log, textMessages(5, 6)))).toEqual([5, 6, 7, 8, 9]);
  });
});

describe('what is on its way', () => {
  it('is sent after the newest message that is known, the same one in each attempt', () => {
    const first = attempt(write(announce(showing(1, 3), 5), draft('a')), 'a');
    expect(first.outgoing).toMatchObject([{ key: 'a', state: 'sending', afterSeq: 5 }]);
    const second = attempt(announce(requeue(fail(first, 'a', 'unreachable'), 'a'), 9), 'a');
    expect(second.outgoing).toMatchObject([{ state: 'sending', afterSeq: 5, problem: undefined }]);
    expect(moveAfter(second, 'a', 9).outgoing).toMatchObject([{ afterSeq: 9 }]);
  });

  it('is let go of when its message is shown: by the answer, or by an event that overtook it', () => {
    const log = attempt(write(showing(1, 3), draft('a')), 'a');
    const arrived = receive(log, [textMessage({ seq: 4, client_key: 'a' })]);
    expect(arrived.outgoing).toEqual([]);
    expect(seqs(arrived)).toEqual([1, 2, 3, 4]);
    // The answer, after the event.
    expect(receive(arrived, [textMessage({ seq: 4, client_key: 'a' })])).toBe(arrived);
  });

  it('stays in sight while its message lies behind a gap', () => {
    const log = receive(write(showing(1, 3), draft('a')), [textMessage({ seq: 6, client_key: 'a' })]);
    expect(log.outgoing).toMatchObject([{ key: 'a', state: 'stored', seq: 6 }]);
    expect(receive(log, textMessages(4, 5)).outgoing).toEqual([]);
  });

  it('does not fail any more once it is stored', () => {
    const log = receive(write(showing(1, 3), draft('a')), [textMessage({ seq: 6, client_key: 'a' })]);
    expect(fail(log, 'a', 'unreachable').outgoing).toMatchObject([{ state: 'stored' }]);
    expect(requeue(log, 'a').outgoing).toMatchObject([{ state: 'stored' }]);
  });

  it('can be given up', () => {
    expect(discard(write(showing(1, 3), draft('a')), 'a').outgoing).toEqual([]);
  });

  it('outlives the page: what was stored meanwhile is recognised, the rest is sent on with its key and place', () => {
    const log = receive(showing(1, 3), [textMessage({ seq: 4, client_key: 'a' })]);
    const kept = [
      { ...draft('a'), afterSeq: 3 },
      { ...draft('b'), afterSeq: 3 },
    ];
    const restored = restore(log, kept);
    expect(restored.outgoing).toMatchObject([{ key: 'b', state: 'waiting', afterSeq: 3 }]);
    expect(restore(restored, kept).outgoing).toHaveLength(1);
  });
});

describe('in any order', () => {
  /** A conversation's true history: each message with the versions that it had. */
  const history = fc
    .array(fc.record({ revs: fc.integer({ min: 0, max: 3 }), own: fc.boolean() }), {
      minLength: 1,
      maxLength: 12,
    })
    .map((entries) =>
      entries.map(({ revs, own }, place) =>
        Array.from({ length: revs + 1 }, (_, rev): Message =>
          textMessage({
            seq: place + 1,
            rev,
            message: `${place + 1}.${rev}`,
            user_uuid: own ? 'me' : 'other',
            ...(own && { client_key: `key-${place + 1}` }),
          }),
        ),
      ),
    );

  /** Everything that tells of it, each thing twice, in some order. */
  const told = history.chain((versions) => {
    const all = versions.flat();
    const twice = [...all, ...all];
    return fc.record({
      versions: fc.constant(versions),
      inputs: fc.shuffledSubarray(twice, { minLength: twice.length }),
    });
  });

  it('ends with every message once, in its last version, and with nothing on its way', () => {
    fc.assert(
      fc.property(told, ({ versions, inputs }) => {
        const written = versions.flatMap(([first]) => first?.client_key ?? []);
        let log = written.reduce((sum, key) => write(sum, draft(key)), EMPTY_LOG);
        for (const message of inputs) {
          log = receive(log, [message]);
          if (log.high === 0) log = showAt(log, message.seq);
          const dense = seqs(log);
          expect(dense).toEqual(dense.map((_, index) => log.low + index));
          // Nothing is shown twice: on its way, and arrived.
          const arrived = new Set(shown(log).map(({ client_key }) => client_key));
          expect(log.outgoing.filter(({ key }) => arrived.has(key))).toEqual([]);
        }
        expect(shown(log)).toEqual(versions.map((all) => all.at(-1)));
        expect(log.outgoing).toEqual([]);
        expect(missingNewer(log)).toBe(0);
      }),
    );
  });
});
