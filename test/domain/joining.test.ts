import { describe, expect, it } from '@jest/globals';
import { type Wiring, wire } from '../../backend/wiring.ts';
import { createGroup } from '../../backend/domain/create-group.ts';
import { createInvite, listInvites, revokeInvite } from '../../backend/domain/invites.ts';
import { acceptInvite, joinPublicGroup, readInvited } from '../../backend/domain/join-group.ts';
import { listPublicGroups } from '../../backend/domain/list-public-groups.ts';
import { addMembers, changeRole, removeMember, updateGroup } from '../../backend/domain/manage-members.ts';
import type { NamedGroup, Person } from '../../backend/domain/model.ts';
import { compareSummaries } from '../../backend/domain/rebuild-summaries.ts';
import { sendToGroup } from '../../backend/domain/send-message.ts';
import { MAX_GROUPS, MAX_GROUPS_BY_OTHERS } from '../../schema/items.ts';
import type { Table } from '../../backend/table/table.ts';
import { expectCode } from '../support/answers.ts';
import { listingItem, namedMemberItem, newGroupId } from '../support/factories.ts';
import { type FlakyEngine } from '../support/flaky-engine.ts';
import { addPerson, putItem, putItems, readLog, upTo } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';
import { useTwoProcesses } from '../support/two-processes.ts';

/*
 * Users who join groups by themselves, and what can come in between: `here` and `there` are two processes, of which the
 * first reaches the table through an engine that runs the other's writes at the decisive moment.
 */

const db = useTestTable();
let flaky: FlakyEngine;
let here: Wiring;
let there: Wiring;
let people = 0;

const WEEK_S = 7 * 86_400;

useTwoProcesses(db, (opened) => ({ flaky, here, there } = opened));

async function newPeople(count: number): Promise<[Person, Person, Person, ...Person[]]> {
  const found = await Promise.all(
    upTo(count).map(async (): Promise<Person> => {
      people += 1;
      const handle = `joiner-${people}`;
      return { userId: await addPerson(there, handle), handle, display_name: handle };
    }),
  );
  return found as [Person, Person, Person, ...Person[]];
}

/** A public group of Ada, the owner, and Grace, an admin; with its two messages and an invitation; Kay is no member. */
async function startGroup(name = 'Engines') {
  const [ada, grace, kay] = await newPeople(3);
  const { group } = await createGroup(there, { creator: ada, name, handles: [grace.handle] });
  const { groupId } = group;
  const byAda = { groupId, actor: ada };
  await updateGroup(there, byAda, { visibility: 'public' });
  await changeRole(there, byAda, grace.handle, 'admin');
  const { invites } = await createInvite(there, byAda, WEEK_S);
  const code = invites[0]?.code ?? '';
  return { groupId, code, ada, grace, kay, byAda, byGrace: { groupId, actor: grace } };
}

type Scene = Awaited<ReturnType<typeof startGroup>>;

/** Both ways into a group. */
const WAYS = [
  [
    'a public group',
    (needs: Wiring, { groupId, kay }: Scene) => joinPublicGroup(needs, { groupId, actor: kay }),
  ],
  ['by an invitation', (needs: Wiring, { code, kay }: Scene) => acceptInvite(needs, code, kay)],
] as const;

const eventsOf = async ({ groupId }: Scene) =>
  (await readLog(there, groupId)).map(({ event, kind }) => event?.type ?? kind);

async function metaOf({ groupId }: Scene): Promise<NamedGroup> {
  const group = await there.groups.find(groupId);
  if (group?.kind !== 'group') throw new Error('it is a named group');
  return group;
}

const listedAs = async ({ groupId }: Scene) =>
  (await there.listings.page('', 1_000)).filter((listing) => listing.groupId === groupId);

describe.each(WAYS)('joining %s', (_way, join) => {
  it('begins with a message whose author is the new member', async () => {
    const scene = await startGroup();
    const { group, own } = await join(here, scene);
    const { userId } = scene.kay;
    expect(group).toMatchObject({ member_count: 3, membership_seq: 4, last_seq: 4, last_by: userId });
    expect(own).toMatchObject({ userId, role: 'member', joined_seq: 4, read_seq: 4 });
    expect(own).not.toHaveProperty('added_by');
    expect(await there.members.find(scene.groupId, userId)).toEqual(own);
    const log = await readLog(there, scene.groupId);
    expect(log.at(-1)).toMatchObject({
      seq: 4,
      user_uuid: userId,
      event: { type: 'member_joined', prev: 1 },
    });
  });

  it('twice at once makes one member', async () => {
    const scene = await startGroup();
    flaky.before('TransactWriteItems', () => join(there, scene));
    const { group, own } = await join(here, scene);
    expect(own).toEqual(await there.members.find(scene.groupId, scene.kay.userId));
    expect(group).toMatchObject({ member_count: 3 });
    expect((await eventsOf(scene)).filter((type) => type === 'member_joined')).toHaveLength(1);
  });

  it('does not undo a removal that comes in between', async () => {
    const scene = await startGroup();
    flaky.before('TransactWriteItems', async () => {
      await join(there, scene);
      await removeMember(there, scene.byAda, scene.kay.handle);
    });
    await expectCode(join(here, scene), 'removed_from_group');
    expect(await there.members.find(scene.groupId, scene.kay.userId)).toBeUndefined();
    expect(await metaOf(scene)).toMatchObject({ member_count: 2, membership_seq: 5 });
  });

  it('whose answer was lost is done once', async () => {
    const scene = await startGroup();
    flaky.loseAnswer('TransactWriteItems');
    expect(await join(here, scene)).toMatchObject({ group: { member_count: 3 }, own: { joined_seq: 4 } });
    expect((await eventsOf(scene)).filter((type) => type === 'member_joined')).toHaveLength(1);
  });

  it('comes right after a text that takes the seq, without another look at the group', async () => {
    const scene = await startGroup();
    const text = { userId: scene.ada.userId, text: 'Hello' };
    flaky.before('TransactWriteItems', () => sendToGroup(there, scene.groupId, text));
    expect(await join(here, scene)).toMatchObject({ own: { joined_seq: 5, read_seq: 5, read_n: 1 } });
    expect((await eventsOf(scene)).slice(-2)).toEqual(['text', 'member_joined']);
    // Once before the user waits for their turn, and once after the tail is known.
    expect(flaky.count('BatchGetItem')).toBe(2);
  });

  it('keeps others waiting for three round trips: the tail, all that is read after it at once, and the write', async () => {
    const scene = await startGroup();
    const rounds: string[][] = [];
    let underWay = 0;
    const send = async (command: Parameters<Table['send']>[0]) => {
      if (underWay === 0) rounds.push([]);
      rounds.at(-1)?.push(command.constructor.name);
      underWay += 1;
      return there.table.send(command).finally(() => (underWay -= 1));
    };
    await join(wire({ table: { name: there.table.name, send: send as Table['send'] } }), scene);
    const [tail, reads, write] = rounds.slice(-3);
    expect(tail).toEqual(['QueryCommand']);
    expect(reads).toEqual(expect.arrayContaining(['BatchGetCommand', 'GetCommand', 'QueryCommand']));
    expect(write).toEqual(['TransactWriteCommand']);
  });

  it('stops at the largest number of members, also for two at once', async () => {
    const scene = await startGroup();
    const narrow = wire({ table: db().through(flaky.endpoint), maxGroupMembers: 3 });
    const [other] = await newPeople(1);
    flaky.before('TransactWriteItems', () => join(there, { ...scene, kay: other }));
    await expectCode(join(narrow, scene), 'group_full');
    expect(await metaOf(scene)).toMatchObject({ member_count: 3 });
    const adding = addMembers(narrow, scene.byAda, [scene.kay.handle], () => 'handle');
    await expectCode(adding, 'group_full');
  });

  it('counts towards all of a user’s groups, and not towards those that others added them to', async () => {
    const scene = await startGroup();
    const { userId } = scene.kay;
    const rows = (count: number, values = {}) =>
      upTo(count).map(() => namedMemberItem({ groupId: newGroupId(), userId, ...values }));
    await putItems(db().table, rows(MAX_GROUPS_BY_OTHERS, { added_by: 'another' }));
    expect(await join(here, scene)).toMatchObject({ own: { userId } });
    await removeMember(there, { groupId: scene.groupId, actor: scene.kay }, scene.kay.handle);
    await putItems(db().table, rows(MAX_GROUPS - MAX_GROUPS_BY_OTHERS));
    await expect(join(here, scene)).rejects.toMatchObject({ issues: [{ code: 'groups_full' }] });
  });

  it('of many at once, through two processes, makes a member of each', async () => {
    const scene = await startGroup();
    const many = await newPeople(12);
    const joined = await Promise.all(
      many.map((kay, place) => join(place % 2 === 0 ? here : there, { ...scene, kay })),
    );
    expect(new Set(joined.map(({ own }) => own?.joined_seq)).size).toBe(12);
    expect(await metaOf(scene)).toMatchObject({ member_count: 14, membership_seq: 15 });
    const prevs = (await readLog(there, scene.groupId)).flatMap(({ event }) =>
      event?.type === 'member_joined' ? [event.prev] : [],
    );
    // All changes of members form a chain.
    expect(prevs).toEqual([1, ...upTo(11).map((n) => n + 3)]);
  });
});

describe('a public group', () => {
  const join = WAYS[0][1];

  it('that becomes private in between is joined by nobody', async () => {
    const scene = await startGroup();
    flaky.before('TransactWriteItems', () => updateGroup(there, scene.byAda, { visibility: 'private' }));
    await expectCode(join(here, scene), 'not_found');
    expect(await there.members.find(scene.groupId, scene.kay.userId)).toBeUndefined();
    expect(await eventsOf(scene)).toEqual([
      'group_created',
      'visibility_changed',
      'role_changed',
      'visibility_changed',
    ]);
  });

  it('that is private is found by no user outside: nobody waits for it, and nothing is read of its log', async () => {
    const scene = await startGroup();
    await updateGroup(there, scene.byAda, { visibility: 'private' });
    await expectCode(join(here, scene), 'not_found');
    expect(['BatchGetItem', 'GetItem', 'Query'].map((name) => flaky.count(name))).toEqual([1, 0, 0]);
  });

  it('of two renames at once is listed by the name that it has', async () => {
    const scene = await startGroup('Before');
    const held = flaky.hold('TransactWriteItems');
    const slower = updateGroup(here, scene.byAda, { name: 'The last' });
    await held.arrived;
    await updateGroup(there, scene.byGrace, { name: 'The first' });
    held.release();
    await slower;
    expect(await metaOf(scene)).toMatchObject({ name: 'The last' });
    expect(await listedAs(scene)).toEqual([
      { groupId: scene.groupId, inbox_sk: `the last\t${scene.groupId}` },
    ]);
  });

  it('that becomes private while it is renamed is listed no more', async () => {
    const scene = await startGroup();
    flaky.before('TransactWriteItems', () => updateGroup(there, scene.byAda, { visibility: 'private' }));
    const { group } = await updateGroup(here, scene.byGrace, { name: 'Looms' });
    for (const shown of [group, await metaOf(scene)]) {
      expect(shown).toMatchObject({ name: 'Looms' });
      expect(shown).not.toHaveProperty('visibility');
    }
    expect(await listedAs(scene)).toEqual([]);
  });

  it('is listed again after it was private', async () => {
    const scene = await startGroup();
    for (const visibility of ['private', 'public'] as const) {
      const { group } = await updateGroup(here, scene.byAda, { visibility });
      expect(group.visibility).toBe((await metaOf(scene)).visibility);
    }
    expect(await listedAs(scene)).toHaveLength(1);
    expect((await compareSummaries(there, scene.groupId)).faults).toEqual([]);
  });

  it('is left out of the list as soon as META says that it is private', async () => {
    const scene = await startGroup('Behind the index');
    const list = () =>
      listPublicGroups(db().newContext(), { userId: scene.kay.userId, prefix: 'behind the', limit: 10 });
    expect((await list()).groups).toHaveLength(1);
    await updateGroup(there, scene.byAda, { name: 'Secret', visibility: 'private' });
    // As an index that is late still has it.
    await putItem(db().table, listingItem(scene.groupId, 'behind the index'));
    expect((await list()).groups).toEqual([]);
  });
});

describe('an invitation', () => {
  const join = WAYS[1][1];

  it('that is revoked in between is accepted by nobody', async () => {
    const scene = await startGroup();
    flaky.before('TransactWriteItems', () => revokeInvite(there, scene.byGrace, scene.code));
    await expectCode(join(here, scene), 'not_found');
    expect(await there.members.find(scene.groupId, scene.kay.userId)).toBeUndefined();
    expect(await eventsOf(scene)).not.toContain('member_joined');
  });

  it('that is revoked while a text takes the seq is accepted by nobody', async () => {
    const scene = await startGroup();
    flaky.before('TransactWriteItems', () =>
      sendToGroup(there, scene.groupId, { userId: scene.ada.userId, text: 'Hello' }),
    );
    flaky.before('TransactWriteItems', () => revokeInvite(there, scene.byGrace, scene.code));
    await expectCode(join(here, scene), 'not_found');
    expect(await there.members.find(scene.groupId, scene.kay.userId)).toBeUndefined();
  });

  it('expires at its second: a moment before it is accepted, and from then on it is none', async () => {
    const scene = await startGroup();
    const { invite } = await readInvited(there, scene.code, scene.kay.userId);
    const at = (ms: number) => db().newContext({ clock: () => new Date(invite.expires_at * 1_000 + ms) });
    await expectCode(join(at(0), scene), 'not_found');
    await expectCode(readInvited(at(0), scene.code, scene.ada.userId), 'not_found');
    expect((await listInvites(at(0), scene.byAda)).invites).toEqual([]);
    expect((await listInvites(at(-1), scene.byAda)).invites).toHaveLength(1);
    expect(await join(at(-1), scene)).toMatchObject({ own: { userId: scene.kay.userId } });
  });

  it('that expires after it was read is accepted by nobody', async () => {
    const scene = await startGroup();
    const { invite } = await readInvited(there, scene.code, scene.kay.userId);
    let now = invite.expires_at * 1_000 - 1;
    const late = wire({ table: db().through(flaky.endpoint), clock: () => new Date(now) });
    // The user's own groups are counted after all else was read.
    flaky.before('Query', () => (now += 1), { where: ({ body }) => body['IndexName'] !== undefined });
    await expectCode(join(late, scene), 'not_found');
    expect(await there.members.find(scene.groupId, scene.kay.userId)).toBeUndefined();
  });

  it.each([
    ['removed', 'not_found', ({ byAda, grace }: Scene) => removeMember(there, byAda, grace.handle)],
    [
      'made a plain member',
      'role_forbidden',
      ({ byAda, grace }: Scene) => changeRole(there, byAda, grace.handle, 'member'),
    ],
  ])('is not created by an admin who is %s in between', async (_what, code, change) => {
    const scene = await startGroup();
    flaky.before('TransactWriteItems', () => change(scene));
    await expectCode(createInvite(here, scene.byGrace, WEEK_S), code);
    expect(await there.invites.list(scene.groupId)).toHaveLength(1);
  });
});
