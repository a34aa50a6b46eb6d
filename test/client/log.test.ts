import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Message } from '../../client/src/api/shapes.ts';
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
} from '../../client/src/conversation/log.ts';
import { textMessage, textMessages } from './messages.ts';

const seqs = (log: Log): number[] => shown(log).map(({ seq }) => seq);

/** A log that shows a range. */
const showing = (from: number, to: number): Log => showAt(receive(EMPTY_LOG, textMessages(from, to)), to);

const draft = (key: string) => ({ key, text: `text of ${key}`, at: 0 });

describe('the shown range', () => {
  it('is empty at first, and no message is known to be missing', () => {
    expect(seqs(EMPTY_LOG)).toEqual([]);
    expect(missingNewer(EMPTY_LOG)).toBe(0);
  });

  it('has no gaps, and grows by adjacent messages', () => {
    const log = showing(50, 52);
    expect(seqs(log)).toEqual([50, 51, 52]);
    expect(hasOlder(log)).toBe(true);
    expect(seqs(receive(log, textMessages(48, 49)))).toEqual([48, 49, 50, 51, 52]);
    expect(hasOlder(showing(1, 3))).toBe(false);
  });

  it('excludes messages after a gap, and counts them as missing until the gap is closed', () => {
    const log = receive(showing(1, 3), [textMessage({ seq: 6 })]);
    expect(seqs(log)).toEqual([1, 2, 3]);
    expect(missingNewer(log)).toBe(3);
    const closed = receive(log, textMessages(4, 5));
    expect(seqs(closed)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(missingNewer(closed)).toBe(0);
  });

  it('knows the end of the log without its messages, and never an earlier one', () => {
    expect(missingNewer(announce(showing(1, 3), 10))).toBe(7);
    expect(missingNewer(announce(announce(showing(1, 3), 10), 4))).toBe(7);
  });

  it('moves to another range, and includes the first one when they meet', () => {
    const far = showAt(receive(showing(1, 3), textMessages(8, 9)), 9);
    expect(seqs(far)).toEqual([8, 9]);
    expect(seqs(receive(far, textMessages(4, 7)))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('cannot move to an unknown message', () => {
    expect(() => showAt(showing(1, 3), 5)).toThrow(RangeError);
  });

  it('keeps the later of two versions of a message, whichever arrives first', () => {
    const edited = textMessage({ seq: 2, rev: 2, message: 'later' });
    const older = textMessage({ seq: 2, rev: 1, message: 'earlier' });
    const text = (log: Log) => shown(log)[1]?.message;
    expect(text(receive(receive(showing(1, 3), [edited]), [older]))).toBe('later');
    expect(text(receive(showing(1, 3), [older, edited]))).toBe('later');
    expect(text(receive(showing(1, 3), [edited, older]))).toBe('later');
  });

  it('keeps the later version of a message that is not shown yet', () => {
    const edited = textMessage({ seq: 2, rev: 1, message: 'later' });
    const log = receive(receive(showing(4, 5), [edited]), textMessages(1, 3));
    expect(seqs(log)).toEqual([1, 2, 3, 4, 5]);
    expect(shown(log)[1]?.message).toBe('later');
  });

  it('is the same object when nothing is new', () => {
    const log = showing(1, 3);
    expect(receive(log, textMessages(1, 3))).toBe(log);
    expect(announce(log, 3)).toBe(log);
    expect(showAt(log, 2)).toBe(log);
  });

  it('is trimmed to its newest messages, and can be paged back from there', () => {
    const log = trim(receive(showing(1, 9), [textMessage({ seq: 20 })]), 3);
    expect(seqs(log)).toEqual([7, 8, 9]);
    expect([...log.messages.keys()]).toEqual([7, 8, 9]);
    expect(missingNewer(log)).toBe(11);
    expect(seqs(receive(log, textMessages(5, 6)))).toEqual([5, 6, 7, 8, 9]);
  });
});

describe('an outgoing message', () => {
  it('is sent after the newest known message, the same in each attempt', () => {
    const first = attempt(write(announce(showing(1, 3), 5), draft('a')), 'a');
    expect(first.outgoing).toMatchObject([{ key: 'a', state: 'sending', afterSeq: 5 }]);
    const second = attempt(announce(requeue(fail(first, 'a', 'unreachable'), 'a'), 9), 'a');
    expect(second.outgoing).toMatchObject([{ state: 'sending', afterSeq: 5, problem: undefined }]);
    expect(moveAfter(second, 'a', 9).outgoing).toMatchObject([{ afterSeq: 9 }]);
  });

  it('is removed when its message is shown: by the response, or by an event that arrived before it', () => {
    const log = attempt(write(showing(1, 3), draft('a')), 'a');
    const arrived = receive(log, [textMessage({ seq: 4, client_key: 'a' })]);
    expect(arrived.outgoing).toEqual([]);
    expect(seqs(arrived)).toEqual([1, 2, 3, 4]);
    // The response, after the event.
    expect(receive(arrived, [textMessage({ seq: 4, client_key: 'a' })])).toBe(arrived);
  });

  it('stays while its message is after a gap', () => {
    const log = receive(write(showing(1, 3), draft('a')), [textMessage({ seq: 6, client_key: 'a' })]);
    expect(log.outgoing).toMatchObject([{ key: 'a', state: 'stored', seq: 6 }]);
    expect(receive(log, textMessages(4, 5)).outgoing).toEqual([]);
  });

  it('cannot fail once it is stored', () => {
    const log = receive(write(showing(1, 3), draft('a')), [textMessage({ seq: 6, client_key: 'a' })]);
    expect(fail(log, 'a', 'unreachable').outgoing).toMatchObject([{ state: 'stored' }]);
    expect(requeue(log, 'a').outgoing).toMatchObject([{ state: 'stored' }]);
  });

  it('can be discarded', () => {
    expect(discard(write(showing(1, 3), draft('a')), 'a').outgoing).toEqual([]);
  });

  it('survives the page: it is recognised if it was stored meanwhile, or else sent with its key and after_seq', () => {
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

describe('a log that receives everything in any order', () => {
  /** A conversation's history: each message with all its versions. */
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

  /** All pages, responses and events of a history, each twice, in a random order. */
  const deliveries = history.chain((versions) => {
    const all = versions.flat();
    const twice = [...all, ...all];
    return fc.record({
      versions: fc.constant(versions),
      inputs: fc.shuffledSubarray(twice, { minLength: twice.length }),
    });
  });

  it('ends with every message once, in its last version, and without outgoing messages', () => {
    fc.assert(
      fc.property(deliveries, ({ versions, inputs }) => {
        const written = versions.flatMap(([first]) => first?.client_key ?? []);
        let log = written.reduce((sum, key) => write(sum, draft(key)), EMPTY_LOG);
        for (const message of inputs) {
          log = receive(log, [message]);
          if (log.high === 0) log = showAt(log, message.seq);
          const dense = seqs(log);
          expect(dense).toEqual(dense.map((_, index) => log.low + index));
          // No message is shown twice, as outgoing and as stored.
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
