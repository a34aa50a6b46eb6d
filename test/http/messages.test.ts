import { beforeAll, describe, expect, it } from '@jest/globals';
import type { MessageAnswer } from '../../backend/presentation/message.ts';
import { ERROR_FORMS, expectFailure } from '../support/answers.ts';
import { useTestApi } from '../support/api.ts';
import { type Caller, linkOf, ok } from '../support/caller.ts';
import { tombstone } from '../support/factories.ts';
import { addGroup, putItem, upTo } from '../support/scene.ts';

const api = useTestApi();

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Two people who have said something to each other: `log` holds it. */
async function conversation(): Promise<{ ada: Caller; grace: Caller; groupId: string }> {
  const [ada, grace] = await Promise.all([api().person(), api().person()]);
  const { message_group_uuid: groupId } = await ada.send({ handle: grace.handle, message: 'one' });
  return { ada, grace, groupId };
}

const seqs = (page: readonly MessageAnswer[]) => page.map((message) => message.seq);

describe('POST /api/messages', () => {
  it('answers with the message, all of it', async () => {
    const [ada, grace] = [await api().person('ada', 'Ada Lovelace'), await api().person()];
    const sent = await ada.send({ handle: grace.handle, message: '  Hello,\n\tGrace! \u{1F44B}\n' });
    expect(sent).toEqual({
      uuid: expect.stringMatching(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/),
      message_group_uuid: expect.stringMatching(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/),
      seq: 1,
      rev: 0,
      kind: 'text',
      user_uuid: ada.userId,
      display_name: 'Ada Lovelace',
      handle: 'ada',
      message: '  Hello,\n\tGrace! \u{1F44B}',
      created_at: expect.stringMatching(TIME),
      edited_at: null,
      deleted_at: null,
      mentions: [],
      mentions_all: false,
      attachments: [],
      reactions: [],
      pinned: false,
    });
    expect(await grace.history(sent.message_group_uuid)).toEqual([sent]);
  });

  it('opens one conversation for a pair, whoever writes and however the handle is spelt', async () => {
    const { ada, grace, groupId } = await conversation();
    const sent = [
      await grace.send({ handle: ada.handle, message: 'two' }),
      await ada.send({ handle: ` ${grace.handle.toUpperCase()} `, message: 'three' }),
      await ada.send({ message_group_uuid: groupId, message: 'four' }),
    ];
    expect(sent.map((message) => message.message_group_uuid)).toEqual([groupId, groupId, groupId]);
    expect(seqs(sent)).toEqual([2, 3, 4]);
    expect(await grace.inbox()).toMatchObject([{ uuid: groupId }]);
  });

  it('sends to whoever has the handle now', async () => {
    const [ada, first, second] = [await api().person(), await api().person('wanderer'), await api().user()];
    await first.saveProfile({ handle: 'settled', display_name: 'First' });
    await second.saveProfile({ handle: 'wanderer', display_name: 'Second' });
    const { message_group_uuid: groupId } = await ada.send({ handle: 'wanderer', message: 'Hi' });
    expect(await second.history(groupId)).toHaveLength(1);
    expect(await first.get(`/api/messages/${groupId}`)).toMatchObject({ status: 404 });
  });

  it('takes a place in the log that exists, and does not mind how old it is', async () => {
    const { ada, grace, groupId } = await conversation();
    await grace.send({ message_group_uuid: groupId, message: 'two' });
    const third = await ada.send({ message_group_uuid: groupId, message: 'three', after_seq: 1 });
    expect(third.seq).toBe(3);
    const beyond = { message_group_uuid: groupId, message: 'Hi', after_seq: 4 };
    expect((await ada.post('/api/messages', beyond)).json()).toEqual(['after_seq_beyond_end']);
    expect(seqs(await ada.history(groupId))).toEqual([1, 2, 3]);
  });

  it('takes the place before the first message, with a key and without', async () => {
    const { ada, groupId } = await conversation();
    const body = { message_group_uuid: groupId, after_seq: 0 };
    const two = await ada.send({ ...body, message: 'two' });
    const three = await ada.send({ ...body, message: 'three' }, 'key');
    expect(seqs([two, three])).toEqual([2, 3]);
    expect(await ada.send({ ...body, message: 'three' }, 'key')).toEqual(three);
    const grace = await api().person();
    const opening = { handle: grace.handle, message: 'one', after_seq: 0 };
    const first = await ada.send(opening, 'key');
    expect(first.seq).toBe(1);
    expect(await ada.send(opening, 'key')).toEqual(first);
  });

  it('takes no place in a log that does not exist', async () => {
    const [ada, grace] = [await api().person(), await api().person()];
    const answer = await ada.post('/api/messages', { handle: grace.handle, message: 'Hi', after_seq: 1 });
    expect({ status: answer.status, codes: answer.json() }).toEqual({
      status: 422,
      codes: ['after_seq_beyond_end'],
    });
    expect(await ada.inbox()).toEqual([]);
  });

  it('sends to a group as to a pair', async () => {
    const people = await Promise.all([api().person(), api().person(), api().person()]);
    const [ada, grace, barbara] = people;
    const userIds = people.map((person) => person.userId);
    const { groupId } = await addGroup(api().db.table, { userIds, length: 2 });
    expect(await grace.send({ message_group_uuid: groupId, message: 'three' })).toMatchObject({ seq: 3 });
    expect(await barbara.send({ message_group_uuid: groupId, message: 'four' })).toMatchObject({ seq: 4 });
    expect(seqs(await ada.history(groupId))).toEqual([1, 2, 3, 4]);
  });
});

describe('an Idempotency-Key', () => {
  it('stores a message once, and every repetition answers with it', async () => {
    const { ada, grace, groupId } = await conversation();
    const body = { message_group_uuid: groupId, message: 'once', after_seq: 1 };
    const sent = await ada.send(body, 'key');
    await grace.send({ message_group_uuid: groupId, message: 'between' });
    expect(await ada.send(body, 'key')).toEqual(sent);
    expect(await ada.send({ message_group_uuid: groupId, message: 'once' }, 'key')).toEqual(sent);
    expect(await ada.send({ handle: grace.handle, message: 'once' }, 'key')).toEqual(sent);
    expect(seqs(await grace.history(groupId))).toEqual([1, 2, 3]);
  });

  it('opens a conversation once', async () => {
    const [ada, grace] = [await api().person(), await api().person()];
    const sent = await ada.send({ handle: grace.handle, message: 'first' }, 'key');
    expect(sent).toMatchObject({ seq: 1, client_key: 'key' });
    expect(await ada.send({ handle: grace.handle, message: 'first' }, 'key')).toEqual(sent);
    expect(await grace.history(sent.message_group_uuid)).toHaveLength(1);
  });

  it('is shown to its author alone', async () => {
    const { ada, grace, groupId } = await conversation();
    const sent = await ada.send({ message_group_uuid: groupId, message: 'mine' }, 'my key');
    expect(sent.client_key).toBe('my key');
    expect((await ada.history(groupId)).at(-1)).toEqual(sent);
    const shown = (await grace.history(groupId)).at(-1);
    expect(shown).not.toHaveProperty('client_key');
    expect({ ...shown, client_key: 'my key' }).toEqual(sent);
  });

  it('is its sender’s: another’s same key is another message', async () => {
    const { ada, grace, groupId } = await conversation();
    const body = { message_group_uuid: groupId, message: 'same', after_seq: 1 };
    expect([await ada.send(body, 'key'), await grace.send(body, 'key')].map(({ seq }) => seq)).toEqual([
      2, 3,
    ]);
  });

  it('is for one conversation: the same key in another one is another message', async () => {
    const { ada, groupId } = await conversation();
    const other = await api().person();
    const one = await ada.send({ message_group_uuid: groupId, message: 'same' }, 'key');
    const two = await ada.send({ handle: other.handle, message: 'same' }, 'key');
    expect(two.uuid).not.toBe(one.uuid);
  });

  it.each(ERROR_FORMS)('cannot be used for another text: $form', async (form) => {
    const { ada, groupId } = await conversation();
    const body = { message_group_uuid: groupId, message: 'this', after_seq: 1 };
    await ada.send(body, 'key');
    const headers = { 'Idempotency-Key': 'key', Accept: form.accept };
    for (const other of [
      { ...body, message: 'that' },
      { message_group_uuid: groupId, message: 'that' },
    ]) {
      const answer = await ada.post('/api/messages', other, headers);
      expectFailure(answer, form, { status: 409, codes: ['idempotency_key_reused'] });
    }
    expect(await ada.history(groupId)).toHaveLength(2);
  });

  describe('with a place far behind the end', () => {
    let ada: Caller;
    let groupId: string;

    beforeAll(async () => {
      const [one, other] = [await api().person(), await api().person()];
      ada = one;
      const scene = { userIds: [one.userId, other.userId], length: 1_103 };
      ({ groupId } = await addGroup(api().db.table, {
        ...scene,
        message: (seq) => (seq === 900 ? { client_key: 'kept' } : {}),
      }));
    });

    it.each(ERROR_FORMS)('is refused where a repetition could not be told: $form', async (form) => {
      const body = { message_group_uuid: groupId, message: 'Hi', after_seq: 1 };
      const headers = { 'Idempotency-Key': 'new', Accept: form.accept };
      const answer = await ada.post('/api/messages', body, headers);
      expectFailure(answer, form, { status: 409, codes: ['after_seq_too_far_behind'] });
      if (form.form === 'problem document') expect(answer.json()).toMatchObject({ last_seq: 1_103 });
    });

    it('is found as far as is searched', async () => {
      const body = { message_group_uuid: groupId, message: 'text 900', after_seq: 1 };
      expect(await ada.send(body, 'kept')).toMatchObject({ seq: 900, client_key: 'kept' });
    });

    it('is taken once the client has caught up', async () => {
      const body = { message_group_uuid: groupId, message: 'Hi', after_seq: 1_103 };
      expect(await ada.send(body, 'new')).toMatchObject({ seq: 1_104 });
    });
  });
});

describe('GET /api/messages/:message_group_uuid', () => {
  let ada: Caller;
  let grace: Caller;
  let groupId: string;
  let path: string;
  const LENGTH = 47;

  beforeAll(async () => {
    [ada, grace] = [await api().person(), await api().person()];
    const userIds = [ada.userId, grace.userId];
    const authorOf = (seq: number) => ({ user_uuid: userIds[seq % 2] ?? '' });
    const scene = { userIds, length: LENGTH, message: authorOf };
    ({ groupId } = await addGroup(api().db.table, scene));
    path = `/api/messages/${groupId}`;
  });

  it('gives the newest 20, the newest of them last, with their authors', async () => {
    const page = await ada.history(groupId);
    expect(seqs(page)).toEqual(upTo(LENGTH).slice(-20));
    expect(page.map((message) => message.handle)).toEqual(
      page.map(({ seq }) => (seq % 2 === 0 ? ada : grace).handle),
    );
    expect(page.every((message) => message.message_group_uuid === groupId)).toBe(true);
    expect(page.every((message) => TIME.test(message.created_at))).toBe(true);
  });

  it.each([1, 7, 20, 46, 47, 100])(
    'pages to its beginning, and back to its end, %i at a time',
    async (limit) => {
      const back = await ada.pages<MessageAnswer>(`${path}?limit=${limit}`, 'prev');
      expect(seqs(back.toReversed().flat())).toEqual(upTo(LENGTH));
      expect(back.slice(0, -1).every((page) => page.length === limit)).toBe(true);
      const forth = await ada.pages<MessageAnswer>(`${path}?limit=${limit}&around=1`, 'next');
      expect(seqs(forth.flat())).toEqual(upTo(LENGTH));
      expect(forth.slice(0, -1).every((page) => page.length === limit)).toBe(true);
    },
  );

  it.each([
    ['', seq(28, 47), { prev: 'before=28&limit=20' }],
    ['?limit=100', seq(1, 47), {}],
    ['?limit=47', seq(1, 47), {}],
    ['?limit=5&before=20', seq(15, 19), { prev: 'before=15&limit=5', next: 'after=19&limit=5' }],
    ['?limit=5&before=6', seq(1, 5), { next: 'after=5&limit=5' }],
    ['?limit=5&before=3', seq(1, 2), { next: 'after=2&limit=5' }],
    ['?limit=5&before=1', [], {}],
    ['?limit=5&before=48', seq(43, 47), { prev: 'before=43&limit=5', next: 'after=47&limit=5' }],
    ['?limit=5&before=999999999999', seq(43, 47), { prev: 'before=43&limit=5' }],
    ['?limit=5&after=0', seq(1, 5), { next: 'after=5&limit=5' }],
    ['?limit=5&after=20', seq(21, 25), { prev: 'before=21&limit=5', next: 'after=25&limit=5' }],
    ['?limit=5&after=42', seq(43, 47), { prev: 'before=43&limit=5' }],
    ['?limit=5&after=45', seq(46, 47), { prev: 'before=46&limit=5' }],
    ['?limit=5&after=47', [], {}],
    ['?limit=5&after=999999999999', [], {}],
    ['?limit=5&around=20', seq(18, 22), { prev: 'before=18&limit=5', next: 'after=22&limit=5' }],
    ['?limit=6&around=20', seq(17, 22), { prev: 'before=17&limit=6', next: 'after=22&limit=6' }],
    ['?limit=1&around=20', [20], { prev: 'before=20&limit=1', next: 'after=20&limit=1' }],
    ['?limit=5&around=1', seq(1, 5), { next: 'after=5&limit=5' }],
    ['?limit=5&around=47', seq(43, 47), { prev: 'before=43&limit=5' }],
    ['?limit=5&around=999999999999', seq(43, 47), { prev: 'before=43&limit=5' }],
    ['?limit=100&around=20', seq(1, 47), {}],
  ])('%s gives these, and leads on from there', async (query, expected, links) => {
    const answer = await ada.get(path + query);
    expect(seqs(ok(answer) as MessageAnswer[])).toEqual(expected);
    const found = Object.fromEntries(
      ['prev', 'next', 'first', 'last'].flatMap((relation) => {
        const link = linkOf(answer, relation);
        return link === undefined ? [] : [[relation, link.replace(`${path}?`, '')]];
      }),
    );
    expect(found).toEqual(links);
  });

  it('sees its new messages by following on from the last one it has', async () => {
    const { ada: one, grace: other, groupId: own } = await conversation();
    expect(await other.history(own, '?after=1')).toEqual([]);
    const sent = await one.send({ message_group_uuid: own, message: 'two' });
    expect(await other.history(own, '?after=1')).toEqual([sent]);
  });

  it('shows a tombstone without its text', async () => {
    const people = [ada.userId, grace.userId];
    const scene = await addGroup(api().db.table, { userIds: people, length: 3 });
    const [, second] = scene.messages;
    if (!second) throw new Error('there are three messages');
    await putItem(api().db.table, tombstone(second));
    expect((await ada.history(scene.groupId))[1]).toMatchObject({
      seq: 2,
      rev: 1,
      message: null,
      deleted_at: expect.stringMatching(TIME),
      handle: ada.handle,
    });
  });

  it('shows the messages of somebody without a profile as a deleted user’s', async () => {
    const scene = await addGroup(api().db.table, {
      userIds: [ada.userId],
      message: () => ({ user_uuid: 'gone' }),
    });
    expect(await ada.history(scene.groupId)).toMatchObject([
      { user_uuid: 'gone', handle: '_deleted', display_name: 'Deleted user' },
    ]);
  });

  function seq(from: number, to: number): number[] {
    return upTo(to).slice(from - 1);
  }
});

describe('names in a history', () => {
  it('change with the profile', async () => {
    const { ada, grace, groupId } = await conversation();
    await ada.saveProfile({ handle: 'countess', display_name: 'Countess of Lovelace' });
    expect(await grace.history(groupId)).toMatchObject([
      { handle: 'countess', display_name: 'Countess of Lovelace' },
    ]);
  });
});
