import { beforeAll, describe, expect, it } from '@jest/globals';
import type { PublicGroupAnswer } from '../../backend/presentation/public-group.ts';
import { useTestApi } from '../support/api.ts';
import { type Caller, linkOf, ok } from '../support/caller.ts';

/* Public groups over HTTP: who finds them, who joins them, and what others learn of them. */

const api = useTestApi();
/** Owner of all groups. */
let ada: Caller;
let grace: Caller;

beforeAll(async () => {
  [ada, grace] = [await api().person('ada'), await api().person('grace')];
});

const pathOf = (uuid: string) => `/api/message_groups/${uuid}`;
const setVisibility = (uuid: string, visibility: string, caller = ada) =>
  caller.patch(pathOf(uuid), { visibility });
const join = (uuid: string, caller: Caller) => caller.post(`${pathOf(uuid)}/join`, undefined);

async function createPublic(name: string): Promise<string> {
  const { uuid } = await ada.createGroup(name, ['grace']);
  ok(await setVisibility(uuid, 'public'));
  return uuid;
}

async function list(caller: Caller, query = ''): Promise<PublicGroupAnswer[]> {
  return ok(await caller.get(`/api/message_groups/public${query}`)) as PublicGroupAnswer[];
}

describe('the visibility of a group', () => {
  it('is private until its owner makes it public, and shown to its members', async () => {
    const { uuid, visibility } = await ada.createGroup('Night shift', ['grace']);
    expect(visibility).toBe('private');
    expect(ok(await setVisibility(uuid, 'public'))).toMatchObject({ uuid, visibility: 'public' });
    const [entry] = (await grace.inbox()).filter((group) => group.uuid === uuid);
    expect(entry).toMatchObject({ visibility: 'public' });
    expect(ok(await setVisibility(uuid, 'private'))).toMatchObject({ visibility: 'private' });
    const log = await ada.history(uuid);
    expect(log.map((message) => (message.kind === 'system' ? message.event : undefined))).toEqual([
      { type: 'group_created', name: 'Night shift' },
      { type: 'visibility_changed', visibility: 'public' },
      { type: 'visibility_changed', visibility: 'private' },
    ]);
    expect(log.at(1)).toMatchObject({ user_uuid: ada.userId, message: '⁨ada⁩ made the group public' });
  });

  it('and its name are changed together, with a message for each, or not at all', async () => {
    const { uuid } = await ada.createGroup('Before', ['grace']);
    await ada.patch(`${pathOf(uuid)}/members/@grace`, { role: 'admin' });
    const both = { name: 'After', visibility: 'public' };
    expect(await grace.patch(pathOf(uuid), both)).toMatchObject({ status: 403, text: '["role_forbidden"]' });
    expect(await ada.group(uuid)).toMatchObject({ name: 'Before', visibility: 'private' });
    expect(ok(await ada.patch(pathOf(uuid), both))).toMatchObject({
      name: 'After',
      visibility: 'public',
      last_seq: 4,
    });
    expect(await ada.history(uuid, '?after=2')).toMatchObject([
      { seq: 3, event: { type: 'group_renamed', name: 'After' } },
      { seq: 4, event: { type: 'visibility_changed', visibility: 'public' } },
    ]);
    // What is so already is no change, and has no message.
    expect(ok(await ada.patch(pathOf(uuid), both))).toMatchObject(both);
    expect(await ada.history(uuid)).toHaveLength(4);
    expect(await list(grace, '?prefix=after')).toMatchObject([{ uuid, name: 'After' }]);
  });
});

describe('the list of public groups', () => {
  it('shows groups to users who are not members, with what they need to choose', async () => {
    const uuid = await createPublic('Moth watchers');
    const shown = { uuid, kind: 'group', name: 'Moth watchers', display_name: 'Moth watchers', handle: null };
    const kay = await api().person();
    expect(await list(kay, '?prefix=moth')).toEqual([{ ...shown, member_count: 2, joined: false }]);
    expect(await list(ada, '?prefix=moth')).toEqual([{ ...shown, member_count: 2, joined: true }]);
    ok(await setVisibility(uuid, 'private'));
    expect(await list(kay, '?prefix=moth')).toEqual([]);
  });

  it('follows a new name', async () => {
    const uuid = await createPublic('Looms');
    await ada.patch(pathOf(uuid), { name: 'Spindles' });
    expect(await list(grace, '?prefix=looms')).toEqual([]);
    expect(await list(grace, '?prefix=spindle')).toMatchObject([{ uuid, name: 'Spindles' }]);
  });

  describe('finds a name', () => {
    let uuid: string;
    const long = 'Très long '.repeat(6).trim();

    beforeAll(async () => {
      uuid = await createPublic('Études de la nuit #7');
      await createPublic(long);
    });

    it.each([
      ['in capitals', 'ÉTUDES'],
      ['without composed accents', 'e\u0301tudes'],
      ['in full width', 'É\uff54udes'],
      ['with other spaces', ' Études\u3000\u00a0de'],
      ['with invisible characters', 'Ét\u200b\u00adudes'],
      ['whole', 'Études de la nuit #7'],
    ])('that is written %s', async (_how, prefix) => {
      expect(await list(grace, `?prefix=${encodeURIComponent(prefix)}`)).toMatchObject([{ uuid }]);
    });

    it('that is longer than what is compared', async () => {
      const prefix = encodeURIComponent(`${long} et plus long`.repeat(20));
      expect(await list(grace, `?prefix=${prefix}`)).toEqual([]);
      expect(await list(grace, `?prefix=${encodeURIComponent(long)}`)).toMatchObject([{ name: long }]);
    });
  });

  it('pages by name to its end', async () => {
    const names = ['page d', 'Page b', 'page', 'PAGE c', 'page a', 'page a#1', 'page ä', 'Page!'];
    for (const name of names) await createPublic(name);
    const pages = await grace.pages<PublicGroupAnswer>(
      '/api/message_groups/public?prefix=page&limit=3',
      'next',
    );
    expect(pages.map((page) => page.length)).toEqual([3, 3, 2]);
    expect(pages.flat().map(({ name }) => name)).toEqual([
      'page',
      'page a',
      'page a#1',
      'Page b',
      'PAGE c',
      'page d',
      'page ä',
      'Page!',
    ]);
    const all = await grace.pages<PublicGroupAnswer>('/api/message_groups/public?limit=100', 'next');
    expect(all.flat().filter(({ name }) => names.includes(name))).toHaveLength(names.length);
  });

  it('has cursors that are of no use to another user, or with another prefix', async () => {
    const next = linkOf(await grace.get('/api/message_groups/public?limit=1'), 'next') ?? '';
    expect((await grace.get(next)).status).toBe(200);
    const refused = { status: 400, text: '["cursor_invalid"]' };
    expect(await ada.get(next)).toMatchObject(refused);
    expect(await grace.get(`${next}&prefix=p`)).toMatchObject(refused);
    expect(await grace.get('/api/message_groups/public?cursor=x')).toMatchObject(refused);
  });

  it.each([
    ['prefix=a&prefix=b', 'prefix_invalid'],
    ['limit=0', 'limit_invalid'],
    ['limit=101', 'limit_invalid'],
    ['name=a', 'parameter_unknown'],
  ])('refuses ?%s', async (query, code) => {
    expect(await grace.get(`/api/message_groups/public?${query}`)).toMatchObject({
      status: 400,
      text: `["${code}"]`,
    });
  });
});

describe('joining', () => {
  it('makes a member of any user, who sees the whole history', async () => {
    const uuid = await createPublic('Open');
    await ada.send({ message_group_uuid: uuid, message: 'Welcome' });
    const kay = await api().person('kay');
    expect(ok(await join(uuid, kay))).toMatchObject({
      uuid,
      member_count: 3,
      unread_count: 0,
      message: 'You joined the group',
      members: expect.arrayContaining([expect.objectContaining({ handle: 'kay', role: 'member' })]),
    });
    expect(await kay.history(uuid)).toMatchObject([
      { event: { type: 'group_created' } },
      { event: { type: 'visibility_changed' } },
      { message: 'Welcome' },
      { user_uuid: kay.userId, event: { type: 'member_joined' }, message: '⁨kay⁩ joined the group' },
    ]);
    // A member joins nothing.
    for (const member of [kay, ada]) expect(ok(await join(uuid, member))).toMatchObject({ member_count: 3 });
    expect(await ada.history(uuid)).toHaveLength(4);
    expect(await list(kay, '?prefix=open')).toMatchObject([{ joined: true, member_count: 3 }]);
  });

  it('is for nobody who was removed, until a member brings them back', async () => {
    const uuid = await createPublic('Quiet');
    const kay = await api().person();
    ok(await join(uuid, kay));
    await ada.delete(`${pathOf(uuid)}/members/@${kay.handle}`);
    expect(await join(uuid, kay)).toMatchObject({ status: 403, text: '["removed_from_group"]' });
    ok(await ada.post(`${pathOf(uuid)}/members`, { handle: kay.handle }));
    await kay.delete(`${pathOf(uuid)}/members/@${kay.handle}`);
    // They left by themselves this time.
    ok(await join(uuid, kay));
  });

  it('finds no private group, no direct one and none that does not exist', async () => {
    const { uuid } = await ada.createGroup('Closed', ['grace']);
    const { message_group_uuid: direct } = await ada.send({ handle: 'grace', message: 'Hello' });
    const kay = await api().person();
    const missing = { status: 404, text: '["not_found"]' };
    for (const id of [uuid, direct, '01JX3K8Q4M5N6P7R8S9TAVBWCX', 'public', '@ada']) {
      expect(await join(id, kay)).toMatchObject(missing);
    }
    // Nor does a removed member learn that a group has become private.
    await ada.delete(`${pathOf(uuid)}/members/@grace`);
    expect(await join(uuid, grace)).toMatchObject(missing);
    // A member of a private group is one already.
    expect(ok(await join(uuid, ada))).toMatchObject({ uuid, member_count: 1 });
  });

  it('a public group is all that who is no member can do with it', async () => {
    const uuid = await createPublic('Window');
    const kay = await api().person();
    const missing = { status: 404, text: '["not_found"]' };
    expect(await kay.get(pathOf(uuid))).toMatchObject(missing);
    expect(await kay.get(`${pathOf(uuid)}/members`)).toMatchObject(missing);
    expect(await kay.get(`${pathOf(uuid)}/invites`)).toMatchObject(missing);
    expect(await kay.get(`/api/messages/${uuid}`)).toMatchObject(missing);
    expect(await kay.post('/api/messages', { message_group_uuid: uuid, message: 'Hi' })).toMatchObject(
      missing,
    );
    expect(await setVisibility(uuid, 'private', kay)).toMatchObject(missing);
  });

  it('a group that all have left is neither listed nor joined', async () => {
    const uuid = await createPublic('Empty');
    const code = ok(await ada.post(`${pathOf(uuid)}/invites`, {})) as { code: string };
    await ada.delete(`${pathOf(uuid)}/members/@grace`);
    await ada.delete(`${pathOf(uuid)}/members/@ada`);
    const kay = await api().person();
    expect(await list(kay, '?prefix=empty')).toEqual([]);
    expect(await join(uuid, kay)).toMatchObject({ status: 404 });
    expect(await kay.post(`/api/invites/${code.code}/accept`, undefined)).toMatchObject({ status: 404 });
  });
});
