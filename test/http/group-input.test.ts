import { beforeAll, describe, expect, it } from '@jest/globals';
import { MAX_ADDED, MAX_MEMBERS } from '../../schema/items.ts';
import { ERROR_FORMS, expectFailure } from '../support/answers.ts';
import { useTestApi } from '../support/api.ts';
import { type Caller, ok } from '../support/caller.ts';
import { addGroup, putItem, upTo } from '../support/scene.ts';

/* What nobody should ask of a group: each is answered with its codes, in both forms, and changes nothing. */

const api = useTestApi();
let ada: Caller;
let groupId: string;
let direct: string;

beforeAll(async () => {
  ada = await api().person('ada');
  await api().person('grace');
  ({ message_group_uuid: direct } = await ada.send({ handle: 'grace', message: 'Hello' }));
  ({ uuid: groupId } = await ada.createGroup('A group', ['grace']));
});

type Case = readonly [name: string, body: unknown, ...codes: string[]];

const NAMES: readonly Case[] = [
  ['no name', { name: undefined }, 'name_blank'],
  ['null for a name', { name: null }, 'name_blank'],
  ['a blank name', { name: ' \t ' }, 'name_blank'],
  ['an invisible name', { name: '\u200b' }, 'name_blank'],
  ['a name that looks blank', { name: '\u2800\u3164' }, 'name_blank'],
  ['a name of 65 characters', { name: '😀'.repeat(65) }, 'name_exceed_max_chars_64'],
  ['a number for a name', { name: 7 }, 'name_invalid'],
  ['a list of names', { name: ['A'] }, 'name_invalid'],
  ['a field nobody knows', { nmae: 'A' }, 'field_unknown'],
];

const HANDLES: readonly Case[] = [
  ['no handles', { handles: undefined }, 'handles_blank'],
  ['null for handles', { handles: null }, 'handles_blank'],
  ['nobody', { handles: [] }, 'handles_blank'],
  ['oneself alone', { handles: ['ada', ' ADA '] }, 'handles_blank'],
  ['one handle by itself', { handles: 'grace' }, 'handles_invalid'],
  ['an object of handles', { handles: { 0: 'grace' } }, 'handles_invalid'],
  ['handles that are none', { handles: [1, null, ' ', '@grace'] }, ...fourWrong()],
  ['handles nobody has', { handles: ['no-1', 'grace', 'no-2'] }, 'handle_unknown', 'handle_unknown'],
  ['too many', { handles: upTo(MAX_ADDED + 1).map((n) => `no-${n}`) }, 'handles_too_many'],
  ['one handle too often', { handles: upTo(MAX_ADDED + 1).map(() => 'grace') }, 'handles_too_many'],
  ['everything wrong', { name: '', handles: [''] }, 'name_blank', 'handle_blank'],
];

function fourWrong(): string[] {
  return ['handle_invalid', 'handle_blank', 'handle_blank', 'handle_invalid'];
}

const WHOLE: readonly Case[] = [
  ['a list', [], 'body_invalid'],
  ['a text', 'grace', 'body_invalid'],
  ['nothing but null', null, 'body_invalid'],
];

describe.each(ERROR_FORMS)('$form', (form) => {
  const refused = async (method: 'post' | 'patch', path: string, body: unknown, codes: readonly string[]) => {
    const before = await state();
    const answer = await ada[method](path, body, { Accept: form.accept });
    expectFailure(answer, form, { status: 422, codes: [...codes] });
    expect(await state()).toEqual(before);
  };

  it.each([...NAMES, ...HANDLES])('no group is made of %s', async (_what, fields, ...codes) => {
    const body = { name: 'B', handles: ['grace'], ...(fields as object) };
    await refused('post', '/api/message_groups', body, codes);
  });

  it.each(WHOLE)('no group is made of %s instead of an object', (_what, body, ...codes) =>
    refused('post', '/api/message_groups', body, codes),
  );

  it.each(NAMES)('no group is renamed by %s', (_what, fields, ...codes) =>
    refused('patch', `/api/message_groups/${groupId}`, { name: 'B', ...(fields as object) }, codes),
  );

  it.each<Case>([
    ['no handle', {}, 'handle_blank'],
    ['what is no handle', { handle: '@grace' }, 'handle_invalid'],
    ['a handle nobody has', { handle: 'nobody' }, 'handle_unknown'],
    ['several', { handle: ['grace'] }, 'handle_invalid'],
    ['one and several', { handle: 'grace', handles: ['grace'] }, 'handle_and_handles'],
    ['an empty list', { handles: [] }, 'handles_blank'],
    ['null for a list', { handles: null }, 'handles_blank'],
    ['a text for a list', { handles: 'grace' }, 'handles_invalid'],
    ['handles that are none', { handles: [1, null, ' ', '@grace'] }, ...fourWrong()],
    ['handles nobody has', { handles: ['no-1', 'grace', 'no-2'] }, 'handle_unknown', 'handle_unknown'],
    ['too many', { handles: upTo(MAX_ADDED + 1).map((n) => `no-${n}`) }, 'handles_too_many'],
    ...WHOLE,
  ])('nobody is added by %s', (_what, body, ...codes) =>
    refused('post', `/api/message_groups/${groupId}/members`, body, codes),
  );

  it.each<Case>([
    ['no role', {}, 'role_invalid'],
    ['one nobody has', { role: 'ADMIN' }, 'role_invalid'],
    ...WHOLE,
  ])('no role is changed by %s', (_what, body, ...codes) =>
    refused('patch', `/api/message_groups/${groupId}/members/@grace`, body, codes),
  );

  it.each([
    ['renamed', 'patch', '', { name: 'B' }],
    ['joined', 'post', '/members', { handle: 'grace' }],
    ['ranked', 'patch', '/members/@grace', { role: 'admin' }],
  ] as const)('a direct conversation is not %s', (_what, method, path, body) =>
    refused(method, `/api/message_groups/${direct}${path}`, body, ['message_group_is_direct']),
  );

  it('a direct conversation is not left', async () => {
    for (const handle of ['ada', 'grace']) {
      const path = `/api/message_groups/${direct}/members/@${handle}`;
      const answer = await ada.delete(path, { Accept: form.accept });
      expectFailure(answer, form, { status: 422, codes: ['message_group_is_direct'] });
    }
  });

  it('a key that made another group is refused, and one that made a group since left is of none', async () => {
    const kay = await api().person();
    const headers = { Accept: form.accept, 'Idempotency-Key': `key-${kay.handle}` };
    const create = (fields: object = {}) =>
      kay.post('/api/message_groups', { name: 'Keyed', handles: ['grace'], ...fields }, headers);
    const { uuid } = ok(await create()) as { uuid: string };
    expect(ok(await create())).toMatchObject({ uuid });
    for (const fields of [{ name: 'Another' }, { handles: ['ada'] }, { handles: ['grace', 'ada'] }]) {
      expectFailure(await create(fields), form, { status: 409, codes: ['idempotency_key_reused'] });
    }
    await kay.delete(`/api/message_groups/${uuid}/members/@${kay.handle}`);
    expectFailure(await create(), form, { status: 404, codes: ['not_found'] });
  });
});

it('a handle that is repeated counts once', async () => {
  const often = (handle: string) => upTo(MAX_ADDED / 2).map(() => handle);
  const body = { name: 'Twice', handles: [...often('grace'), ...often(' GRACE ')] };
  expect(ok(await ada.post('/api/message_groups', body))).toMatchObject({ member_count: 2 });
  const unknown = await ada.post('/api/message_groups', { ...body, handles: ['grace', ...often('nobody')] });
  expect(unknown).toMatchObject({ status: 422, text: '["handle_unknown"]' });
});

it('a group takes as many members as it has room for, all of a request or none', async () => {
  const [kay, joan] = [await api().person(), await api().person()];
  const scene = await addGroup(api().db.table, { userIds: [ada.userId], member: { role: 'owner' } });
  const almostFull = { ...scene.group, member_count: MAX_MEMBERS - 1 };
  await putItem(api().db.table, almostFull);
  const add = (body: object) => ada.post(`/api/message_groups/${scene.groupId}/members`, body);
  const both = await add({ handles: [kay.handle, joan.handle] });
  expect(both).toMatchObject({ status: 422, text: '["group_full"]' });
  expect(ok(await add({ handle: kay.handle }))).toMatchObject({ member_count: MAX_MEMBERS });
  // Whoever is in the group already takes no room.
  expect(ok(await add({ handles: [kay.handle, ada.handle] }))).toMatchObject({ member_count: MAX_MEMBERS });
  expect(await add({ handle: joan.handle })).toMatchObject({ status: 422, text: '["group_full"]' });
  expect(await joan.get(`/api/message_groups/${scene.groupId}`)).toMatchObject({ status: 404 });
});

it('a pasted name is stored as one line', async () => {
  const body = { name: ' Night\r\n\tshift\u0003 \ud83d\u000b', handles: ['grace'] };
  expect(ok(await ada.post('/api/message_groups', body))).toMatchObject({ name: 'Night shift \ufffd' });
  const renamed = { name: 'Day\u2028shift' };
  expect(ok(await ada.patch(`/api/message_groups/${groupId}`, renamed))).toMatchObject({ name: 'Day shift' });
});

/** What a refused request must leave as it is. */
async function state() {
  return { inbox: await ada.inbox(), group: await ada.group(groupId), log: await ada.history(groupId) };
}
