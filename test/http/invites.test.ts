import { beforeAll, describe, expect, it } from '@jest/globals';
import type { InviteAnswer } from '../../backend/presentation/invite.ts';
import { MAX_INVITES, MAX_MEMBERS } from '../../schema/items.ts';
import { groupItemOf } from '../../backend/table/items.ts';
import { ERROR_FORMS, expectFailure } from '../support/answers.ts';
import { useTestApi } from '../support/api.ts';
import { type Caller, ok } from '../support/caller.ts';
import { inviteCodeAt, inviteItem, newGroupId } from '../support/factories.ts';
import { putItem, putItems, upTo } from '../support/scene.ts';

/* Invitations over HTTP. */

const api = useTestApi();
let ada: Caller;
let grace: Caller;

beforeAll(async () => {
  [ada, grace] = [await api().person('ada'), await api().person('grace')];
});

const DAY_MS = 86_400_000;
const MISSING = { status: 404, text: '["not_found"]' };

const invitesOf = (uuid: string) => `/api/message_groups/${uuid}/invites`;
const accept = (code: string, caller: Caller) => caller.post(`/api/invites/${code}/accept`, undefined);

async function startGroup(): Promise<string> {
  return (await ada.createGroup('Night shift', ['grace'])).uuid;
}

async function invite(uuid: string, body?: object, caller = ada): Promise<InviteAnswer> {
  return ok(await caller.post(invitesOf(uuid), body)) as InviteAnswer;
}

async function listed(uuid: string): Promise<InviteAnswer[]> {
  return ok(await ada.get(invitesOf(uuid))) as InviteAnswer[];
}

/** Stores an invitation with another expiry, in seconds from now. */
async function expireIn(groupId: string, { code }: InviteAnswer, seconds: number): Promise<void> {
  const expires_at = Math.floor(Date.now() / 1_000) + seconds;
  await putItem(api().db.table, inviteItem({ groupId, code, created_by: ada.userId, expires_at }));
}

describe('an invitation', () => {
  it('is valid for a week, or as long as its creator says', async () => {
    const uuid = await startGroup();
    const created = await invite(uuid);
    expect(created).toEqual({
      code: expect.stringMatching(/^[0-9A-Z]{52}$/),
      message_group_uuid: uuid,
      created_by: { user_uuid: ada.userId, handle: 'ada', display_name: 'ada' },
      created_at: expect.any(String),
      expires_at: expect.any(String),
    });
    const lifeMs = ({ created_at, expires_at }: InviteAnswer) =>
      Date.parse(expires_at) - Date.parse(created_at);
    // Expiry is in whole seconds.
    expect(Math.abs(lifeMs(created) - 7 * DAY_MS)).toBeLessThan(1_000);
    const short = await invite(uuid, { expires_in: 60 });
    expect(Math.abs(lifeMs(short) - 60_000)).toBeLessThan(1_000);
    expect(await listed(uuid)).toEqual([created, short]);
  });

  it('shows a user who has its code what they would join, and then makes a member of them', async () => {
    const uuid = await startGroup();
    const { code, expires_at } = await invite(uuid);
    const kay = await api().person('kay');
    const shown = {
      ...{ message_group_uuid: uuid, name: 'Night shift', display_name: 'Night shift', expires_at },
      ...{ member_count: 2, joined: false },
    };
    expect(ok(await kay.get(`/api/invites/${code}`))).toEqual(shown);
    expect(await kay.get(`/api/message_groups/${uuid}`)).toMatchObject(MISSING);
    expect(ok(await accept(code, kay))).toMatchObject({ uuid, member_count: 3, visibility: 'private' });
    expect(ok(await kay.get(`/api/invites/${code}`))).toEqual({ ...shown, member_count: 3, joined: true });
    expect(await kay.history(uuid)).toMatchObject([
      { event: { type: 'group_created' } },
      { user_uuid: kay.userId, event: { type: 'member_joined' } },
    ]);
    // A member accepts nothing, and others still can.
    for (const member of [kay, grace])
      expect(ok(await accept(code, member))).toMatchObject({ member_count: 3 });
    expect(ok(await accept(code, await api().person()))).toMatchObject({ member_count: 4 });
    expect(await ada.history(uuid)).toHaveLength(3);
  });

  it.each(['revoked', 'expired'] as const)('that was %s is none', async (how) => {
    const uuid = await startGroup();
    const created = await invite(uuid);
    const { code } = created;
    if (how === 'expired') await expireIn(uuid, created, 0);
    else expect(await ada.delete(`${invitesOf(uuid)}/${code}`)).toMatchObject({ status: 204, text: '' });
    for (const caller of [await api().person(), grace]) {
      expect(await caller.get(`/api/invites/${code}`)).toMatchObject(MISSING);
      expect(await accept(code, caller)).toMatchObject(MISSING);
    }
    expect(await listed(uuid)).toEqual([]);
    // Revoking it once more is what was asked for.
    expect(await ada.delete(`${invitesOf(uuid)}/${code}`)).toMatchObject({ status: 204 });
  });

  it('that has not expired yet is valid', async () => {
    const uuid = await startGroup();
    const created = await invite(uuid);
    await expireIn(uuid, created, 30);
    expect(ok(await accept(created.code, await api().person()))).toMatchObject({ uuid });
  });

  it('leads no removed member back, nor shows them the group', async () => {
    const uuid = await startGroup();
    const { code } = await invite(uuid);
    const kay = await api().person();
    ok(await accept(code, kay));
    await ada.delete(`/api/message_groups/${uuid}/members/@${kay.handle}`);
    const refused = { status: 403, text: '["removed_from_group"]' };
    expect(await kay.get(`/api/invites/${code}`)).toMatchObject(refused);
    expect(await accept(code, kay)).toMatchObject(refused);
  });

  it('is revoked by the admins of its own group alone', async () => {
    const [uuid, another] = [await startGroup(), await startGroup()];
    const { code } = await invite(uuid);
    expect(await ada.delete(`${invitesOf(another)}/${code}`)).toMatchObject(MISSING);
    expect(await ada.delete(`${invitesOf(uuid)}/no-code`)).toMatchObject(MISSING);
    expect(await listed(uuid)).toMatchObject([{ code }]);
  });

  it('has a code that no log line contains', async () => {
    const uuid = await startGroup();
    const { code } = await invite(uuid);
    ok(await grace.get(`/api/invites/${code}`));
    ok(await grace.get(`/API/Invites/${code}`));
    ok(await accept(code, grace));
    await ada.delete(`${invitesOf(uuid)}/${code}`);
    const lines = api().logLines.filter((line) => /invites/i.test(line));
    expect(lines.length).toBeGreaterThanOrEqual(4);
    expect(lines.filter((line) => line.includes(code))).toEqual([]);
  });

  it('leads into no group that is full', async () => {
    const uuid = await startGroup();
    const { code } = await invite(uuid);
    const group = await api().context.groups.find(uuid);
    if (group?.kind !== 'group') throw new Error('it is a named group');
    await putItem(api().db.table, groupItemOf({ ...group, member_count: MAX_MEMBERS }));
    const full = { status: 422, text: '["group_full"]' };
    expect(await accept(code, await api().person())).toMatchObject(full);
  });
});

describe('the invitations of a group', () => {
  it(`are at most ${MAX_INVITES}, and expired ones make room`, async () => {
    const uuid = await startGroup();
    const first = await invite(uuid);
    const others = upTo(MAX_INVITES - 1).map((n) =>
      inviteItem({ groupId: uuid, code: inviteCodeAt(uuid, n), created_by: ada.userId }),
    );
    await putItems(api().db.table, others);
    expect(await ada.post(invitesOf(uuid), {})).toMatchObject({ status: 422, text: '["invites_full"]' });
    await expireIn(uuid, first, -5);
    const second = await invite(uuid);
    expect(await listed(uuid)).toHaveLength(MAX_INVITES);
    // It replaced the expired one: the number of stored ones does not depend on when DynamoDB deletes those.
    expect(await api().context.invites.list(uuid)).toHaveLength(MAX_INVITES);
    await ada.delete(`${invitesOf(uuid)}/${second.code}`);
    expect(await listed(uuid)).toHaveLength(MAX_INVITES - 1);
  });

  it('are those of a named group', async () => {
    const { message_group_uuid: direct } = await ada.send({ handle: 'grace', message: 'Hello' });
    const refused = { status: 422, text: '["message_group_is_direct"]' };
    expect(await ada.post(invitesOf(direct), {})).toMatchObject(refused);
    expect(await ada.get(invitesOf(direct))).toMatchObject(refused);
    expect(await (await api().person()).post(invitesOf(direct), {})).toMatchObject(MISSING);
  });
});

describe.each(ERROR_FORMS)('$form', (form) => {
  it.each<[string, unknown, string]>([
    ['59 seconds', { expires_in: 59 }, 'expires_in_invalid'],
    ['more than 30 days', { expires_in: 2_592_001 }, 'expires_in_invalid'],
    ['half a second', { expires_in: 60.5 }, 'expires_in_invalid'],
    ['a text', { expires_in: '60' }, 'expires_in_invalid'],
    ['null', { expires_in: null }, 'expires_in_invalid'],
    ['a field nobody knows', { expires: 60 }, 'field_unknown'],
    ['a list', [60], 'body_invalid'],
  ])('no invitation is created for %s', async (_what, body, code) => {
    const uuid = await startGroup();
    const answer = await ada.post(invitesOf(uuid), body, { Accept: form.accept });
    expectFailure(answer, form, { status: 422, codes: [code] });
    expect(await listed(uuid)).toEqual([]);
  });

  it.each([
    ['no code', 'x'],
    ['a group', newGroupId()],
    ['a code of no group', newGroupId() + newGroupId()],
    ['a code and more', `${newGroupId()}${newGroupId()}0`],
    ['a handle', '@ada'],
  ])('%s leads nowhere', async (_what, code) => {
    const missing = { status: 404, codes: ['not_found'] };
    const headers = { Accept: form.accept };
    expectFailure(await ada.get(`/api/invites/${code}`, headers), form, missing);
    expectFailure(await ada.post(`/api/invites/${code}/accept`, undefined, headers), form, missing);
  });

  it.each([{}, { name: undefined }, { visibility: 'secret' }, { visibility: null }, { visibility: true }])(
    'no group is changed by %j',
    async (body) => {
      const uuid = await startGroup();
      const codes = ['visibility' in body ? 'visibility_invalid' : 'name_blank'];
      const answer = await ada.patch(`/api/message_groups/${uuid}`, body, { Accept: form.accept });
      expectFailure(answer, form, { status: 422, codes });
    },
  );

  it('a direct group has no visibility', async () => {
    const { message_group_uuid: direct } = await ada.send({ handle: 'grace', message: 'Hello' });
    const answer = await ada.patch(
      `/api/message_groups/${direct}`,
      { visibility: 'public' },
      { Accept: form.accept },
    );
    expectFailure(answer, form, { status: 422, codes: ['message_group_is_direct'] });
    expect(await ada.group(direct)).not.toHaveProperty('visibility');
  });
});
