import { describe, expect, it } from '@jest/globals';
import { TransactWriteItemsCommand, type TransactWriteItemsCommandInput } from '@aws-sdk/client-dynamodb';
import { type Wiring } from '../../backend/wiring.ts';
import { createGroup } from '../../backend/domain/create-group.ts';
import { type Change, groupChannel } from '../../backend/events/changes.ts';
import { groupItemOf } from '../../backend/table/items.ts';
import type { GroupActor } from '../../backend/domain/change-group.ts';
import {
  addMembers,
  changeRole,
  removeMember,
  removeMemberById,
  updateGroup,
} from '../../backend/domain/manage-members.ts';
import { listMessages } from '../../backend/domain/list-messages.ts';
import type { Member, Person } from '../../backend/domain/model.ts';
import { sendToGroup, sendToHandle } from '../../backend/domain/send-message.ts';
import { unreadCount } from '../../backend/domain/unread.ts';
import { compareSummaries } from '../../backend/domain/rebuild-summaries.ts';
import { KeyReusedError, NotFoundError } from '../../backend/errors.ts';
import { MAX_ADDED, MAX_MEMBERS } from '../../schema/items.ts';
import { expectCode } from '../support/answers.ts';
import { newGroupId } from '../support/factories.ts';
import { type FlakyEngine } from '../support/flaky-engine.ts';
import { addPerson, putItem, readLog, upTo } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';
import { useTwoProcesses } from '../support/two-processes.ts';

const db = useTestTable();
let flaky: FlakyEngine;
/** Two processes on one table: the first reaches it through the flaky engine. */
let here: Wiring;
let there: Wiring;
let people = 0;

useTwoProcesses(db, (opened) => ({ flaky, here, there } = opened));

describe('a new group', () => {
  it('has its creator as the owner, the others as members, nothing unread, and a message about it', async () => {
    const [ada, grace, barbara] = await newPeople(3);
    const { group, own } = await createGroup(here, {
      creator: ada,
      name: 'Engines',
      handles: [grace.handle, barbara.handle],
    });
    expect(group).toMatchObject({ kind: 'group', name: 'Engines', created_by: ada.userId, member_count: 3 });
    expect(group).toMatchObject({ last_seq: 1, last_n: 0, membership_seq: 1, last_kind: 'system' });
    expect(await there.groups.find(group.groupId)).toEqual(group);
    const stored = await there.members.list(group.groupId, 10);
    expect(byUser(stored)[ada.userId]).toEqual(own);
    expect(rolesOf(stored)).toEqual({
      [ada.userId]: 'owner',
      [grace.userId]: 'member',
      [barbara.userId]: 'member',
    });
    for (const row of stored) {
      expect(row).toMatchObject({ joined_seq: 1, read_seq: 1, read_n: 0, log_id: group.log_id });
      expect(await unreadCount(there, { ...row, summary: group })).toBe(0);
    }
    const [first, ...rest] = await readLog(there, group.groupId);
    expect(rest).toEqual([]);
    expect(first).toMatchObject({
      seq: 1,
      kind: 'system',
      user_uuid: ada.userId,
      n: 0,
      event: { type: 'group_created', name: 'Engines' },
      message: null,
    });
    expect(await compareSummaries(there, group.groupId)).toEqual({ differences: [], faults: [] });
  });

  it('counts the creator’s own handle and repeated ones once', async () => {
    const [ada, grace] = await newPeople(2);
    const handles = [grace.handle, ada.handle, grace.handle];
    const { group } = await createGroup(here, { creator: ada, name: 'Two', handles });
    expect(group.member_count).toBe(2);
    expect(await there.members.list(group.groupId, 10)).toHaveLength(2);
  });

  it('is all or nothing: each unknown handle is named, and nothing is stored', async () => {
    const [ada, grace] = await newPeople(2);
    const handles = ['nobody-1', grace.handle, 'nobody-2', 'nobody-1'];
    const attempt = createGroup(here, { creator: ada, name: 'None', handles });
    await expect(attempt).rejects.toMatchObject({
      issues: [
        { code: 'handle_unknown', field: 'handles.0' },
        { code: 'handle_unknown', field: 'handles.2' },
      ],
    });
    for (const { userId } of [ada, grace]) expect(await groupsOf(userId)).toEqual([]);
  });

  it('is not of one person', async () => {
    const [ada] = await newPeople(1);
    for (const handles of [[], [ada.handle]]) {
      await expectCode(createGroup(here, { creator: ada, name: 'One', handles }), 'handles_blank');
    }
  });

  it(`is created with ${MAX_ADDED} other people at once, and ${MAX_ADDED} more are added at once`, async () => {
    const [ada, ...others] = await newPeople(2 * MAX_ADDED + 1);
    const handles = others.map((person) => person.handle);
    const creation = { creator: ada, name: 'Many', handles: handles.slice(0, MAX_ADDED) };
    const { group } = await createGroup(here, creation);
    const groupId = group.groupId;
    expect(group.member_count).toBe(MAX_ADDED + 1);
    const rest = handles.slice(MAX_ADDED);
    const added = await addMembers(here, { groupId, actor: ada }, rest, (index) => `handles.${index}`);
    expect(added.group).toMatchObject({ member_count: 2 * MAX_ADDED + 1, membership_seq: 2, last_seq: 2 });
    expect(await there.members.list(groupId, 1_000)).toHaveLength(2 * MAX_ADDED + 1);
    const [, second] = await readLog(there, groupId);
    const ids = others.slice(MAX_ADDED).map((person) => person.userId);
    expect(second?.event).toMatchObject({ type: 'members_added', prev: 1 });
    expect([...(second?.event?.type === 'members_added' ? second.event.user_uuids : [])].sort()).toEqual(
      ids.sort(),
    );
    // The summary names three of them.
    expect(added.group.preview).toMatchObject({ type: 'members_added', count: MAX_ADDED });
  }, 60_000);

  it(`has at most ${MAX_MEMBERS} members, also where two are added at once`, async () => {
    const { groupId, ada } = await startGroup();
    const [kay, mary] = await newPeople(2);
    const meta = await there.groups.find(groupId);
    if (meta) await putItem(db().table, groupItemOf({ ...meta, member_count: MAX_MEMBERS - 1 }));
    await expectCode(
      addMembers(here, { groupId, actor: ada }, [kay.handle, mary.handle], () => 'handles'),
      'group_full',
    );
    const held = flaky.hold('TransactWriteItems');
    const slower = addMember(here, { groupId, actor: ada }, kay.handle);
    await held.arrived;
    await addMember(there, { groupId, actor: ada }, mary.handle);
    held.release();
    await expectCode(slower, 'group_full');
    expect(await there.groups.find(groupId)).toMatchObject({ member_count: MAX_MEMBERS });
  });

  it('is created once for each key, also by two at once and after a lost answer', async () => {
    const [ada, grace] = await newPeople(2);
    const request = { creator: ada, name: 'Once', handles: [grace.handle], clientKey: 'k' };
    flaky.loseAnswer('TransactWriteItems', { times: 4 });
    await expect(createGroup(here, request)).rejects.toMatchObject({ code: 'table_unavailable' });
    flaky.reset();
    const again = await Promise.all([createGroup(here, request), createGroup(there, request)]);
    expect(new Set(again.map(({ group }) => group.groupId)).size).toBe(1);
    expect(await groupsOf(ada.userId)).toHaveLength(1);
    await expect(createGroup(here, { ...request, name: 'Other' })).rejects.toThrow(KeyReusedError);
    // The key is its user's own.
    await createGroup(here, { ...request, creator: grace, handles: [ada.handle] });
    expect(await groupsOf(ada.userId)).toHaveLength(2);
  });

  it('has a key that is another request’s than any message’s', async () => {
    const [ada, grace] = await newPeople(2);
    const request = { creator: ada, name: 'Once', handles: [grace.handle], clientKey: 'k' };
    const { group } = await createGroup(here, request);
    const groupId = group.groupId;
    const send = { userId: ada.userId, text: 'hello', clientKey: 'k' };
    const message = await sendToGroup(there, groupId, send);
    expect(message).toMatchObject({ seq: 2, kind: 'text' });
    expect(await sendToGroup(there, groupId, send)).toEqual(message);
  });

  it('is created once when the SDK repeats the request after a lost answer', async () => {
    const [ada, grace] = await newPeople(2);
    flaky.loseAnswer('TransactWriteItems');
    await createGroup(here, { creator: ada, name: 'Lost', handles: [grace.handle] });
    expect(await groupsOf(ada.userId)).toHaveLength(1);
  });
});

describe('each change of a group', () => {
  it('is stored with a message about it, in ids alone, and META and the rows are right at once', async () => {
    const { groupId, ada, grace, barbara } = await startGroup();
    const [kay] = await newPeople(1);
    const place = { groupId, actor: ada };
    await updateGroup(here, place, { name: 'Looms' });
    await addMember(here, place, kay.handle);
    const joined = await there.members.find(groupId, kay.userId);
    await changeRole(here, place, grace.handle, 'admin');
    await changeRole(here, place, grace.handle, 'member');
    await removeMember(here, place, grace.handle);
    await removeMember(here, { groupId, actor: ada }, ada.handle);
    const log = await readLog(there, groupId);
    expect(log.map(({ seq }) => seq)).toEqual(upTo(7));
    expect(log.every(({ kind }) => kind === 'system')).toBe(true);
    // What changes members names the message before it that did.
    expect(log.map(({ event }) => event)).toEqual([
      { type: 'group_created', name: 'Engines' },
      { type: 'group_renamed', name: 'Looms' },
      { type: 'members_added', user_uuids: [kay.userId], prev: 1 },
      { type: 'role_changed', user_uuid: grace.userId, role: 'admin' },
      { type: 'role_changed', user_uuid: grace.userId, role: 'member' },
      { type: 'member_removed', user_uuid: grace.userId, prev: 3 },
      { type: 'member_left', new_owner: barbara.userId, prev: 6 },
    ]);
    expect(log.every(({ n }) => n === 0)).toBe(true);
    expect(log.every(({ message }) => message === null)).toBe(true);
    const group = await there.groups.find(groupId);
    expect(group).toMatchObject({ name: 'Looms', member_count: 2, membership_seq: 7 });
    const members = await there.members.list(groupId, 10);
    expect(rolesOf(members)).toEqual({ [barbara.userId]: 'owner', [kay.userId]: 'member' });
    expect(joined).toMatchObject({ joined_seq: 3, read_seq: 3, read_n: 0, role: 'member' });
  });

  it('hands the group over: there is one owner before and after, and one message', async () => {
    const { groupId, ada, grace } = await startGroup();
    await changeRole(here, { groupId, actor: ada }, grace.handle, 'owner');
    expect(rolesOf(await there.members.list(groupId, 10))).toMatchObject({
      [ada.userId]: 'admin',
      [grace.userId]: 'owner',
    });
    const event = { type: 'role_changed', user_uuid: grace.userId, role: 'owner' };
    expect((await readLog(there, groupId)).map((message) => message.event).slice(1)).toEqual([event]);
    await expectCode(changeRole(here, { groupId, actor: ada }, ada.handle, 'owner'), 'role_forbidden');
  });

  it('that changes nothing writes no message', async () => {
    const { groupId, ada, grace } = await startGroup();
    const place = { groupId, actor: ada };
    await updateGroup(here, place, { name: 'Engines' });
    await addMember(here, place, grace.handle);
    await changeRole(here, place, grace.handle, 'member');
    expect(await readLog(there, groupId)).toHaveLength(1);
  });

  it('is stored once when its answer is lost and the SDK repeats it', async () => {
    const { groupId, ada } = await startGroup();
    const [kay] = await newPeople(1);
    flaky.loseAnswer('TransactWriteItems');
    const { group } = await addMember(here, { groupId, actor: ada }, kay.handle);
    expect(group).toMatchObject({ last_seq: 2, membership_seq: 2, member_count: 4 });
    expect(await readLog(there, groupId)).toHaveLength(2);
  });

  it('is recognised as its own where its first attempt was stored and the engine does not remember it', async () => {
    const { groupId, grace } = await startGroup();
    flaky.before('TransactWriteItems', ({ body }) => {
      // The same items, without the token that DynamoDB recognises a repetition by for ten minutes.
      const TransactItems = body['TransactItems'] as TransactWriteItemsCommandInput['TransactItems'];
      return db().client.send(new TransactWriteItemsCommand({ TransactItems }));
    });
    const { group, own } = await removeMember(here, { groupId, actor: grace }, grace.handle);
    expect([group.last_seq, own]).toEqual([2, undefined]);
    expect((await readLog(there, groupId)).at(-1)?.event).toEqual({ type: 'member_left', prev: 1 });
    expect(await readLog(there, groupId)).toHaveLength(2);
  });

  it('follows messages that come between its read and its write', async () => {
    const { groupId, ada, grace } = await startGroup();
    flaky.before('TransactWriteItems', () => sendToGroup(there, groupId, say(grace.userId, 'between')), {
      times: 3,
    });
    const { group } = await updateGroup(here, { groupId, actor: ada }, { name: 'Looms' });
    expect(group).toMatchObject({ name: 'Looms', last_seq: 5, last_n: 3 });
    expect((await readLog(there, groupId)).map(({ seq }) => seq)).toEqual(upTo(5));
  });

  it('succeeds between users who send without a pause through another process, and reads the group once', async () => {
    const { groupId, ada, grace } = await startGroup();
    flaky.before('TransactWriteItems', () => sendToGroup(there, groupId, say(grace.userId, 'between')), {
      times: 8,
    });
    const operations = ['GetItem', 'Query', 'BatchGetItem'];
    const before = operations.map((name) => flaky.count(name));
    const { group } = await updateGroup(here, { groupId, actor: ada }, { name: 'Looms' });
    expect(group).toMatchObject({ last_seq: 10 });
    // Ada's row, the log's end, her row with META.
    expect(operations.map((name, place) => flaky.count(name) - (before[place] ?? 0))).toEqual([1, 1, 1]);
  });

  it('is planned again after another change, also where texts came before that', async () => {
    const { groupId, ada, grace, barbara } = await startGroup();
    await changeRole(here, { groupId, actor: ada }, grace.handle, 'admin');
    flaky.before('TransactWriteItems', () => sendToGroup(there, groupId, say(ada.userId, 'between')));
    flaky.before('TransactWriteItems', () =>
      changeRole(there, { groupId, actor: ada }, grace.handle, 'member'),
    );
    const attempt = removeMember(here, { groupId, actor: grace }, barbara.handle);
    await expectCode(attempt, 'role_forbidden');
    expect(await there.members.find(groupId, barbara.userId)).toBeDefined();
  });

  it('is refused when its actor loses the role before it is written', async () => {
    const { groupId, ada, grace, barbara } = await startGroup();
    await changeRole(here, { groupId, actor: ada }, grace.handle, 'admin');
    flaky.before('TransactWriteItems', () =>
      changeRole(there, { groupId, actor: ada }, grace.handle, 'member'),
    );
    const attempt = removeMember(here, { groupId, actor: grace }, barbara.handle);
    await expectCode(attempt, 'role_forbidden');
    expect(await there.members.find(groupId, barbara.userId)).toBeDefined();
  });

  it('is refused in a direct group', async () => {
    const [ada, grace, kay] = await newPeople(3);
    const message = await sendToHandle(here, grace.handle, say(ada.userId, 'hello'));
    const place = { groupId: message.groupId, actor: ada };
    for (const attempt of [
      () => updateGroup(here, place, { name: 'X' }),
      () => addMember(here, place, kay.handle),
      () => removeMember(here, place, grace.handle),
      () => removeMember(here, place, ada.handle),
      () => removeMemberById(here, place, grace.userId),
      () => changeRole(here, place, grace.handle, 'admin'),
    ]) {
      await expectCode(attempt(), 'message_group_is_direct');
    }
  });
});

describe('two members at once', () => {
  it('who add the same user make one membership and one message', async () => {
    const { groupId, ada, grace } = await startGroup();
    await changeRole(here, { groupId, actor: ada }, grace.handle, 'admin');
    const [kay] = await newPeople(1);
    // Both have read the group before either writes.
    const held = flaky.hold('TransactWriteItems');
    const slower = addMember(here, { groupId, actor: ada }, kay.handle);
    await held.arrived;
    await addMember(there, { groupId, actor: grace }, kay.handle);
    held.release();
    const { group } = await slower;
    expect(group).toMatchObject({ member_count: 4, membership_seq: 3 });
    const log = await readLog(there, groupId);
    expect(log.filter(({ event }) => event?.type === 'members_added')).toHaveLength(1);
    expect((await there.members.list(groupId, 10)).length).toBe(4);
  });

  it.each(['the owner first', 'the successor first'])(
    'the owner and the successor leave a group that has an owner: %s',
    async (order) => {
      const { groupId, ada, grace, barbara } = await startGroup();
      await changeRole(here, { groupId, actor: ada }, grace.handle, 'admin');
      const [slow, quick] = order === 'the owner first' ? [grace, ada] : [ada, grace];
      const held = flaky.hold('TransactWriteItems');
      const slower = removeMember(here, { groupId, actor: slow }, slow.handle);
      await held.arrived;
      await removeMember(there, { groupId, actor: quick }, quick.handle);
      held.release();
      await slower;
      expect(rolesOf(await there.members.list(groupId, 10))).toEqual({ [barbara.userId]: 'owner' });
      expect(await there.groups.find(groupId)).toMatchObject({ member_count: 1 });
    },
  );

  it('all of whom leave, leave an empty group', async () => {
    const { groupId, ...members } = await startGroup();
    await Promise.all(
      Object.values(members).map((actor, place) =>
        removeMember(place % 2 === 0 ? here : there, { groupId, actor }, actor.handle),
      ),
    );
    expect(await there.members.list(groupId, 10)).toEqual([]);
    expect(await there.groups.find(groupId)).toMatchObject({ member_count: 0 });
    expect((await readLog(there, groupId)).map(({ seq }) => seq)).toEqual(upTo(4));
    await expect(removeMember(here, { groupId, actor: members.ada }, members.ada.handle)).rejects.toThrow(
      NotFoundError,
    );
  });
});

describe('the successor of an owner', () => {
  it('is the longest-standing admin, or else the longest-standing member', async () => {
    const [ada, kay, ...both] = await newPeople(4);
    // The one who joined first, and not the one whose row comes first.
    const [early, late] = both.sort((one, other) => (one.userId > other.userId ? -1 : 1));
    const { group } = await createGroup(here, { creator: ada, name: 'Engines', handles: [early.handle] });
    const groupId = group.groupId;
    for (const { handle } of [late, kay]) await addMember(here, { groupId, actor: ada }, handle);
    await changeRole(here, { groupId, actor: ada }, kay.handle, 'admin');
    await removeMember(here, { groupId, actor: ada }, ada.handle);
    expect(rolesOf(await there.members.list(groupId, 10))).toMatchObject({ [kay.userId]: 'owner' });
    await addMember(here, { groupId, actor: kay }, ada.handle);
    await removeMember(here, { groupId, actor: kay }, kay.handle);
    expect(rolesOf(await there.members.list(groupId, 10))).toEqual({
      [early.userId]: 'owner',
      [late.userId]: 'member',
      [ada.userId]: 'member',
    });
  });
});

describe('a message by a member who is removed at the same moment', () => {
  const removedBy = (there_: () => Wiring, scene: Awaited<ReturnType<typeof startGroup>>) => () =>
    removeMember(there_(), { groupId: scene.groupId, actor: scene.ada }, scene.grace.handle);

  it('is refused, if the removal comes before it in the log', async () => {
    const scene = await startGroup();
    flaky.before(
      'PutItem',
      removedBy(() => there, scene),
    );
    await expect(sendToGroup(here, scene.groupId, say(scene.grace.userId, 'late'))).rejects.toThrow(
      NotFoundError,
    );
    expect((await readLog(there, scene.groupId)).at(-1)?.event).toMatchObject({ type: 'member_removed' });
  });

  it('is refused when it waits behind a message that has found the new end of the log', async () => {
    const scene = await startGroup();
    await sendToGroup(here, scene.groupId, say(scene.ada.userId, 'so that the tail is known'));
    // Ada's waits before its write, and Grace's behind it, when Grace is removed by another process.
    const held = flaky.hold('PutItem');
    const first = sendToGroup(here, scene.groupId, say(scene.ada.userId, 'first'));
    await held.arrived;
    const counted = flaky.count('BatchGetItem');
    const late = sendToGroup(here, scene.groupId, say(scene.grace.userId, 'late'));
    const outcome = late.catch((error: unknown) => error);
    while (flaky.count('BatchGetItem') === counted) await new Promise(setImmediate);
    await there.members.find(scene.groupId, scene.grace.userId);
    await removedBy(() => there, scene)();
    held.release();
    expect(await first).toMatchObject({ seq: 4 });
    expect(await outcome).toBeInstanceOf(NotFoundError);
  });

  it('is refused when it waits behind the removal in the same process', async () => {
    const scene = await startGroup();
    await sendToGroup(here, scene.groupId, say(scene.ada.userId, 'so that the tail is known'));
    const held = flaky.hold('TransactWriteItems');
    const removal = removedBy(() => here, scene)();
    await held.arrived;
    const counted = flaky.count('BatchGetItem');
    const late = sendToGroup(here, scene.groupId, say(scene.grace.userId, 'late'));
    const outcome = late.catch((error: unknown) => error);
    // It has read the members, of whom Grace still is one.
    while (flaky.count('BatchGetItem') === counted) await new Promise(setImmediate);
    await there.members.find(scene.groupId, scene.grace.userId);
    held.release();
    expect(await removal).toMatchObject({ group: { last_seq: 3, membership_seq: 3 } });
    expect(await outcome).toBeInstanceOf(NotFoundError);
    expect(await readLog(there, scene.groupId)).toHaveLength(3);
  });

  it('with a key is refused as well, and one that was stored before is found', async () => {
    const scene = await startGroup();
    const send = { ...say(scene.grace.userId, 'early'), clientKey: 'k', afterSeq: 1 };
    const early = await sendToGroup(here, scene.groupId, send);
    expect(await sendToGroup(here, scene.groupId, send)).toEqual(early);
    flaky.before(
      'PutItem',
      removedBy(() => there, scene),
    );
    const late = { ...say(scene.grace.userId, 'late'), clientKey: 'l', afterSeq: 2 };
    await expect(sendToGroup(here, scene.groupId, late)).rejects.toThrow(NotFoundError);
    expect((await readLog(there, scene.groupId)).at(-1)?.event).toMatchObject({ type: 'member_removed' });
  });

  it('with a key that is searched for is refused, when the removal is met by the search', async () => {
    const scene = await startGroup();
    const NEWEST = 100;
    flaky.before(
      'Query',
      removedBy(() => there, scene),
      { where: ({ body }) => body['Limit'] === NEWEST },
    );
    const late = { ...say(scene.grace.userId, 'late'), clientKey: 'k' };
    await expect(sendToGroup(here, scene.groupId, late)).rejects.toThrow(NotFoundError);
    expect((await readLog(there, scene.groupId)).at(-1)?.event).toMatchObject({ type: 'member_removed' });
  });

  it('to a group they were never in costs one read to refuse, and so does a change of it', async () => {
    const { groupId } = await startGroup();
    const [kay] = await newPeople(1);
    flaky.reset();
    await expect(updateGroup(here, { groupId, actor: kay }, { name: 'Mine' })).rejects.toThrow(NotFoundError);
    await expect(updateGroup(here, { groupId: newGroupId(), actor: kay }, { name: 'Mine' })).rejects.toThrow(
      NotFoundError,
    );
    expect(['GetItem', 'Query', 'BatchGetItem'].map((name) => flaky.count(name))).toEqual([2, 0, 0]);
  });
});

describe('a message on its way while a user', () => {
  it('joins follows the message about it, and their row begins with nothing unread', async () => {
    const { groupId, ada, grace } = await startGroup();
    const [kay] = await newPeople(1);
    flaky.before('PutItem', () => addMember(there, { groupId, actor: ada }, kay.handle));
    const message = await sendToGroup(here, groupId, say(grace.userId, 'in flight'));
    expect(message.seq).toBe(3);
    const row = await there.members.find(groupId, kay.userId);
    expect(row).toMatchObject({ joined_seq: 2, read_seq: 2, read_n: 0 });
    const position = { at: 'after', seq: 2 } as const;
    const missed = await listMessages(there, { groupId, userId: kay.userId, position, limit: 10 });
    expect(missed.messages).toEqual([message]);
  });

  it('is removed is published with the removal’s seq, by which processes know who may receive it', async () => {
    const { groupId, ada, grace, barbara } = await startGroup();
    const published: Change[] = [];
    here.events.subscribe(groupChannel(groupId), (event) => {
      if (event.kind !== 'ready') published.push(event);
    });
    flaky.before('PutItem', () => removeMember(there, { groupId, actor: ada }, barbara.handle));
    const message = await sendToGroup(here, groupId, say(grace.userId, 'in flight'));
    expect(message.seq).toBe(3);
    expect(published).toMatchObject([
      { kind: 'message', to: { groupId, membershipSeq: 2 }, message: { seq: 3 } },
    ]);
    expect(await groupsOf(barbara.userId)).toEqual([]);
  });
});

async function newPeople(count: number): Promise<[Person, Person, Person, Person, ...Person[]]> {
  const found = await Promise.all(
    upTo(count).map(async (): Promise<Person> => {
      people += 1;
      const handle = `person-${people}`;
      const display_name = `Person ${people}`;
      return { userId: await addPerson(there, handle, display_name), handle, display_name };
    }),
  );
  return found as [Person, Person, Person, Person, ...Person[]];
}

async function startGroup() {
  const [ada, grace, barbara] = await newPeople(3);
  const handles = [grace.handle, barbara.handle];
  const { group } = await createGroup(here, { creator: ada, name: 'Engines', handles });
  return { groupId: group.groupId, ada, grace, barbara };
}

const say = (userId: string, text: string) => ({ userId, text });

/** The rows in a user's inbox. */
async function groupsOf(userId: string): Promise<Member[]> {
  return (await there.members.inbox(userId, 10)).items;
}

function addMember(needs: Wiring, place: GroupActor, handle: string) {
  return addMembers(needs, place, [handle], () => 'handle');
}

function byUser(members: readonly Member[]): Record<string, Member> {
  return Object.fromEntries(members.map((row) => [row.userId, row]));
}

function rolesOf(members: readonly Member[]): Record<string, string> {
  return Object.fromEntries(members.map((row) => [row.userId, row.role]));
}
