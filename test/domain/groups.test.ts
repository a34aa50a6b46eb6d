import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TransactWriteItemsCommand, type TransactWriteItemsCommandInput } from '@aws-sdk/client-dynamodb';
import { type Wiring, wire } from '../../backend/wiring.ts';
import { createGroup } from '../../backend/domain/create-group.ts';
import { isolateName } from '../../schema/isolate-name.ts';
import {
  addMember,
  changeRole,
  removeMember,
  removeMemberById,
  renameGroup,
} from '../../backend/domain/manage-members.ts';
import { listMessages } from '../../backend/domain/list-messages.ts';
import type { Member, Person } from '../../backend/domain/model.ts';
import { sendToGroup, sendToHandle } from '../../backend/domain/send-message.ts';
import { unreadCount } from '../../backend/domain/unread.ts';
import { compareSummaries } from '../../backend/domain/rebuild-summaries.ts';
import { KeyReusedError, NotFoundError } from '../../backend/errors.ts';
import { MAX_MEMBERS } from '../../schema/items.ts';
import { expectCode } from '../support/answers.ts';
import { newGroupId } from '../support/factories.ts';
import { type FlakyEngine, startFlakyEngine } from '../support/flaky-engine.ts';
import { addPerson, readLog, upTo } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

const db = useTestTable();
let flaky: FlakyEngine;
/** Two processes on one table: the first reaches it through the flaky engine. */
let here: Wiring;
let there: Wiring;
let people = 0;

beforeAll(async () => {
  flaky = await startFlakyEngine(db().endpoint);
  here = wire({ table: db().through(flaky.endpoint) });
  there = db().newContext();
});
afterEach(() => flaky.reset());
afterAll(async () => {
  await flaky.close();
});

describe('a new group', () => {
  it('has its creator as the owner, everybody else as a member, nothing unread, and tells of itself', async () => {
    const [ada, grace, barbara] = await somebody(3);
    const { group, members } = await createGroup(here, {
      creator: ada,
      name: 'Engines',
      handles: [grace.handle, barbara.handle],
    });
    expect(group).toMatchObject({ kind: 'group', name: 'Engines', created_by: ada.userId, member_count: 3 });
    const stored = await there.members.listWithGroup(group.groupId);
    expect(stored.group).toEqual(group);
    expect(byUser(stored.members)).toEqual(byUser(members));
    expect(rolesOf(stored.members)).toEqual({
      [ada.userId]: 'owner',
      [grace.userId]: 'member',
      [barbara.userId]: 'member',
    });
    for (const row of stored.members)
      expect({ ...row, unread: unreadCount(row) }).toMatchObject({ unread: 0 });
    const [first, ...rest] = await readLog(there, group.groupId);
    expect(rest).toEqual([]);
    expect(first).toMatchObject({
      seq: 1,
      kind: 'system',
      user_uuid: ada.userId,
      data: { event: 'group_created', name: 'Engines' },
      message: `\u2068${ada.display_name}\u2069 created “\u2068Engines\u2069”`,
    });
    expect(await compareSummaries(there, group.groupId)).toEqual([]);
  });

  it('counts the creator’s own handle and repeated ones once', async () => {
    const [ada, grace] = await somebody(2);
    const handles = [grace.handle, ada.handle, grace.handle];
    const { group, members } = await createGroup(here, { creator: ada, name: 'Two', handles });
    expect(group.member_count).toBe(2);
    expect(members).toHaveLength(2);
  });

  it('is all or nothing: each handle that nobody has is named, and nothing is stored', async () => {
    const [ada, grace] = await somebody(2);
    const handles = ['nobody-1', grace.handle, 'nobody-2', 'nobody-1'];
    const attempt = createGroup(here, { creator: ada, name: 'None', handles });
    await expect(attempt).rejects.toMatchObject({
      issues: [
        { code: 'handle_unknown', field: 'handles.0' },
        { code: 'handle_unknown', field: 'handles.2' },
      ],
    });
    expect(await there.members.inbox(ada.userId, 10)).toEqual([]);
    expect(await there.members.inbox(grace.userId, 10)).toEqual([]);
  });

  it('is not of one person', async () => {
    const [ada] = await somebody(1);
    for (const handles of [[], [ada.handle]]) {
      await expectCode(createGroup(here, { creator: ada, name: 'One', handles }), 'handles_blank');
    }
  });

  it(`has at most ${MAX_MEMBERS} people, whom one transaction holds, and takes in no more`, async () => {
    const all = await somebody(MAX_MEMBERS + 1);
    const [ada] = all;
    const handles = all.map((person) => person.handle);
    await expectCode(createGroup(here, { creator: ada, name: 'Many', handles }), 'group_full');
    const { group } = await createGroup(here, { creator: ada, name: 'Many', handles: handles.slice(0, -1) });
    const groupId = group.groupId;
    expect(await there.members.list(groupId)).toHaveLength(MAX_MEMBERS);
    await expectCode(addMember(here, { groupId, actor: ada }, handles.at(-1) ?? ''), 'group_full');
  }, 60_000);

  it('is made once for each key, also by two at once and after a lost answer', async () => {
    const [ada, grace] = await somebody(2);
    const request = { creator: ada, name: 'Once', handles: [grace.handle], clientKey: 'k' };
    flaky.loseAnswer('TransactWriteItems', { times: 4 });
    await expect(createGroup(here, request)).rejects.toMatchObject({ code: 'table_unavailable' });
    flaky.reset();
    const again = await Promise.all([createGroup(here, request), createGroup(there, request)]);
    expect(new Set(again.map(({ group }) => group.groupId)).size).toBe(1);
    expect(await there.members.inbox(ada.userId, 10)).toHaveLength(1);
    await expect(createGroup(here, { ...request, name: 'Other' })).rejects.toThrow(KeyReusedError);
    // The key is its user's own.
    await createGroup(here, { ...request, creator: grace, handles: [ada.handle] });
    expect(await there.members.inbox(ada.userId, 10)).toHaveLength(2);
  });

  it('has a key that is none of the messages in it', async () => {
    const [ada, grace] = await somebody(2);
    const request = { creator: ada, name: 'Once', handles: [grace.handle], clientKey: 'k' };
    const { group } = await createGroup(here, request);
    const groupId = group.groupId;
    // The very words of the message that has the key.
    const text = `\u2068${ada.display_name}\u2069 created “\u2068Once\u2069”`;
    const send = { userId: ada.userId, text, clientKey: 'k' };
    const message = await sendToGroup(there, groupId, send);
    expect(message).toMatchObject({ seq: 2, kind: 'text' });
    expect(await sendToGroup(there, groupId, send)).toEqual(message);
  });

  it('is made once when the client overcomes a lost answer by itself', async () => {
    const [ada, grace] = await somebody(2);
    flaky.loseAnswer('TransactWriteItems');
    await createGroup(here, { creator: ada, name: 'Lost', handles: [grace.handle] });
    expect(await there.members.inbox(ada.userId, 10)).toHaveLength(1);
  });
});

describe('each change of a group', () => {
  it('is stored with the message that tells of it, and every row is right at once or after the stream', async () => {
    const { groupId, ada, grace, barbara } = await startGroup();
    const [kay] = await somebody(1);
    const place = { groupId, actor: ada };
    const nameOf = ({ display_name }: Person) => isolateName(display_name);
    await renameGroup(here, place, 'Looms');
    const added = await addMember(here, place, kay.handle);
    await changeRole(here, place, grace.handle, 'admin');
    await changeRole(here, place, grace.handle, 'member');
    await removeMember(here, place, grace.handle);
    await removeMember(here, { groupId, actor: ada }, ada.handle);
    const log = await readLog(there, groupId);
    expect(log.map(({ seq }) => seq)).toEqual(upTo(7));
    expect(log.every(({ kind }) => kind === 'system')).toBe(true);
    expect(log.map(({ data }) => data)).toEqual([
      { event: 'group_created', name: 'Engines' },
      { event: 'group_renamed', name: 'Looms' },
      { event: 'member_added', user_uuid: kay.userId },
      { event: 'role_changed', user_uuid: grace.userId, role: 'admin' },
      { event: 'role_changed', user_uuid: grace.userId, role: 'member' },
      { event: 'member_removed', user_uuid: grace.userId },
      { event: 'member_left', new_owner: barbara.userId },
    ]);
    expect(log.map(({ message }) => message)).toEqual([
      `${nameOf(ada)} created “${isolateName('Engines')}”`,
      `${nameOf(ada)} named the group “${isolateName('Looms')}”`,
      `${nameOf(ada)} added ${nameOf(kay)}`,
      `${nameOf(ada)} made ${nameOf(grace)} an admin`,
      `${nameOf(ada)} made ${nameOf(grace)} a member without admin rights`,
      `${nameOf(ada)} removed ${nameOf(grace)}`,
      `${nameOf(ada)} left, and ${nameOf(barbara)} owns the group now`,
    ]);
    const { group, members } = await there.members.listWithGroup(groupId);
    expect(group).toMatchObject({ name: 'Looms', member_count: 2 });
    expect(rolesOf(members)).toEqual({ [barbara.userId]: 'owner', [kay.userId]: 'member' });
    const joined = byUser(added.members)[kay.userId];
    expect(joined).toMatchObject({ joined_seq: 3, read_seq: 3, last_seq: 3, role: 'member' });
    expect(joined && unreadCount(joined)).toBe(0);
  });

  it('that is so already is none, and no message', async () => {
    const { groupId, ada, grace } = await startGroup();
    const place = { groupId, actor: ada };
    await renameGroup(here, place, 'Engines');
    await addMember(here, place, grace.handle);
    await changeRole(here, place, grace.handle, 'member');
    expect(await readLog(there, groupId)).toHaveLength(1);
  });

  it('is once when its answer is lost and the client repeats it', async () => {
    const { groupId, ada } = await startGroup();
    const [kay] = await somebody(1);
    flaky.loseAnswer('TransactWriteItems');
    const { message } = await addMember(here, { groupId, actor: ada }, kay.handle);
    expect(message).toMatchObject({ seq: 2 });
    expect(await readLog(there, groupId)).toHaveLength(2);
  });

  it('is recognised as its own where its first attempt was stored, and nobody remembers the attempt', async () => {
    const { groupId, grace } = await startGroup();
    flaky.before('TransactWriteItems', ({ body }) => {
      // The same items, without the token that DynamoDB recognises a repetition by for ten minutes.
      const TransactItems = body['TransactItems'] as TransactWriteItemsCommandInput['TransactItems'];
      return db().client.send(new TransactWriteItemsCommand({ TransactItems }));
    });
    const { message } = await removeMember(here, { groupId, actor: grace }, grace.handle);
    expect(message).toMatchObject({ seq: 2, data: { event: 'member_left' } });
    expect(await readLog(there, groupId)).toHaveLength(2);
  });

  it('goes on behind messages that come between its read and its write', async () => {
    const { groupId, ada, grace } = await startGroup();
    flaky.before('TransactWriteItems', () => sendToGroup(there, groupId, say(grace.userId, 'between')), {
      times: 3,
    });
    const { message, group } = await renameGroup(here, { groupId, actor: ada }, 'Looms');
    expect(message).toMatchObject({ seq: 5 });
    expect(group.name).toBe('Looms');
    expect((await readLog(there, groupId)).map(({ seq }) => seq)).toEqual(upTo(5));
  });

  it('gets in between those who send without a pause through another process, and reads the group once', async () => {
    const { groupId, ada, grace } = await startGroup();
    flaky.before('TransactWriteItems', () => sendToGroup(there, groupId, say(grace.userId, 'between')), {
      times: 8,
    });
    const queries = flaky.count('Query');
    const { message } = await renameGroup(here, { groupId, actor: ada }, 'Looms');
    expect(message).toMatchObject({ seq: 10 });
    // Whether Ada is a member, the log's end, the group.
    expect(flaky.count('Query') - queries).toBe(3);
  });

  it('is planned anew behind another change, also where texts came before that', async () => {
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

  it('is not of a direct group', async () => {
    const [ada, grace, kay] = await somebody(3);
    const message = await sendToHandle(here, grace.handle, say(ada.userId, 'hello'));
    const place = { groupId: message.groupId, actor: ada };
    for (const attempt of [
      () => renameGroup(here, place, 'X'),
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

describe('two at once', () => {
  it('who add the same person make one membership and one message', async () => {
    const { groupId, ada, grace } = await startGroup();
    await changeRole(here, { groupId, actor: ada }, grace.handle, 'admin');
    const [kay] = await somebody(1);
    // Both have read the group before either writes.
    const held = flaky.hold('TransactWriteItems');
    const slower = addMember(here, { groupId, actor: ada }, kay.handle);
    await held.arrived;
    await addMember(there, { groupId, actor: grace }, kay.handle);
    held.release();
    const { message, group } = await slower;
    expect(message).toBeUndefined();
    expect(group.member_count).toBe(4);
    const log = await readLog(there, groupId);
    expect(log.filter(({ data }) => data?.event === 'member_added')).toHaveLength(1);
    expect((await there.members.list(groupId)).length).toBe(4);
  });

  it.each(['the owner first', 'the successor first'])(
    'the owner and who follows them leave a group that has an owner: %s',
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
      const { group, members } = await there.members.listWithGroup(groupId);
      expect(rolesOf(members)).toEqual({ [barbara.userId]: 'owner' });
      expect(group?.member_count).toBe(1);
    },
  );

  it('all of whom leave leave a group of nobody', async () => {
    const { groupId, ...members } = await startGroup();
    await Promise.all(
      Object.values(members).map((actor, place) =>
        removeMember(place % 2 === 0 ? here : there, { groupId, actor }, actor.handle),
      ),
    );
    const { group, members: left } = await there.members.listWithGroup(groupId);
    expect(left).toEqual([]);
    expect(group?.member_count).toBe(0);
    expect((await readLog(there, groupId)).map(({ seq }) => seq)).toEqual(upTo(4));
    await expect(removeMember(here, { groupId, actor: members.ada }, members.ada.handle)).rejects.toThrow(
      NotFoundError,
    );
  });
});

describe('who follows an owner', () => {
  it('is the longest-standing admin, or else the longest-standing member', async () => {
    const [ada, kay, ...both] = await somebody(4);
    // Whoever came first follows, and not whose row comes first.
    const [early, late] = both.sort((one, other) => (one.userId > other.userId ? -1 : 1));
    const { group } = await createGroup(here, { creator: ada, name: 'Engines', handles: [early.handle] });
    const groupId = group.groupId;
    for (const { handle } of [late, kay]) await addMember(here, { groupId, actor: ada }, handle);
    await changeRole(here, { groupId, actor: ada }, kay.handle, 'admin');
    await removeMember(here, { groupId, actor: ada }, ada.handle);
    expect(rolesOf(await there.members.list(groupId))).toMatchObject({ [kay.userId]: 'owner' });
    await addMember(here, { groupId, actor: kay }, ada.handle);
    await removeMember(here, { groupId, actor: kay }, kay.handle);
    expect(rolesOf(await there.members.list(groupId))).toEqual({
      [early.userId]: 'owner',
      [late.userId]: 'member',
      [ada.userId]: 'member',
    });
  });
});

describe('a message by somebody who is removed at the same moment', () => {
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
    expect((await readLog(there, scene.groupId)).at(-1)?.data).toMatchObject({ event: 'member_removed' });
  });

  it('is refused, too, when it waits behind a message that has found the new end of the log', async () => {
    const scene = await startGroup();
    await sendToGroup(here, scene.groupId, say(scene.ada.userId, 'so that the tail is known'));
    // Ada's waits before its write, and Grace's behind it, when Grace is removed by another process.
    const held = flaky.hold('PutItem');
    const first = sendToGroup(here, scene.groupId, say(scene.ada.userId, 'first'));
    await held.arrived;
    const counted = flaky.count('Query');
    const late = sendToGroup(here, scene.groupId, say(scene.grace.userId, 'late'));
    const outcome = late.catch((error: unknown) => error);
    while (flaky.count('Query') === counted) await new Promise(setImmediate);
    await there.members.list(scene.groupId);
    await removedBy(() => there, scene)();
    held.release();
    expect(await first).toMatchObject({ seq: 4 });
    expect(await outcome).toBeInstanceOf(NotFoundError);
  });

  it('is refused, too, when it waits behind the removal in the same process', async () => {
    const scene = await startGroup();
    await sendToGroup(here, scene.groupId, say(scene.ada.userId, 'so that the tail is known'));
    const held = flaky.hold('TransactWriteItems');
    const removal = removedBy(() => here, scene)();
    await held.arrived;
    const counted = flaky.count('Query');
    const late = sendToGroup(here, scene.groupId, say(scene.grace.userId, 'late'));
    const outcome = late.catch((error: unknown) => error);
    // It has read the members, of whom Grace still is one.
    while (flaky.count('Query') === counted) await new Promise(setImmediate);
    await there.members.list(scene.groupId);
    held.release();
    expect(await removal).toMatchObject({ message: { seq: 3 } });
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
    expect((await readLog(there, scene.groupId)).at(-1)?.data).toMatchObject({ event: 'member_removed' });
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
    expect((await readLog(there, scene.groupId)).at(-1)?.data).toMatchObject({ event: 'member_removed' });
  });

  it('to a group they were never in costs one read to refuse', async () => {
    const { groupId } = await startGroup();
    const [kay] = await somebody(1);
    await expect(renameGroup(here, { groupId, actor: kay }, 'Mine')).rejects.toThrow(NotFoundError);
    await expect(renameGroup(here, { groupId: newGroupId(), actor: kay }, 'Mine')).rejects.toThrow(
      NotFoundError,
    );
    // The one that created the group.
    expect(flaky.count('TransactWriteItems')).toBe(1);
    expect(flaky.count('Query')).toBe(2);
  });
});

describe('a message on its way while somebody', () => {
  const toldOf = (userId: string) => {
    const seqs: number[] = [];
    here.events.subscribe(userId, (told) => {
      if (told.kind === 'message') seqs.push(told.message.seq);
    });
    return seqs;
  };

  it('joins is told to them, if it stands behind their joining, and their row begins with nothing unread', async () => {
    const { groupId, ada, grace } = await startGroup();
    const [kay] = await somebody(1);
    const told = toldOf(kay.userId);
    flaky.before('PutItem', () => addMember(there, { groupId, actor: ada }, kay.handle));
    const message = await sendToGroup(here, groupId, say(grace.userId, 'in flight'));
    expect(message.seq).toBe(3);
    expect(told).toEqual([3]);
    const row = await there.members.find(groupId, kay.userId);
    expect(row).toMatchObject({ joined_seq: 2, read_seq: 2 });
    expect(row && unreadCount(row)).toBe(0);
    const position = { at: 'after', seq: 2 } as const;
    const missed = await listMessages(there, { groupId, userId: kay.userId, position, limit: 10 });
    expect(missed.messages).toEqual([message]);
  });

  it('is removed is not told to them, if it stands behind their removal', async () => {
    const { groupId, ada, grace, barbara } = await startGroup();
    const told = toldOf(barbara.userId);
    flaky.before('PutItem', () => removeMember(there, { groupId, actor: ada }, barbara.handle));
    const message = await sendToGroup(here, groupId, say(grace.userId, 'in flight'));
    expect(message.seq).toBe(3);
    expect(told).toEqual([]);
    expect(await there.members.inbox(barbara.userId, 10)).toEqual([]);
  });
});

async function somebody(count: number): Promise<[Person, Person, Person, Person, ...Person[]]> {
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
  const [ada, grace, barbara] = await somebody(3);
  const handles = [grace.handle, barbara.handle];
  const { group } = await createGroup(here, { creator: ada, name: 'Engines', handles });
  return { groupId: group.groupId, ada, grace, barbara };
}

const say = (userId: string, text: string) => ({ userId, text });

function byUser(members: readonly Member[]): Record<string, Member> {
  return Object.fromEntries(members.map((row) => [row.userId, row]));
}

function rolesOf(members: readonly Member[]): Record<string, string> {
  return Object.fromEntries(members.map((row) => [row.userId, row.role]));
}
