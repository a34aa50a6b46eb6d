import { describe, expect, it } from '@jest/globals';
import { ApiError } from '../../client/src/api/api-error.ts';
import { Conversation } from '../../client/src/conversation/conversation.ts';
import { missingNewer, shown } from '../../client/src/conversation/log.ts';
import { quoteOf } from '../../client/src/conversation/quotes.ts';
import { eventually } from '../support/eventually.ts';
import { FakeApi } from './fake-api.ts';
import { textMessage } from './messages.ts';

/** How many attempts are made before the sender sees that a message waits, or that it failed. */
const ATTEMPTS = 4;
const STARTING = new ApiError(503, ['starting'], { retryAfter: 1 });
const UNREACHABLE = new ApiError(0, ['unreachable']);

/** A conversation with a number of messages, and its dependencies. */
function begin(
  length: number,
  options: {
    readonly storage?: Map<string, string>;
    /** The seq that each message replies to. */
    readonly originals?: (seq: number) => number | undefined;
  } = {},
) {
  const api = new FakeApi(length, options.originals);
  const kept = options.storage ?? new Map<string, string>();
  const pauses: number[] = [];
  const waits: (() => void)[] = [];
  let isClosed = false;
  const conversation = new Conversation({
    uuid: 'group',
    me: 'me',
    api,
    device: {
      pause: (ms) => {
        pauses.push(ms);
        // The pauses of a held message end when the test ends them.
        if (conversation.log.outgoing.every(({ state }) => state !== 'held')) return Promise.resolve();
        return new Promise<void>((resolve) => waits.push(resolve));
      },
      isClosed: () => isClosed,
      storage: {
        getItem: (key) => kept.get(key) ?? null,
        setItem: (key, value) => void kept.set(key, value),
        removeItem: (key) => void kept.delete(key),
        keys: () => [...kept.keys()],
      },
    },
  });
  return {
    api,
    kept,
    pauses,
    conversation,
    open: (place = { read_seq: length, unread_count: 0 }) =>
      conversation.open({ last_seq: length, ...place }),
    seqs: () => shown(conversation.log).map(({ seq }) => seq),
    texts: () => shown(conversation.log).map(({ message }) => message),
    outgoing: () => conversation.log.outgoing,
    /** Ends a pause by its time. */
    endPauses: () => waits.splice(0).forEach((end) => end()),
    close: () => {
      isClosed = true;
    },
  };
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, place) => from + place);

describe('a conversation', () => {
  it('opens at its end, and pages back to its beginning', async () => {
    const { conversation, open, seqs } = begin(120);
    await open();
    expect(seqs()).toEqual(range(71, 120));
    await conversation.loadOlder();
    expect(seqs()).toEqual(range(1, 120));
    await conversation.loadOlder();
    expect(conversation.state.get()).toMatchObject({ loading: { older: false }, following: true });
  });

  it('opens with all unread messages, when they are few', async () => {
    const { open, seqs } = begin(500);
    await open({ read_seq: 430, unread_count: 70 });
    expect(seqs()).toEqual(range(411, 500));
  });

  it('opens at the first unread message when they are many, and pages to the end', async () => {
    const { api, conversation, open, seqs } = begin(500);
    await open({ read_seq: 100, unread_count: 400 });
    expect(seqs()).toContain(101);
    expect(missingNewer(conversation.log)).toBeGreaterThan(300);
    expect(conversation.state.get().following).toBe(false);
    // A new message is far away, so nothing is fetched.
    const fetched = api.pages.length;
    conversation.take([api.append()]);
    await conversation.loadNewer();
    expect(api.pages).toHaveLength(fetched + 1);
    while (missingNewer(conversation.log) > 0) await conversation.loadNewer();
    conversation.reachedEnd();
    expect(seqs().at(-1)).toBe(501);
    expect(conversation.state.get().following).toBe(true);
  });

  it('jumps to its end from anywhere', async () => {
    const { conversation, open, seqs } = begin(500);
    await open({ read_seq: 100, unread_count: 400 });
    await conversation.jumpToNewest();
    expect(seqs()).toEqual(range(451, 500));
    expect(conversation.state.get().following).toBe(true);
  });

  it('closes a gap by itself', async () => {
    const { api, conversation, open, seqs } = begin(10);
    await open();
    api.append();
    api.append();
    conversation.take([api.append()]);
    expect(seqs()).toEqual(range(1, 10));
    await eventually(() => expect(seqs()).toEqual(range(1, 13)));
  });

  it('catches up after an interruption with new, edited and deleted messages', async () => {
    const { api, conversation, open, seqs, texts } = begin(10);
    await open();
    api.append();
    api.change(1, { message: 'first, edited' });
    api.change(5, { message: null, deleted_at: 'now' });
    await conversation.refresh();
    expect(seqs()).toEqual(range(1, 11));
    expect(texts()).toMatchObject({ 0: 'first, edited', 4: null });
  });

  it('catches up with new messages when it shows the end', async () => {
    const { api, conversation, open, seqs } = begin(1);
    await open();
    api.append();
    await conversation.refresh();
    expect(seqs()).toEqual([1, 2]);
  });

  it('stops following when it has fallen far behind, and fetches no more than a few pages', async () => {
    const { api, conversation, open } = begin(10);
    await open();
    for (let count = 0; count < 1_000; count += 1) api.append();
    conversation.announce(1_010);
    await eventually(() => expect(conversation.state.get().following).toBe(false));
    expect(conversation.log.high).toBe(310);
  });

  it('has the reason why it could not be opened, and tries again', async () => {
    const { api, conversation, open, seqs } = begin(3);
    api.isReachable = false;
    await open();
    expect(conversation.state.get().problem).toBe('unreachable');
    api.isReachable = true;
    await open();
    expect(conversation.state.get().problem).toBeUndefined();
    expect(seqs()).toEqual([1, 2, 3]);
  });

  it('opens when the connection is back, if it could not be opened before', async () => {
    const { api, conversation, open, seqs } = begin(3);
    api.isReachable = false;
    await open();
    api.isReachable = true;
    await conversation.refresh();
    expect(seqs()).toEqual([1, 2, 3]);
    expect(conversation.state.get().problem).toBeUndefined();
  });

  it('shows edits and deletions with their responses', async () => {
    const { conversation, open, texts } = begin(3);
    await open();
    await conversation.edit(2, 'edited');
    await conversation.remove(3);
    expect(texts()).toEqual(['text 1', 'edited', null]);
  });

  it('forgets all messages when the user leaves', async () => {
    const { conversation, open, seqs } = begin(3);
    await open();
    conversation.end();
    expect(seqs()).toEqual([]);
    expect(conversation.state.get().problem).toBe('left');
  });
});

describe('sending', () => {
  it('sends messages one after another, in the order of writing', async () => {
    const { conversation, open, texts, outgoing } = begin(1);
    await open();
    for (const text of ['a', 'b', 'c']) conversation.sending.send(text);
    expect(outgoing().map(({ text }) => text)).toEqual(['a', 'b', 'c']);
    await eventually(() => expect(outgoing()).toEqual([]));
    expect(texts()).toEqual(['text 1', 'a', 'b', 'c']);
  });

  it('does not send a later message before one that takes several attempts', async () => {
    const { api, conversation, open, texts, outgoing } = begin(1);
    await open();
    api.faults.push({ error: new ApiError(503, ['busy']) });
    for (const text of ['a', 'b']) conversation.sending.send(text);
    await eventually(() => expect(outgoing()).toEqual([]));
    expect(texts()).toEqual(['text 1', 'a', 'b']);
  });

  it('tries again with the same key and after_seq when the response is lost, and stores once', async () => {
    const { api, conversation, open, texts, outgoing, pauses } = begin(1);
    await open();
    api.faults.push(
      { error: UNREACHABLE, stored: true },
      { error: new ApiError(503, ['busy'], { retryAfter: 7 }) },
    );
    conversation.sending.send('a');
    await eventually(() => expect(outgoing()).toEqual([]));
    expect(texts()).toEqual(['text 1', 'a']);
    expect(api.sends).toHaveLength(3);
    expect(new Set(api.sends.map(({ key }) => key)).size).toBe(1);
    expect(api.sends.map(({ afterSeq }) => afterSeq)).toEqual([1, 1, 1]);
    expect(pauses[1]).toBe(7_000);
  });

  it('holds a message after a few attempts without a connection, and sends it when the connection is back', async () => {
    const { api, conversation, open, texts, outgoing, endPauses } = begin(1);
    await open();
    api.isReachable = false;
    conversation.sending.send('a');
    await eventually(() => expect(outgoing()).toMatchObject([{ state: 'held', problem: 'unreachable' }]));
    api.isReachable = true;
    api.append();
    conversation.sending.resume();
    endPauses();
    await eventually(() => expect(outgoing()).toEqual([]));
    expect(texts()).toEqual(['text 1', 'text 2', 'a']);
    expect(api.sends).toMatchObject([{ afterSeq: 1 }]);
  });

  it('holds messages while the server starts, and sends them in order afterwards', async () => {
    const { api, conversation, open, texts, outgoing, pauses, endPauses } = begin(1);
    await open();
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) api.faults.push({ error: STARTING });
    conversation.sending.send('a');
    await eventually(() => expect(outgoing()).toMatchObject([{ state: 'held', problem: 'starting' }]));
    expect(pauses).toEqual([1_000, 1_000, 1_000, 1_000]);
    conversation.sending.send('b');
    expect(outgoing()).toMatchObject([
      { text: 'a', state: 'held' },
      { text: 'b', state: 'waiting' },
    ]);
    conversation.sending.resume();
    endPauses();
    await eventually(() => expect(outgoing()).toEqual([]));
    expect(texts()).toEqual(['text 1', 'a', 'b']);
    expect(new Set(api.sends.slice(0, ATTEMPTS + 1).map(({ key }) => key)).size).toBe(1);
    expect(api.sends).toHaveLength(ATTEMPTS + 2);
  });

  it('also goes on when the connection is back before the last attempt has failed', async () => {
    const { api, conversation, open, texts, outgoing } = begin(1);
    await open();
    for (let attempt = 1; attempt < ATTEMPTS; attempt += 1) api.faults.push({ error: STARTING });
    // Its response is pending when the event stream is ready.
    api.faults.push({ error: STARTING, meanwhile: () => conversation.sending.resume() });
    conversation.sending.send('a');
    await eventually(() => expect(outgoing()).toEqual([]));
    expect(texts()).toEqual(['text 1', 'a']);
  });

  it.each([
    ['unreachable', UNREACHABLE],
    ['rate_limited', new ApiError(429, ['rate_limited'], { retryAfter: 3 })],
    ['table_unavailable', new ApiError(503, ['table_unavailable'])],
    ['internal_error', new ApiError(502, ['internal_error'])],
  ])('sends a message that is held for %s without any sign of a connection', async (problem, error) => {
    const { api, conversation, open, outgoing, endPauses } = begin(1);
    await open();
    for (let attempt = 0; attempt <= ATTEMPTS; attempt += 1) api.faults.push({ error });
    conversation.sending.send('a');
    await eventually(() => expect(outgoing()).toMatchObject([{ state: 'held', problem }]));
    endPauses();
    await eventually(() => expect(api.sends).toHaveLength(ATTEMPTS + 1));
    // It is shown as held during an attempt, too.
    expect(outgoing()).toMatchObject([{ state: 'held' }]);
    await eventually(() => {
      endPauses();
      expect(outgoing()).toEqual([]);
    });
  });

  it('marks a message as failed when the server fails several times', async () => {
    const { api, conversation, open, outgoing } = begin(1);
    await open();
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1)
      api.faults.push({ error: new ApiError(500, ['internal_error']) });
    conversation.sending.send('a');
    await eventually(() =>
      expect(outgoing()).toMatchObject([{ state: 'failed', problem: 'internal_error' }]),
    );
    conversation.sending.retry(outgoing()[0]?.key ?? '');
    await eventually(() => expect(outgoing()).toEqual([]));
  });

  it('sends and keeps nothing after its user has signed out', async () => {
    const { api, kept, conversation, open, outgoing, endPauses, close } = begin(1);
    await open();
    api.isReachable = false;
    conversation.sending.send('a');
    conversation.sending.send('b');
    await eventually(() => expect(outgoing()[0]).toMatchObject({ state: 'held' }));
    close();
    kept.clear();
    api.isReachable = true;
    endPauses();
    await new Promise(setImmediate);
    expect(api.sends).toEqual([]);
    expect(kept.size).toBe(0);
  });

  it('does not retry a rejected message, and sends the next one', async () => {
    const { api, conversation, open, texts, outgoing } = begin(1);
    await open();
    api.faults.push({ error: new ApiError(422, ['message_exceed_max_chars_1024']) });
    conversation.sending.send('a');
    conversation.sending.send('b');
    await eventually(() => expect(texts()).toEqual(['text 1', 'b']));
    expect(outgoing()).toMatchObject([
      { text: 'a', state: 'failed', problem: 'message_exceed_max_chars_1024' },
    ]);
    conversation.sending.resume();
    expect(outgoing()).toMatchObject([{ state: 'failed' }]);
    const [refused] = outgoing();
    conversation.sending.discard(refused?.key ?? '');
    expect(outgoing()).toEqual([]);
  });

  it('searches the log for a message when it has grown too far, and sends once', async () => {
    const { api, conversation, open, outgoing } = begin(1);
    await open();
    const tooFar = new ApiError(409, ['after_seq_too_far_behind']);
    for (let count = 0; count < 250; count += 1) api.append();
    api.faults.push({ error: tooFar }, { error: UNREACHABLE });
    conversation.sending.send('a');
    await eventually(() => expect(api.log.at(-1)).toMatchObject({ message: 'a', seq: 252 }));
    expect(api.sends.map(({ afterSeq }) => afterSeq)).toEqual([1, 251, 251]);

    api.faults.push({ error: UNREACHABLE, stored: true }, { error: tooFar });
    conversation.sending.send('b');
    await eventually(() => expect(outgoing()).toEqual([]));
    expect(api.log.filter(({ message }) => message === 'b')).toHaveLength(1);
  });

  it('recognises its own message when the event arrives before the response', async () => {
    const { api, conversation, open, seqs, outgoing } = begin(1);
    await open();
    conversation.sending.send('a');
    const key = outgoing()[0]?.key ?? '';
    conversation.take([textMessage({ seq: 2, client_key: key, user_uuid: 'me' })]);
    expect(outgoing()).toEqual([]);
    await eventually(() => expect(api.sends).toHaveLength(1));
    expect(seqs()).toEqual([1, 2]);
  });

  it('sends outgoing messages after a reload, but not those that were stored', async () => {
    const storage = new Map<string, string>();
    const before = begin(1, { storage });
    await before.open();
    before.api.isReachable = false;
    before.conversation.sending.send('lost');
    // The page is closed; its storage remains.
    const kept = new Map(storage);
    expect(kept.size).toBe(1);

    const after = begin(1, { storage: kept });
    after.conversation.sending.restore();
    await after.open();
    await eventually(() => expect(after.texts()).toEqual(['text 1', 'lost']));
    expect(after.api.sends[0]?.key).toBe(before.outgoing()[0]?.key);
    expect(kept.size).toBe(0);
  });

  it('sends a reply once, also after a reload, and shows its original meanwhile', async () => {
    const storage = new Map<string, string>();
    const before = begin(3, { storage });
    await before.open();
    const original = before.conversation.log.messages.get(2);
    if (!original) throw new Error('message 2 is loaded');
    before.api.isReachable = false;
    before.conversation.sending.send('a', quoteOf(original));
    await eventually(() => expect(before.outgoing()).toMatchObject([{ state: 'held' }]));
    before.close();
    const after = begin(3, { storage });
    await after.open();
    await eventually(() => expect(after.outgoing()).toEqual([]));
    expect(after.api.sends).toMatchObject([{ text: 'a', replyTo: 2 }]);
    expect(shown(after.conversation.log).at(-1)).toMatchObject({ reply_to: { seq: 2, message: 'text 2' } });
  });

  it('shows a deletion of the original in a reply that is not stored yet', async () => {
    const { api, conversation, open, outgoing } = begin(3);
    await open();
    const original = conversation.log.messages.get(2);
    if (!original) throw new Error('message 2 is loaded');
    api.isReachable = false;
    conversation.sending.send('a', quoteOf(original));
    conversation.take([{ ...api.change(2, { message: null, deleted_at: 'now' }) }]);
    expect(outgoing()).toMatchObject([{ replyTo: { seq: 2, message: null, deleted: true } }]);
  });

  it('shows no text of a deleted original in a stored reply, whatever copy of either arrives late', async () => {
    const { api, conversation, open } = begin(3, { originals: (seq) => (seq === 3 ? 2 : undefined) });
    await open();
    const held = (seq: number) => {
      const message = conversation.log.messages.get(seq);
      if (!message) throw new Error(`message ${seq} is loaded`);
      return message;
    };
    const [original, reply] = [held(2), held(3)];
    expect(reply).toMatchObject({ reply_to: { message: 'text 2', deleted: false } });
    conversation.take([api.change(2, { message: null, deleted_at: 'now' })]);
    const late = [[original], [reply], [original, reply], [{ ...reply, rev: 1, message: 'edited' }]];
    for (const messages of [[], ...late]) {
      conversation.take(messages);
      expect(held(3)).toMatchObject({ reply_to: { message: null, deleted: true } });
      expect(JSON.stringify([...conversation.log.messages.values()])).not.toContain('text 2');
    }
  });

  it('shows a rejected message as failed after a reload, and does not send it', async () => {
    const storage = new Map<string, string>();
    const before = begin(1, { storage });
    await before.open();
    before.api.faults.push({ error: new ApiError(422, ['message_malformed']) });
    before.conversation.sending.send('refused');
    await eventually(() => expect(before.outgoing()).toMatchObject([{ state: 'failed' }]));

    const after = begin(1, { storage: new Map(storage) });
    await after.open();
    expect(after.outgoing()).toMatchObject([{ state: 'failed', problem: 'message_malformed' }]);
    expect(after.api.sends).toEqual([]);
  });
});
