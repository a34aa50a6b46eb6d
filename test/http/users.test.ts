import { beforeAll, describe, expect, it } from '@jest/globals';
import type { PersonAnswer } from '../../backend/presentation/person.ts';
import { useTestApi } from '../support/api.ts';
import { type Caller, linkOf, ok } from '../support/caller.ts';
import { upTo } from '../support/scene.ts';

const api = useTestApi();

const short = (handle: string, headers?: Record<string, string>) =>
  api().request({ path: `/api/users/@${handle}/short`, ...(headers && { headers }) });

describe('/api/users/me', () => {
  it('is written once, and read as it was written', async () => {
    const ada = await api().user();
    expect(await ada.get('/api/users/me')).toMatchObject({ status: 403 });
    const profile = { uuid: ada.userId, handle: 'ada', display_name: 'Ada Lovelace' };
    expect(await ada.saveProfile({ handle: ' Ada ', display_name: ' Ada Lovelace ' })).toEqual(profile);
    expect(ok(await ada.get('/api/users/me'))).toEqual(profile);
    expect(await ada.saveProfile({ handle: 'ada', display_name: 'Ada Lovelace' })).toEqual(profile);
  });

  it('a new name is seen at once, the handle stays', async () => {
    const person = await api().person(undefined, 'Before');
    await person.saveProfile({ handle: person.handle, display_name: 'After' });
    const after = { uuid: person.userId, handle: person.handle, display_name: 'After' };
    expect(ok(await person.get('/api/users/me'))).toEqual(after);
    expect(ok(await short(person.handle))).toEqual(after);
  });

  it('a new handle releases the old one, which somebody else can have then', async () => {
    const [first, second] = [await api().person('old-handle'), await api().user()];
    const taken = await second.put('/api/users/me', { handle: 'old-handle', display_name: 'Second' });
    expect({ status: taken.status, codes: taken.json() }).toEqual({ status: 409, codes: ['handle_taken'] });
    // Nothing of it was written.
    expect(await second.get('/api/users/me')).toMatchObject({ status: 403 });

    await first.saveProfile({ handle: 'new-handle', display_name: 'First' });
    expect(await short('old-handle')).toMatchObject({ status: 404 });
    expect(ok(await short('new-handle'))).toMatchObject({ uuid: first.userId });

    await second.saveProfile({ handle: 'old-handle', display_name: 'Second' });
    expect(ok(await short('old-handle'))).toMatchObject({ uuid: second.userId });
  });

  it('a handle goes to one of those who want it at once', async () => {
    const wanting = await Promise.all(upTo(8).map(() => api().user()));
    const answers = await Promise.all(
      wanting.map((user) => user.put('/api/users/me', { handle: 'wanted', display_name: user.userId })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...upTo(7).map(() => 409)]);
    const winner = wanting[answers.findIndex(({ status }) => status === 200)];
    expect(ok(await short('wanted'))).toEqual({
      uuid: winner?.userId,
      handle: 'wanted',
      display_name: winner?.userId,
    });
  });

  it('two changes at once leave one profile, and no handle claimed besides its own', async () => {
    const person = await api().person('both-0');
    const wanted = ['both-1', 'both-2', 'both-3'];
    const answers = await Promise.all(
      wanted.map((handle) => person.put('/api/users/me', { handle, display_name: handle })),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    const { handle } = ok(await person.get('/api/users/me')) as PersonAnswer;
    const claimed = ok(await person.get('/api/users?prefix=both-')) as PersonAnswer[];
    expect(claimed).toEqual([{ uuid: person.userId, handle, display_name: handle }]);
  });
});

describe('GET /api/users/@:handle/short', () => {
  it('tells anybody what is public, however the handle is spelt', async () => {
    const grace = await api().person('grace', 'Grace Hopper');
    const shown = { uuid: grace.userId, handle: 'grace', display_name: 'Grace Hopper' };
    expect(ok(await short('grace'))).toEqual(shown);
    expect(ok(await short('GrAcE'))).toEqual(shown);
    const encoded = await api().request({ path: '/api/users/%40%67race/short' });
    expect(ok(encoded)).toEqual(shown);
  });

  it('takes no notice of a token, good or bad', async () => {
    const { token, handle, userId } = await api().person();
    const expired = await api().issuer.sign({ sub: userId, exp: 1 });
    const plain = await short(handle);
    for (const Authorization of [`Bearer ${token}`, `Bearer ${expired}`, 'Bearer null', 'nonsense', '']) {
      const answer = await short(handle, { Authorization });
      expect({ status: answer.status, text: answer.text }).toEqual({ status: 200, text: plain.text });
    }
  });

  it('knows handles with every character they can have', async () => {
    await api().person('a.b_c-9');
    expect(ok(await short('a.b_c-9'))).toMatchObject({ handle: 'a.b_c-9' });
  });
});

describe('a handle with the Kelvin sign, which is no k,', () => {
  const KELVIN = '\u212a';
  let ada: Caller;

  beforeAll(async () => {
    [ada] = [await api().person(), await api().person('frank')];
  });

  it('cannot be claimed', async () => {
    const answer = await ada.put('/api/users/me', { handle: `ada${KELVIN}`, display_name: 'Ada' });
    expect({ status: answer.status, codes: answer.json() }).toEqual({
      status: 422,
      codes: ['handle_invalid'],
    });
  });

  it('leads to nobody', async () => {
    const handle = `fran${KELVIN}`;
    expect(await short(encodeURIComponent(handle))).toMatchObject({ status: 404 });
    const sent = await ada.post('/api/messages', { handle, message: 'Hi' });
    expect({ status: sent.status, codes: sent.json() }).toEqual({
      status: 422,
      codes: ['user_reciever_handle_unknown'],
    });
    const created = await ada.post('/api/message_groups', { name: 'A group', handles: [handle] });
    expect({ status: created.status, codes: created.json() }).toEqual({
      status: 422,
      codes: ['handle_invalid'],
    });
    const found = await ada.get(`/api/users?prefix=${encodeURIComponent(handle)}`);
    expect({ status: found.status, codes: found.json() }).toEqual({ status: 400, codes: ['prefix_invalid'] });
  });
});

describe('a token of a user whose id cannot stand in a path', () => {
  it.each(['.', '..', '@ada', 'x'.repeat(256)])('is refused, and the answer says why: %s', async (sub) => {
    const user = await api().user(sub);
    const answer = await user.get('/api/users/me', { Accept: 'application/problem+json' });
    expect(answer).toMatchObject({ status: 401 });
    expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
    expect(answer.json()).toMatchObject({
      code: 'user_id_invalid',
      detail: expect.stringContaining('`sub`'),
    });
  });
});

describe('GET /api/users', () => {
  let caller: Caller;
  const find = async (query: string) => ok(await caller.get(`/api/users?${query}`)) as PersonAnswer[];
  const handles = (people: readonly PersonAnswer[]) => people.map(({ handle }) => handle);
  const MARIAS = upTo(25).map((number) => `maria-${String(number).padStart(2, '0')}`);

  beforeAll(async () => {
    caller = await api().person('searcher');
    for (const handle of MARIAS) await api().person(handle, `Maria ${handle}`);
    for (const handle of ['mar', 'mariah', 'marie', 'max', 'ma', 'mb']) await api().person(handle);
  });

  it('finds people by the beginning of their handle, in its order', async () => {
    expect(handles(await find('prefix=mari&limit=100'))).toEqual([...MARIAS, 'mariah', 'marie']);
    expect(handles(await find('prefix=ma&limit=3'))).toEqual(['ma', 'mar', 'maria-01']);
    expect(handles(await find('prefix=MARIE'))).toEqual(['marie']);
    expect(handles(await find('prefix=mario'))).toEqual([]);
    expect(handles(await find('prefix=zz'))).toEqual([]);
  });

  it('shows of each what is public', async () => {
    const [first] = await find('prefix=maria-01');
    expect(first).toEqual({ uuid: expect.any(String), handle: 'maria-01', display_name: 'Maria maria-01' });
  });

  it('gives 10 unless told otherwise', async () => {
    expect(handles(await find('prefix=maria'))).toEqual(MARIAS.slice(0, 10));
  });

  it.each([1, 9, 25, 26, 27, 100])('leads to the last one, %i at a time', async (limit) => {
    const pages = await caller.pages<PersonAnswer>(`/api/users?prefix=maria&limit=${limit}`, 'next');
    expect(handles(pages.flat())).toEqual([...MARIAS, 'mariah']);
    expect(pages.map((page) => page.length).slice(0, -1)).toEqual(pages.slice(1).map(() => limit));
  });

  it('keeps the prefix in what it links to', async () => {
    const link = linkOf(await caller.get('/api/users?prefix=Maria&limit=2'), 'next');
    expect(link).toMatch(/^\/api\/users\?prefix=maria&limit=2&cursor=[\w-]+$/);
  });

  it('takes what could be a pattern for what it is', async () => {
    expect(handles(await find('prefix=ma.'))).toEqual([]);
    expect(handles(await find('prefix=ma-'))).toEqual([]);
    expect(handles(await find('prefix=ma_'))).toEqual([]);
  });
});
