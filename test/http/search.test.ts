import { beforeAll, describe, expect, it } from '@jest/globals';
import type { FoundMessageAnswer } from '../../backend/presentation/found-message.ts';
import { encodeCursor } from '../../schema/cursors.ts';
import { MAX_SEQ } from '../../schema/keys.ts';
import { ERROR_FORMS, expectFailure } from '../support/answers.ts';
import { FRONT_END, useTestApi } from '../support/api.ts';
import { type Caller, linkOf, ok } from '../support/caller.ts';
import { timeOf } from '../support/factories.ts';
import { addGroup } from '../support/scene.ts';

const api = useTestApi();
let ada: Caller;
let grace: Caller;
let groupId: string;
/** By their texts. */
const sent = new Map<string, FoundMessageAnswer>();

const TEXTS = ['Crème brûlée on Monday?', 'Mondays are BUSY', '私は東京に行きます', 'Ｌｕｎｃｈ 🎉'];

beforeAll(async () => {
  [ada, grace] = [await api().person('ada', 'Ada'), await api().person('grace', 'Grace')];
  for (const message of TEXTS) {
    const { reactions, pinned, ...found } = await ada.send({ handle: 'grace', message });
    groupId = found.message_group_uuid;
    sent.set(message, found as FoundMessageAnswer);
  }
  await ada.send({ message_group_uuid: groupId, message: 'Something else' });
});

const inGroup = (query: string) => `/api/messages/${groupId}/search?${query}`;
const inAll = (query: string) => `/api/search?${query}`;
const query = (q: string) => `q=${encodeURIComponent(q)}`;

describe.each([
  ['a conversation', inGroup],
  ['all conversations', inAll],
] as const)('a search in %s', (_where, pathOf) => {
  it.each([
    ['monday', [TEXTS[1], TEXTS[0]]],
    ['  MONDAY\tcreme ', [TEXTS[0]]],
    ['bru', [TEXTS[0]]],
    ['東京', [TEXTS[2]]],
    ['lunch', [TEXTS[3]]],
    ['🎉', [TEXTS[3]]],
    ['day', []],
  ])('for %j finds the messages as they are, the newest first', async (q, texts) => {
    const answer = await grace.get(pathOf(query(q)));
    // Only the author sees the key of a send, and these have none.
    expect(ok(answer)).toEqual(texts.map((text) => sent.get(text ?? '')));
    expect(answer.headers).toHaveProperty('searched-messages');
    expect(linkOf(answer, 'next')).toBeUndefined();
  });

  it('has neither a reply’s original nor reactions, and shows the author’s current name', async () => {
    const text = 'A reply about pelicans';
    const reply = await grace.send({ message_group_uuid: groupId, message: text, reply_to: 1 });
    ok(await ada.put(`/api/messages/${groupId}/${reply.seq}/reactions/%F0%9F%91%8D`));
    const { reply_to, reactions, pinned, ...found } = { reply_to: undefined, ...reply };
    expect(ok(await ada.get(pathOf('q=pelican')))).toEqual([found]);
    await grace.delete(`/api/messages/${groupId}/${reply.seq}`);
    expect(ok(await ada.get(pathOf('q=pelican')))).toEqual([]);
  });

  it('finds an edited text by its new words alone', async () => {
    const { seq } = await ada.send({ message_group_uuid: groupId, message: 'giraffe' });
    await ada.patch(`/api/messages/${groupId}/${seq}`, { message: 'zebra' });
    expect(ok(await grace.get(pathOf('q=giraffe')))).toEqual([]);
    expect(ok(await grace.get(pathOf('q=zebra')))).toMatchObject([{ seq, rev: 1, message: 'zebra' }]);
    await ada.delete(`/api/messages/${groupId}/${seq}`);
  });

  it('leads to its end by `next`, which repeats the query', async () => {
    const reader = await api().person();
    const { groupId: long } = await addGroup(api().db.table, {
      userIds: [ada.userId, reader.userId],
      length: 45,
      message: (seq) => ({ message: `été & ${seq}` }),
    });
    const path = pathOf(query('ÉTÉ &')).replace(groupId, long);
    const pages = await reader.pages<FoundMessageAnswer>(path, 'next');
    expect(pages.map((page) => page.length).slice(0, 3)).toEqual([20, 20, 5]);
    expect(pages.flat().map(({ seq }) => seq)).toEqual(Array.from({ length: 45 }, (_, place) => 45 - place));
  });

  describe.each(ERROR_FORMS)('is refused: $form', (form) => {
    it.each([
      ['without a query', '', 'q_blank'],
      ['for blanks', 'q=%20%E2%80%8B', 'q_blank'],
      ['for two queries', 'q=a&q=b', 'q_invalid'],
      ['for punctuation alone', query('?! … —'), 'q_without_words'],
      ['for more than 100 characters', `q=${'a'.repeat(101)}`, 'q_exceed_max_chars_100'],
      ['for another parameter', 'q=a&limit=5', 'parameter_unknown'],
    ])('%s', async (_what, text, code) => {
      const answer = await ada.get(pathOf(text), { Accept: form.accept });
      expectFailure(answer, form, { status: 400, codes: [code] });
    });
  });

  it('takes 100 characters of any kind', async () => {
    expect(ok(await ada.get(pathOf(query('😀'.repeat(100)))))).toEqual([]);
  });
});

describe('a search in a conversation', () => {
  it('says how far it looked, also to pages of other origins', async () => {
    const { groupId: long } = await addGroup(api().db.table, { userIds: [ada.userId], length: 520 });
    const path = `/api/messages/${long}/search?q=nothing`;
    const first = await ada.get(path, { Origin: FRONT_END });
    expect(first.headers).toMatchObject({
      'searched-messages': '500',
      'searched-back-to': timeOf(21),
      'access-control-expose-headers': expect.stringContaining('Searched-Messages,Searched-Back-To'),
    });
    const second = await ada.get(linkOf(first, 'next') ?? '');
    expect(second.headers).toMatchObject({ 'searched-messages': '20', 'searched-back-to': timeOf(1) });
    expect(linkOf(second, 'next')).toBeUndefined();
  });

  it('before the first message looks at nothing, and beyond the last one at all', async () => {
    const nothing = await ada.get(inGroup('q=monday&before=1'));
    expect(ok(nothing)).toEqual([]);
    expect(nothing.headers).toMatchObject({ 'searched-messages': '0' });
    expect(nothing.headers).not.toHaveProperty('searched-back-to');
    expect(ok(await ada.get(inGroup(`q=monday&before=${MAX_SEQ}`)))).toHaveLength(2);
    expect(ok(await ada.get(inGroup('q=monday&before=2')))).toHaveLength(1);
  });

  describe.each(ERROR_FORMS)('is refused: $form', (form) => {
    it.each(['0', '-1', '1.5', 'x', '', '1234567890123'])('before %j', async (before) => {
      const answer = await ada.get(inGroup(`q=a&before=${before}`), { Accept: form.accept });
      expectFailure(answer, form, { status: 400, codes: ['seq_invalid'] });
    });
  });
});

describe('a search in all conversations', () => {
  describe.each(ERROR_FORMS)('is refused: $form', (form) => {
    it.each([
      ['what is no cursor', () => 'x'],
      ['a cursor of another user', () => encodeCursor(['search', 'somebody', 'a'], PLACE)],
      ['a cursor of another query', () => encodeCursor(['search', ada.userId, 'b'], PLACE)],
      ['a place in no search', () => encodeCursor(['search', ada.userId, 'a'], `${PLACE}|`)],
    ])('with %s', async (_what, cursor) => {
      const answer = await ada.get(inAll(`q=a&cursor=${cursor()}`), { Accept: form.accept });
      expectFailure(answer, form, { status: 400, codes: ['cursor_invalid'] });
    });
  });

  it('finds nothing in conversations of others', async () => {
    const stranger = await api().person();
    expect(ok(await stranger.get(inAll('q=monday')))).toEqual([]);
  });
});

const PLACE = '0|2026-01-01T00:00:00.000Z||||||||';
