import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Message, SystemMessage } from '../../client/src/api/shapes.ts';
import {
  isOwnText,
  NOTHING_HELD,
  shownRow,
  withMessage,
  withState,
} from '../../client/src/inbox/held-row.ts';
import { InboxModel } from './inbox-model.ts';
import { listRow, textMessage } from './messages.ts';

const reader = { me: 'me', systemWords: ({ message }: SystemMessage) => message };

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString();

/** The list with one conversation `g` that has some texts of another user, processed and loaded. */
async function loaded(texts: number, parts: { readonly readSeq?: number } = {}): Promise<InboxModel> {
  const model = new InboxModel();
  for (let count = 0; count < texts; count += 1) model.send('other');
  model.readSeq = parts.readSeq ?? 0;
  model.process(texts);
  model.publications.length = 0;
  model.requestPage();
  await model.respond();
  return model;
}

describe('the list of conversations', () => {
  const { rows } = new InboxModel();
  rows.tookPage([listRow('a', { created_at: at(5) }), listRow('b', { created_at: at(1) })], {
    requestedAt: rows.moment(),
    isFirst: true,
  });

  it('has each conversation once, newest activity first, from whatever page', () => {
    const pages = [[{ uuid: 'b' }, { uuid: 'a' }], [{ uuid: 'b' }]];
    expect(rows.listed(pages).map(({ uuid }) => uuid)).toEqual(['a', 'b']);
    rows.tookRow(listRow('b', { created_at: at(9), last_seq: 6, message: 'new' }));
    expect(rows.listed(pages).map(({ uuid, message }) => [uuid, message])).toEqual([
      ['b', 'new'],
      ['a', 'old'],
    ]);
  });

  it('adds a conversation that is on no page, until the first page is loaded again', () => {
    rows.tookRow(listRow('c', { created_at: at(7) }));
    expect(rows.listed([[{ uuid: 'a' }]]).map(({ uuid }) => uuid)).toContain('c');
    rows.tookPage([listRow('a')], { requestedAt: rows.moment(), isFirst: true });
    expect(rows.listed([[{ uuid: 'a' }]]).map(({ uuid }) => uuid)).toEqual(['a']);
  });

  it('does not show a conversation that was left, also after a response from before', () => {
    const requestedAt = rows.moment();
    rows.remove('a');
    rows.tookPage([listRow('a')], { requestedAt, isFirst: true });
    expect(rows.listed([[{ uuid: 'a' }]])).toEqual([]);
    rows.tookRow(listRow('a'));
    expect(rows.listed([[{ uuid: 'a' }]])).toHaveLength(1);
  });
});

describe('a row', () => {
  it('shows a text of another user with its preview and time, and counts it once though it arrives twice', async () => {
    const model = await loaded(5, { readSeq: 5 });
    model.send('other');
    model.receive(0, true);
    expect(model.shown).toMatchObject({ message: 'text 6', last_seq: 6, unread_count: 1, last_by: 'other' });
    model.process();
    model.receive();
    expect(model.shown).toMatchObject({ last_seq: 6, unread_count: 1 });
    expect(model.timers.size + model.fetches).toBe(0);
  });

  it('counts no system message', async () => {
    const model = await loaded(5, { readSeq: 4 });
    model.send('other', 'system');
    model.receive();
    expect(model.shown).toMatchObject({ last_seq: 6, last_kind: 'system', unread_count: 1 });
  });

  it('is read up to an own text', async () => {
    const model = await loaded(5, { readSeq: 1 });
    model.send('me');
    model.receive();
    expect(model.shown).toMatchObject({ read_seq: 6, unread_count: 0 });
    model.send('other');
    model.receive();
    expect(model.shown).toMatchObject({ read_seq: 6, unread_count: 1 });
  });

  it('shows an edit of its newest message, and not of an older one', async () => {
    const model = await loaded(5);
    model.change(4, 'edit 1');
    model.receive();
    expect(model.shown).toMatchObject({ message: 'text 5', unread_count: 5 });
    model.change(5, 'edit 1');
    model.receive();
    expect(model.shown).toMatchObject({ message: 'edit 1', unread_count: 5 });
    // A response from before the summary was written does not restore the old text.
    model.requestPage();
    await model.respond();
    expect(model.shown).toMatchObject({ message: 'edit 1' });
  });

  it('shows no preview of a deleted message, and does not count it', async () => {
    const model = await loaded(5, { readSeq: 3 });
    model.change(5, null);
    model.receive();
    expect(model.shown).toMatchObject({ message: null, unread_count: 1 });
    model.send('other');
    model.receive();
    model.change(6, null);
    model.receive();
    expect(model.shown).toMatchObject({ message: null, unread_count: 1 });
    await model.settle();
    expect(model.shown).toMatchObject({ message: null, unread_count: 1 });
  });

  it('is fetched with the entry of the change log about a deletion, and not before', async () => {
    const model = await loaded(5, { readSeq: 3 });
    model.change(4, null);
    model.receive();
    expect(model.shown?.unread_count).toBe(1);
    expect(model.fetches).toBe(0);
    model.process();
    model.receive();
    expect(model.fetches).toBe(0);
    model.receive();
    await model.fireTimer();
    await model.respond();
    expect([model.fetches, model.timers.size, model.shown?.unread_count]).toEqual([1, 0, 1]);
  });

  it('is not fetched for the deletion of a message that was read', async () => {
    const model = await loaded(5, { readSeq: 5 });
    model.change(4, null);
    model.receive();
    expect(model.timers.size).toBe(0);
  });

  it('is fetched when seqs were skipped, until the summary has them, with one request at a time', async () => {
    const model = await loaded(5, { readSeq: 5 });
    const third = [model.send('other'), model.send('other', 'system'), model.send('other')][2];
    for (let count = 0; count < 10; count += 1) if (third) model.rows.tookMessage(third);
    // Until then each unknown message counts.
    expect(model.shown?.unread_count).toBe(3);
    expect(model.timers.size).toBe(1);
    await model.fireTimer();
    expect(model.fetches).toBe(1);
    await model.respond();
    // The summary was not written yet.
    expect(model.timers.size).toBe(1);
    model.process(3);
    await model.fireTimer();
    await model.respond();
    expect(model.shown).toMatchObject({ last_seq: 8, unread_count: 2 });
    expect([model.fetches, model.timers.size]).toEqual([2, 0]);
  });

  it('is not fetched when the skipped messages arrive first', async () => {
    const model = await loaded(5, { readSeq: 5 });
    model.send('other');
    model.send('other');
    model.receive(1);
    model.receive(0);
    expect(model.shown?.unread_count).toBe(2);
    await model.fireTimer();
    expect(model.fetches).toBe(0);
  });

  it('is fetched with a message of a conversation that is not loaded, and removed by a 404', async () => {
    const model = new InboxModel();
    model.send('other');
    model.receive();
    expect(model.shown).toBeUndefined();
    model.process();
    await model.fireTimer();
    await model.respond();
    expect(model.rows.listed([])).toMatchObject([{ uuid: 'g', unread_count: 1 }]);
    model.isMember = false;
    model.send('other');
    model.send('other');
    model.receive(2);
    await model.fireTimer();
    await model.respond();
    expect(model.shown).toBeUndefined();
  });

  it('keeps the higher read mark, whichever arrives first', async () => {
    const model = await loaded(9, { readSeq: 5 });
    model.requestPage();
    model.markRead(9, false);
    expect(model.shown).toMatchObject({ read_seq: 9, unread_count: 0 });
    await model.respond();
    expect(model.shown).toMatchObject({ read_seq: 9, unread_count: 0 });
  });

  it('is fetched for a mark between its own and its end', async () => {
    const model = await loaded(9, { readSeq: 2 });
    model.markRead(5, false);
    expect(model.shown).toMatchObject({ read_seq: 5, unread_count: 4 });
    expect(model.timers.size).toBe(1);
  });

  it('takes a new name with an older summary', () => {
    const parts = { readyAt: 0, me: 'me' };
    const held = withState(NOTHING_HELD, listRow('a', { last_seq: 9, message: 'newest' }), {
      ...parts,
      requestedAt: 1,
    });
    const renamed = listRow('a', { last_seq: 7, message: 'late', display_name: 'renamed' });
    const later = withState(held, renamed, { ...parts, requestedAt: 2 });
    expect(shownRow(later, reader)).toMatchObject({
      last_seq: 9,
      message: 'newest',
      display_name: 'renamed',
    });
    const late = withState(held, renamed, { ...parts, requestedAt: 0 });
    expect(shownRow(late, reader)).toMatchObject({ last_seq: 9, display_name: 'a' });
  });

  it('cuts a preview between code points', () => {
    const held = withState(NOTHING_HELD, listRow('a'), { requestedAt: 1, readyAt: 0, me: 'me' });
    const message = textMessage({ seq: 6, message: '🙂'.repeat(120), message_group_uuid: 'a' });
    expect(shownRow(withMessage(held, { message, receivedAt: 2 }, 'me'), reader)?.message).toBe(
      '🙂'.repeat(100),
    );
  });

  it('shows a system message in the words of the app', () => {
    const added: Message = {
      ...textMessage({ seq: 6, message_group_uuid: 'a' }),
      kind: 'system',
      message: 'Ada added Grace',
      event: { type: 'member_joined' },
    };
    const held = withState(NOTHING_HELD, listRow('a'), { requestedAt: 1, readyAt: 0, me: 'me' });
    const shown = shownRow(withMessage(held, { message: added, receivedAt: 2 }, 'me'), {
      me: 'me',
      systemWords: ({ event }) => `the app’s words of ${event?.type}`,
    });
    expect(shown?.message).toBe('the app’s words of member_joined');
  });

  it('distinguishes the user’s texts from their changes of the group', () => {
    expect(isOwnText(listRow('a', { last_by: 'me' }), 'me')).toBe(true);
    expect(isOwnText(listRow('a', { last_by: 'me', last_kind: 'system' }), 'me')).toBe(false);
    expect(isOwnText(listRow('a', { last_by: 'me', message: null }), 'me')).toBe(false);
    expect(isOwnText(listRow('a'), 'me')).toBe(false);
  });
});

describe('mentions in a row', () => {
  it('are counted while they are unread, by handle and with all, each message once', async () => {
    const model = await loaded(5, { readSeq: 5 });
    for (const mentions of ['me', 'nobody', 'all'] as const) model.send('other', 'text', mentions);
    for (let count = 0; count < 3; count += 1) model.receive(0, true);
    expect(model.shown).toMatchObject({ unread_count: 3, mention_count: 2 });
    model.markRead(6, false);
    expect(model.shown?.mention_count).toBe(1);
    model.change(8, null);
    model.receive(0);
    await model.settle();
    expect(model.shown).toMatchObject({ unread_count: 1, mention_count: 0 });
  });

  it('are those of the newest version of a message', async () => {
    const model = await loaded(5, { readSeq: 5 });
    model.send('other', 'text', 'me');
    model.receive();
    model.change(6, 'never mind', 'nobody');
    model.receive();
    expect(model.shown?.mention_count).toBe(0);
    expect(model.timers.size).toBe(0);
  });

  it('are fetched after an edit of an unread message that may have changed them, with its entry of the change log', async () => {
    const model = await loaded(5, { readSeq: 3 });
    model.change(4, 'hello', 'me');
    model.receive();
    expect([model.fetches, model.timers.size]).toEqual([0, 1]);
    model.process();
    for (let count = 0; count < 2; count += 1) model.receive();
    await model.fireTimer();
    await model.respond();
    expect([model.fetches, model.timers.size, model.shown?.mention_count]).toEqual([1, 0, 1]);
    // The text no longer mentions the user, and the count has it still.
    model.change(4, 'hello', 'nobody');
    model.receive();
    expect(model.timers.size).toBe(1);
  });

  it('are not fetched after an edit that mentions nobody where nobody was mentioned, nor of a message that was read', async () => {
    const model = await loaded(5, { readSeq: 3 });
    model.change(4, 'hello', 'nobody');
    model.receive();
    model.change(2, 'hello', 'me');
    model.receive();
    model.process(2);
    while (model.publications.length > 0) model.receive();
    expect(model.timers.size + model.fetches).toBe(0);
  });
});

describe('own settings in a row', () => {
  it('are shown at once, and taken back where the API rejects them', async () => {
    const model = await loaded(5);
    model.changeSettings({ favourite: true, muted: 'all' }, false);
    expect(model.shown).toMatchObject({ favourite: true, muted: 'all' });
    await new Promise(setImmediate);
    await model.respond();
    expect(model.shown).toMatchObject({ favourite: true, muted: 'all' });
    model.failNext();
    model.changeSettings({ favourite: false }, false);
    await new Promise(setImmediate);
    expect(model.shown?.favourite).toBe(false);
    await model.respond();
    expect(model.shown?.favourite).toBe(true);
    // It may have been executed: the row is fetched.
    await model.fireTimer();
    await model.respond();
    expect(model.shown?.favourite).toBe(false);
  });

  it('are sent one after the other, so that the last one counts', async () => {
    const model = await loaded(5);
    for (const favourite of [true, false, true]) model.changeSettings({ favourite }, false);
    expect(model.responses).toHaveLength(0);
    for (let count = 0; count < 3; count += 1) {
      await new Promise(setImmediate);
      expect(model.responses).toHaveLength(1);
      await model.respond();
      expect(model.shown?.favourite).toBe(true);
    }
  });

  it('leave the archive with the next message, though the API’s summary is late, and stay in it with an earlier one', async () => {
    const model = await loaded(5);
    model.send('me');
    model.receive();
    // The summary in the response does not have the own text.
    model.changeSettings({ archived: true }, false);
    await new Promise(setImmediate);
    await model.respond();
    expect(model.shown).toMatchObject({ archived: true, last_seq: 6 });
    model.process();
    await model.settle();
    expect(model.shown).toMatchObject({ archived: true, last_seq: 6 });
    model.send('other');
    model.receive();
    expect(model.shown?.archived).toBe(false);
    await model.fireTimer();
    await model.respond();
    // That response was still from before the summary.
    expect(model.shown?.archived).toBe(false);
    await model.settle();
    expect(model.shown).toMatchObject({ archived: false, last_seq: 7 });
  });

  it('go back to the archive at once where the user archives again, though the API’s summary is late', async () => {
    const model = await loaded(5);
    model.changeSettings({ archived: true }, true);
    model.receive();
    model.send('other');
    model.receive();
    expect(model.shown?.archived).toBe(false);
    model.changeSettings({ archived: true }, false);
    await new Promise(setImmediate);
    await model.respond();
    expect(model.shown).toMatchObject({ archived: true, last_seq: 6 });
    await model.settle();
    expect(model.shown).toMatchObject({ archived: true, last_seq: 6 });
  });

  it('are fetched where a state from before the change arrives while it is under way', async () => {
    const model = await loaded(5);
    model.changeSettings({ favourite: true }, false);
    await new Promise(setImmediate);
    // An event that was published before the change was stored.
    model.rows.tookRow({ ...listRow('g', { last_seq: 5 }), favourite: false });
    await model.respond();
    expect([model.shown?.favourite, model.timers.size]).toEqual([false, 1]);
    await model.fireTimer();
    await model.respond();
    expect(model.shown?.favourite).toBe(true);
  });

  it('are no longer marked as unread after an own text or a read mark, also of a response from before', async () => {
    const model = await loaded(5, { readSeq: 5 });
    model.changeSettings({ marked_unread: true }, true);
    model.receive();
    expect(model.shown?.marked_unread).toBe(true);
    model.requestPage();
    model.markRead(5, false);
    expect(model.shown?.marked_unread).toBe(false);
    await model.respond();
    expect(model.shown?.marked_unread).toBe(false);
    await model.settle();
    model.changeSettings({ marked_unread: true }, true);
    model.receive();
    model.send('other');
    model.receive();
    expect(model.shown?.marked_unread).toBe(true);
    model.send('me');
    model.receive();
    expect(model.shown?.marked_unread).toBe(false);
    await model.settle();
    expect(model.shown?.marked_unread).toBe(false);
  });

  it('decide in which lists a row is, wherever it was loaded', () => {
    const { rows } = new InboxModel();
    const page = { requestedAt: rows.moment(), isFirst: true };
    rows.tookPage([listRow('a')], page);
    rows.tookPage([listRow('b', { archived: true, favourite: true })], { ...page, list: 'archived' });
    const listed = (list: 'default' | 'favourites' | 'archived', ...pages: { uuid: string }[][]) =>
      rows.listed(pages, list).map(({ uuid }) => uuid);
    expect(listed('default', [{ uuid: 'a' }])).toEqual(['a']);
    expect(listed('archived', [{ uuid: 'b' }])).toEqual(['b']);
    rows.tookMessage(textMessage({ seq: 6, message_group_uuid: 'b', user_uuid: 'other' }));
    expect(listed('default', [{ uuid: 'a' }])).toEqual(['b', 'a']);
    expect(listed('archived', [{ uuid: 'b' }])).toEqual([]);
    expect(listed('favourites', [{ uuid: 'b' }])).toEqual(['b']);
    rows.tookRow(listRow('a', { favourite: true }));
    expect(listed('favourites', [{ uuid: 'b' }])).toEqual(['b', 'a']);
  });
});

const place = fc.nat(7);
const mentions = fc.constantFrom('nobody' as const, 'me' as const, 'all' as const);
const settings = fc.oneof(
  fc.record({ muted: fc.constantFrom('none' as const, 'all' as const, 'except_mentions' as const) }),
  fc.record({ favourite: fc.boolean() }),
  fc.record({ archived: fc.boolean() }),
  fc.record({ marked_unread: fc.boolean() }),
);
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      by: fc.constantFrom('other', 'other', 'me', 'system'),
      mentions,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), place }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('edit' as const), place, mentions }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('set' as const), change: settings, isElsewhere: fc.boolean() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('process' as const), count: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('receive' as const), place, isDoubled: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('respond' as const), place }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('fire' as const), place }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('mark' as const), place, isElsewhere: fc.boolean() }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('call' as const),
      what: fc.constantFrom('requestPage', 'disconnect', 'reconnect', 'reconnect', 'failNext'),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

type WriteStep = Extract<Step, { do: 'send' | 'edit' | 'delete' }>;

/** Sends, edits or deletes a message. The user's own texts mention nobody. */
function write(model: InboxModel, taken: WriteStep): void {
  if (taken.do === 'send') {
    if (taken.by === 'system') model.send('other', 'system');
    else model.send(taken.by, 'text', taken.by === 'me' ? 'nobody' : taken.mentions);
    return;
  }
  const seq = seqAt(model, taken.place);
  const { rev = 0, user_uuid } = model.log[seq - 1] ?? {};
  if (taken.do === 'delete') model.change(seq, null);
  else model.change(seq, `edit ${rev + 1}`, user_uuid === 'me' ? undefined : taken.mentions);
}

const seqAt = ({ log }: InboxModel, at: number): number => 1 + (at % Math.max(1, log.length));

async function take(model: InboxModel, taken: Step): Promise<void> {
  switch (taken.do) {
    case 'send':
    case 'edit':
    case 'delete':
      write(model, taken);
      return;
    case 'set':
      if (model.log.length > 0) model.changeSettings(taken.change, taken.isElsewhere);
      return;
    case 'process':
      model.process(taken.count);
      return;
    case 'receive':
      model.receive(taken.place, taken.isDoubled);
      return;
    case 'respond':
      return model.respond(taken.place);
    case 'fire':
      return model.fireTimer(taken.place);
    case 'mark':
      model.markRead(seqAt(model, taken.place), taken.isElsewhere);
      return;
    case 'call':
      model[taken.what]();
  }
}

it('A row ends as the API has it, in any order of messages, mentions, marks, settings, publications, responses and interruptions', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const model = new InboxModel();
      let lastSeq = 0;
      let readSeq = 0;
      for (const taken of steps) {
        await take(model, taken);
        const shown = model.shown;
        if (!shown) continue;
        expect(shown.last_seq).toBeGreaterThanOrEqual(lastSeq);
        expect(shown.read_seq).toBeGreaterThanOrEqual(readSeq);
        ({ last_seq: lastSeq, read_seq: readSeq } = shown);
      }
      await model.settle();
      const truth = model.row();
      expect(model.shown).toEqual(truth);
    }),
    { numRuns: 1_000 },
  );
});
