import { describe, expect, it } from '@jest/globals';
import { blockUser, listBlocks, unblockUser } from '../../backend/domain/block-user.ts';
import { deleteMessage, editMessage } from '../../backend/domain/change-message.ts';
import { createGroup } from '../../backend/domain/create-group.ts';
import { listMessages } from '../../backend/domain/list-messages.ts';
import { addMembers } from '../../backend/domain/manage-members.ts';
import type { Person } from '../../backend/domain/model.ts';
import { pinMessage, unpinMessage } from '../../backend/domain/pin.ts';
import { publishTyping } from '../../backend/domain/publish-typing.ts';
import { react, takeBackReaction } from '../../backend/domain/react.ts';
import { sendToGroup, sendToHandle } from '../../backend/domain/send-message.ts';
import type { Wiring } from '../../backend/wiring.ts';
import { directGroupId } from '../../schema/ids.ts';
import { memberKey } from '../../schema/keys.ts';
import { expectCode } from '../support/answers.ts';
import type { FlakyEngine } from '../support/flaky-engine.ts';
import { addPerson, deleteItem, readLog } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';
import { useTwoProcesses } from '../support/two-processes.ts';

const db = useTestTable();
let flaky: FlakyEngine;
let here: Wiring;
let there: Wiring;
useTwoProcesses(db, (opened) => ({ flaky, here, there } = opened));

let names = 0;

async function newPerson(name: string): Promise<Person> {
  names += 1;
  const handle = `${name}-${names}`;
  return { userId: await addPerson(there, handle), handle, display_name: handle };
}

interface Pair {
  readonly ada: Person;
  readonly grace: Person;
  readonly groupId: string;
}

async function newPair(): Promise<Pair> {
  const [ada, grace] = [await newPerson('ada'), await newPerson('grace')];
  return { ada, grace, groupId: directGroupId(ada.userId, grace.userId) };
}

/** A pair whose conversation is open; Ada wrote its first message. */
async function openPair(): Promise<Pair> {
  const pair = await newPair();
  await say(there, pair.ada, pair.grace);
  return pair;
}

const say = (context: Wiring, from: Person, to: Person) =>
  sendToHandle(context, to.handle, { userId: from.userId, text: 'Hello' });
const block = (context: Wiring, by: Person, other: Person) =>
  blockUser(context, { userId: by.userId, handle: other.handle });
const unblock = (context: Wiring, by: Person, other: Person) =>
  unblockUser(context, { userId: by.userId, handle: other.handle });

async function flagsOf({ ada, grace, groupId }: Pair): Promise<unknown[]> {
  return Promise.all(
    [ada, grace].map(async ({ userId }) => {
      const row = await there.members.find(groupId, userId);
      return row?.peer === undefined ? undefined : [row.blocks_peer ?? false, row.blocked_by_peer ?? false];
    }),
  );
}

const CLEAR = [
  [false, false],
  [false, false],
];
const BY_GRACE = [
  [false, true],
  [true, false],
];

describe('a block', () => {
  it('keeps both users of a conversation from writing, editing, reacting, pinning and typing', async () => {
    const pair = await openPair();
    const { ada, grace, groupId } = pair;
    await block(here, grace, ada);
    expect(await flagsOf(pair)).toEqual(BY_GRACE);
    for (const [person, code] of [
      [ada, 'recipient_unavailable'],
      [grace, 'recipient_blocked'],
    ] as const) {
      const { userId } = person;
      const place = { groupId, seq: 1, userId };
      await expectCode(sendToGroup(here, groupId, { userId, text: 'Hi' }), code);
      await expectCode(say(there, person, person === ada ? grace : ada), code);
      await expectCode(editMessage(here, place, 'Better'), code);
      await expectCode(react(here, { ...place, emoji: '👍' }), code);
      await expectCode(pinMessage(here, place), code);
      await expectCode(publishTyping(here, groupId, userId), code);
    }
    expect(await readLog(there, groupId)).toHaveLength(1);
  });

  it('leaves reading, taking back reactions and pins, and deleting what one wrote', async () => {
    const { ada, grace, groupId } = await openPair();
    for (const { userId } of [ada, grace]) await react(here, { groupId, seq: 1, userId, emoji: '👍' });
    await pinMessage(here, { groupId, seq: 1, userId: ada.userId });
    await block(here, grace, ada);
    for (const { userId } of [ada, grace]) {
      await takeBackReaction(here, { groupId, seq: 1, userId, emoji: '👍' });
      await unpinMessage(here, { groupId, seq: 1, userId });
      const page = await listMessages(here, { groupId, userId, position: { at: 'end' }, limit: 5 });
      expect(page.messages).toHaveLength(1);
    }
    const gone = await deleteMessage(here, { groupId, seq: 1, userId: ada.userId });
    expect(gone).toMatchObject({ message: null });
  });

  it('ends with its deletion; both of a pair can block each other', async () => {
    const pair = await openPair();
    const { ada, grace } = pair;
    await block(here, grace, ada);
    await block(here, ada, grace);
    await unblock(there, grace, ada);
    await expectCode(say(here, grace, ada), 'recipient_unavailable');
    await expectCode(say(here, ada, grace), 'recipient_blocked');
    await unblock(there, ada, grace);
    expect(await flagsOf(pair)).toEqual(CLEAR);
    expect(await say(here, ada, grace)).toMatchObject({ seq: 2 });
  });

  it('keeps both of a pair without a conversation from opening one', async () => {
    const { ada, grace, groupId } = await newPair();
    await block(here, grace, ada);
    await expectCode(say(here, ada, grace), 'recipient_unavailable');
    await expectCode(say(here, grace, ada), 'recipient_blocked');
    expect(await there.groups.find(groupId)).toBeUndefined();
    await unblock(here, grace, ada);
    expect(await say(here, ada, grace)).toMatchObject({ seq: 1 });
  });

  it('keeps the blocked user from adding the other to groups, and nobody else', async () => {
    const { ada, grace } = await newPair();
    const kay = await newPerson('kay');
    await block(here, grace, ada);
    const request = { creator: ada, name: 'A group', handles: [kay.handle] };
    await expectCode(
      createGroup(here, { ...request, handles: [kay.handle, grace.handle] }),
      'recipient_unavailable',
    );
    const { groupId } = (await createGroup(here, request)).group;
    const add = () => addMembers(here, { groupId, actor: ada }, [grace.handle], () => 'handle');
    await expectCode(add(), 'recipient_unavailable');
    await unblock(here, grace, ada);
    expect((await add()).group.member_count).toBe(3);
    const ofGrace = { creator: grace, name: 'Another', handles: [kay.handle] };
    await block(here, grace, ada);
    expect((await createGroup(here, ofGrace)).group.member_count).toBe(2);
  });

  it('does not reach shared groups', async () => {
    const { ada, grace } = await newPair();
    const request = { creator: ada, name: 'A group', handles: [grace.handle] };
    const { groupId } = (await createGroup(here, request)).group;
    await block(here, grace, ada);
    expect(await sendToGroup(here, groupId, { userId: ada.userId, text: 'Hi' })).toMatchObject({ seq: 2 });
  });

  it('is one block, however often it is made or ended', async () => {
    const pair = await openPair();
    const { ada, grace } = pair;
    await Promise.all([block(here, grace, ada), block(there, grace, ada), block(here, grace, ada)]);
    const { blocks } = await listBlocks(here, { userId: grace.userId, limit: 10 });
    expect(blocks).toMatchObject([{ otherId: ada.userId }]);
    await Promise.all([unblock(here, grace, ada), unblock(there, grace, ada)]);
    await unblock(here, grace, ada);
    expect((await listBlocks(here, { userId: grace.userId, limit: 10 })).blocks).toEqual([]);
    expect(await flagsOf(pair)).toEqual(CLEAR);
  });

  it('of oneself is refused, and of an unknown handle not found', async () => {
    const ada = await newPerson('ada');
    await expectCode(block(here, ada, ada), 'block_self');
    await expectCode(blockUser(here, { userId: ada.userId, handle: 'nobody-at-all' }), 'not_found');
  });

  it('is listed in pages, to the last', async () => {
    const ada = await newPerson('ada');
    const others = [await newPerson('one'), await newPerson('two'), await newPerson('three')];
    for (const other of others) await block(here, ada, other);
    const first = await listBlocks(here, { userId: ada.userId, limit: 2 });
    const second = await listBlocks(here, { userId: ada.userId, limit: 2, cursor: first.nextCursor });
    const listed = [...first.blocks, ...second.blocks].map(({ otherId }) => otherId);
    expect(listed.sort()).toEqual(others.map(({ userId }) => userId).sort());
    expect(second.nextCursor).toBeUndefined();
  });
});

describe('at the same moment', () => {
  it('a conversation that is opened before the block is stored gets its flags', async () => {
    const pair = await newPair();
    const { ada, grace } = pair;
    flaky.before('TransactWriteItems', () => say(there, ada, grace));
    await block(here, grace, ada);
    expect(await flagsOf(pair)).toEqual(BY_GRACE);
    await expectCode(say(here, ada, grace), 'recipient_unavailable');
  });

  it('a block that is stored before the conversation is opened keeps it from being opened', async () => {
    const { ada, grace, groupId } = await newPair();
    flaky.before('TransactWriteItems', () => block(there, grace, ada));
    await expectCode(say(here, ada, grace), 'recipient_unavailable');
    expect(await there.groups.find(groupId)).toBeUndefined();
  });

  it('a message whose sender was authorised before the block is stored; the next one is refused', async () => {
    const { ada, grace, groupId } = await openPair();
    flaky.before('PutItem', () => block(there, grace, ada));
    expect(await sendToGroup(here, groupId, { userId: ada.userId, text: 'Hi' })).toMatchObject({ seq: 2 });
    await expectCode(sendToGroup(here, groupId, { userId: ada.userId, text: 'Hi' }), 'recipient_unavailable');
  });

  it('a block that is made again between the read and the write of its end stays', async () => {
    const pair = await openPair();
    const { ada, grace } = pair;
    await block(here, grace, ada);
    flaky.loseAnswer('TransactWriteItems');
    await unblock(here, grace, ada);
    expect(await flagsOf(pair)).toEqual(CLEAR);
  });
});

describe('a damaged conversation', () => {
  it.each([0, 1])('gets the flags with the row that it lacks (%d)', async (place) => {
    const pair = await openPair();
    const { ada, grace, groupId } = pair;
    await block(here, grace, ada);
    await deleteItem(db().table, memberKey(groupId, [ada, grace][place]?.userId ?? ''));
    await expectCode(sendToGroup(here, groupId, { userId: ada.userId, text: 'Hi' }), 'recipient_unavailable');
    expect(await flagsOf(pair)).toEqual(BY_GRACE);
  });

  it('is repaired before it gets the flags', async () => {
    const pair = await openPair();
    const { ada, grace, groupId } = pair;
    await deleteItem(db().table, memberKey(groupId, ada.userId));
    await block(here, grace, ada);
    expect(await flagsOf(pair)).toEqual(BY_GRACE);
  });
});
