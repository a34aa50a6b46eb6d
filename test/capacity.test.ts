import { beforeAll, describe, it } from '@jest/globals';
import { blockUser, unblockUser } from '../backend/domain/block-user.ts';
import { changeSettings, type WantedSettings } from '../backend/domain/settings.ts';
import { deleteMessage, editMessage } from '../backend/domain/change-message.ts';
import { createGroup } from '../backend/domain/create-group.ts';
import { addMembers, changeRole, removeMember, updateGroup } from '../backend/domain/manage-members.ts';
import { listInbox } from '../backend/domain/list-inbox.ts';
import { markRead } from '../backend/domain/mark-read.ts';
import type { Person } from '../backend/domain/model.ts';
import { publishTyping } from '../backend/domain/publish-typing.ts';
import { sendToGroup, sendToHandle } from '../backend/domain/send-message.ts';
import { createLogger } from '../backend/logger.ts';
import type { Wiring } from '../backend/wiring.ts';
import { createHandler } from '../lambdas/update-summaries/handler.ts';
import { isDirectGroupId } from '../schema/ids.ts';
import { changeKey, deletedKey, handleKey, profileKey } from '../schema/keys.ts';
import { TEXT, useCapacity } from './support/capacity.ts';
import {
  edited,
  messageItem,
  namedMemberItem,
  newUserId,
  streamEvent,
  streamRecord,
  timeOf,
  tombstone,
} from './support/factories.ts';
import { addDirectGroup, addGroup, addPerson, putItem, putItems, upTo } from './support/scene.ts';
import { useTestTable } from './support/test-table.ts';

/* What each write costs, and what the stream then writes: to the unit, and the same whatever the size of a group. */

const db = useTestTable();
const expectUnits = useCapacity(db, 'Capacity units of writes');
let context: Wiring;

beforeAll(() => {
  context = db().newContext();
});

/** Numbers of members that one message must cost the same in. */
const SIZES = [3, 100, 1_000];

interface Scene {
  readonly groupId: string;
  readonly userIds: readonly string[];
}

/** A group with texts of its first user; its summary knows all of them, or all but the last few. */
async function startGroup(options: { N: number; length?: number; behind?: number }): Promise<Scene> {
  const { N, length = 10, behind = 0 } = options;
  const scene = {
    userIds: upTo(N).map(newUserId),
    length,
    message: () => ({ message: TEXT }),
    summary: { last_seq: length - behind, preview: TEXT.slice(0, 100) },
  };
  const [one = '', other = ''] = scene.userIds;
  const { groupId } =
    N === 2
      ? await addDirectGroup(db().table, { ...scene, userIds: [one, other] })
      : await addGroup(db().table, scene);
  return { groupId, userIds: scene.userIds };
}

/** A group in which this process has sent the newest message, and its summary knows of it. */
async function startKnownGroup(N: number): Promise<Scene & { readonly userId: string }> {
  const scene = await startGroup({ N });
  const [userId = ''] = scene.userIds;
  await sendToGroup(context, scene.groupId, { userId, text: TEXT });
  return { ...scene, userId };
}

function handle(records: Parameters<typeof streamEvent>[0]) {
  const parts = { ...context, failures: () => Promise.resolve(), logger: createLogger('silent') };
  return createHandler(parts)(streamEvent(records));
}

describe('sending', () => {
  it.each([2, ...SIZES])('to a group of %d is 1 W, and the reads that authorise it', async (N) => {
    const { groupId, userId } = await startKnownGroup(N);
    await expectUnits(`send, ${N} members`, { W: 1, R: N === 2 ? 1 : 2 }, () =>
      sendToGroup(context, groupId, { userId, text: TEXT }),
    );
  });

  it.each([2, ...SIZES])('the first message of a process to a group of %d checks the tail', async (N) => {
    const { groupId, userIds } = await startGroup({ N });
    const [userId = ''] = userIds;
    // The message that the summary names; in a named group then the membership again, as of that message.
    await expectUnits(`first send of a process, ${N} members`, { W: 1, R: N === 2 ? 2 : 5 }, () =>
      sendToGroup(db().newContext(), groupId, { userId, text: TEXT }),
    );
  });

  it.each([2, 100])('after another process took the place, in a group of %d', async (N) => {
    const { groupId, userId } = await startKnownGroup(N);
    const R = N === 2 ? 1 : 2;
    const other = db().newContext();
    const overtake = () => sendToGroup(other, groupId, { userId, text: TEXT });
    const send = () => sendToGroup(context, groupId, { userId, text: TEXT });
    await overtake();
    // The text that is there is the tail: nothing is read again.
    await expectUnits(`send, one race lost, ${N} members`, { W: 2, R }, send);
    for (let times = 0; times < 3; times += 1) await overtake();
    // Then the tail is read, and in a named group the membership as of it.
    const again = N === 2 ? 1 : 1 + 2;
    await expectUnits(`send, two races lost, ${N} members`, { W: 3, R: R + again }, send);
  });

  it.each([2, 100])('with a key and the newest seq is no more, in a group of %d', async (N) => {
    const { groupId, userId } = await startKnownGroup(N);
    const send = { userId, text: TEXT, clientKey: 'key', afterSeq: 11 };
    const R = N === 2 ? 1 : 2;
    await expectUnits(`send with key and after_seq, ${N} members`, { W: 1, R }, () =>
      sendToGroup(context, groupId, send),
    );
    // Sent again: the log is known to be longer, and the part after `after_seq` has the message.
    await expectUnits(`the same again, ${N} members`, { W: 0, R: R + 1 }, () =>
      sendToGroup(context, groupId, send),
    );
  });

  it.each([2, 100])('a reply costs no more, in a group of %d', async (N) => {
    const { groupId, userId } = await startKnownGroup(N);
    const R = N === 2 ? 1 : 2;
    await expectUnits(`send a reply, ${N} members`, { W: 1, R }, () =>
      sendToGroup(context, groupId, { userId, text: TEXT, replyTo: 3 }),
    );
  });

  it('with a key alone searches the newest 100 messages', async () => {
    const { groupId, userIds } = await startGroup({ N: 2, length: 120 });
    const [userId = ''] = userIds;
    await expectUnits('send with key alone', { W: 1, R: 1 + 9 }, () =>
      sendToGroup(context, groupId, { userId, text: TEXT, clientKey: 'key' }),
    );
  });

  it('costs 1 W for each KB', async () => {
    const { groupId, userId } = await startKnownGroup(2);
    await expectUnits('send 8,192 emoji', { W: 33, R: 1 }, () =>
      sendToGroup(context, groupId, { userId, text: '😀'.repeat(8_192) }),
    );
    await expectUnits('send 1,024 emoji', { W: 5, R: 1 }, () =>
      sendToGroup(context, groupId, { userId, text: '😀'.repeat(1_024) }),
    );
  });

  it('the first message to a user is one transaction, and the stream then writes nothing', async () => {
    const ada = await addPerson(context, 'open.ada');
    await addPerson(context, 'open.grace');
    // META, the message and two rows, twice; and each row in the index, once.
    const opening = await expectUnits('open a direct group', { W: 2 * 6 + 2, R: 2 }, () =>
      sendToHandle(context, 'open.grace', { userId: ada, text: TEXT }),
    );
    await expectUnits('the stream after opening', { W: 0, R: 1 }, () => handle([streamRecord(opening)]));
  });
});

describe('mentions', () => {
  /** Members who have handles, in a group with texts of the first one. */
  async function startMentionable(count: number, text = TEXT) {
    const scene = await startKnownGroup(3);
    const { groupId } = scene;
    const people = upTo(count).map((n) => ({
      userId: newUserId(),
      handle: `at-${groupId.toLowerCase().slice(-8)}-${n}`,
    }));
    await putItems(
      db().table,
      people.flatMap(({ userId, handle }) => [
        { ...handleKey(handle), user_uuid: userId, display_name: handle },
        namedMemberItem({ groupId, userId }),
      ]),
    );
    const names = people.map(({ handle }) => `@${handle}`).join(' ');
    return { ...scene, people, place: { groupId, seq: 12, userId: scene.userId }, text: `${text} ${names}` };
  }
  /** R of the handles and of their users' rows. */
  const named = (count: number) => 2 * count;

  it.each([1, 20])('of %d members are a transaction of the message and an item each', async (count) => {
    const { groupId, userId, people, place, text } = await startMentionable(count, 'Hello');
    // 20 user ids make an item of more than 1 KB, and 20 handles a text of more than 0.5 KB.
    const KB = count > 1 ? 2 : 1;
    const sent = await expectUnits(
      `send, ${count} mentions`,
      { W: 2 * (KB + count), R: 2 + named(count) },
      () => sendToGroup(context, groupId, { userId, text }),
    );
    // The message is read first, and nothing but its text changes.
    await expectUnits(`edit, the same ${count} mentions`, { W: KB, R: 2 + named(count) + 1 }, () =>
      editMessage(context, place, `${text} again`),
    );
    const [image] = (await context.messages.entriesAt(groupId, [sent.seq])).values();
    if (!image) throw new Error('it was sent');
    const written = streamRecord(messageItem(image));
    await expectUnits(`the stream, ${count} mentions`, { W: 1 + 2 + 1 + 2 * count, R: 2 }, () =>
      handle([written]),
    );
    const reader = people[0]?.userId ?? '';
    // The rows, the group, the count, and the names of the last author and of the first three whom the message mentions.
    const R = (3 + 1 + Math.min(count, 3)) * 0.5;
    await expectUnits(`inbox of one who is mentioned, ${count} mentions`, { W: 0, R }, () =>
      listInbox(db().newContext(), reader, { limit: 20 }),
    );
    // An attempt without mentions fails, for it would leave their items.
    await expectUnits(`edit that removes ${count} mentions`, { W: 1 + 2 * (KB + count), R: 2 }, () =>
      editMessage(context, place, 'Hello'),
    );
    await expectUnits(
      `edit that adds ${count} mentions`,
      { W: 2 * (KB + count), R: 2 + named(count) + 1 },
      () => editMessage(context, place, text),
    );
    await expectUnits(`delete, ${count} mentions`, { W: 1 + 2 * (KB + count), R: 2 }, () =>
      deleteMessage(context, place),
    );
  });

  it('of all members are one item, whatever their number', async () => {
    for (const N of [3, 100]) {
      const { groupId, userId } = await startKnownGroup(N);
      await expectUnits(`send, @all, ${N} members`, { W: 2 * 2, R: 2 }, () =>
        sendToGroup(context, groupId, { userId, text: 'Hello @all' }),
      );
    }
  });

  it('that are no members’ cost their handles alone', async () => {
    const { groupId, userId } = await startKnownGroup(3);
    await expectUnits('send, 2 unknown handles', { W: 1, R: 2 + 2 }, () =>
      sendToGroup(context, groupId, { userId, text: 'Hello @nobody-1 @nobody-2' }),
    );
  });
});

describe('the stream', () => {
  const text = ({ groupId, userIds }: Scene, seq: number, author = 0) =>
    messageItem({ groupId, seq, user_uuid: userIds[author] ?? '', message: TEXT });
  /** New messages after the summary, of the group's first users in turn. */
  const batch = (scene: Scene, { k, a }: { k: number; a: number }) =>
    upTo(k).map((n) => streamRecord(text(scene, 10 + n, n % a)));

  it.each([1, 10, 100])('writes both rows of a direct group once for %d messages', async (k) => {
    const scene = await startGroup({ N: 2 });
    const records = batch(scene, { k, a: Math.min(k, 2) });
    await expectUnits(`direct, ${k} messages`, { W: 4, R: 1 }, () => handle(records));
    await expectUnits(`direct, the same ${k} again`, { W: 0, R: 1 }, () => handle(records));
  });

  it('moves the rows of a direct group in the inbox once a day', async () => {
    const scene = await startGroup({ N: 2 });
    const later = (seq: number, hours: number) =>
      streamRecord({
        ...text(scene, seq),
        created_at: new Date(Date.parse(timeOf(10)) + hours * 3_600_000).toISOString(),
      });
    await expectUnits('direct, within a day', { W: 4, R: 1 }, () => handle([later(11, 23)]));
    await expectUnits('direct, after a day', { W: 6, R: 1 }, () => handle([later(12, 25)]));
    await expectUnits('direct, within the next day', { W: 4, R: 1 }, () => handle([later(13, 48)]));
  });

  it.each(SIZES)('writes META and each author of a group of %d once', async (N) => {
    for (const [k, a] of [
      [1, 1],
      [10, 1],
      [100, 3],
    ] as const) {
      const scene = await startGroup({ N });
      const records = batch(scene, { k, a });
      const pattern = `${N} members, ${k} messages, ${a} authors`;
      await expectUnits(pattern, { W: 1 + 2 * a, R: 1 }, () => handle(records));
      // The marks are there: each is the 1 W of a condition that does not hold.
      await expectUnits(`${pattern}, again`, { W: a, R: 1 }, () => handle(records));
    }
  });

  it.each([2, ...SIZES])('logs the changes of a group of %d by one entry', async (N) => {
    const scene = await startGroup({ N });
    const isDirect = isDirectGroupId(scene.groupId);
    // In a named group the author's mark is there already: a condition that does not hold.
    const author = isDirect ? 0 : 1;
    const old = (n: number) => text(scene, n);
    const edits = upTo(5).map((n) => streamRecord(edited(old(n))));
    const deletions = [6, 7, 8].map((n) => streamRecord(tombstone(old(n))));
    await handle([streamRecord(text(scene, 10))]);
    const R = 1 + 1;
    await expectUnits(`${N} members, 5 old ones edited`, { W: 1 + author, R }, () => handle(edits));
    // The summary notes the highest deleted seq.
    const summary = isDirect ? 4 : 1;
    const pattern = `${N} members, 3 old ones deleted`;
    // Each deleted message may have reactions, and be pinned.
    await expectUnits(pattern, { W: 1 + 3 + summary + author, R: R + 3 + 1 }, () => handle(deletions));
  });

  it.each([2, 100])('costs no more where 2,000 messages of a group of %d were deleted', async (N) => {
    const scene = await startGroup({ N, length: 10 });
    const { groupId } = scene;
    const changes = upTo(2_000).map((n) => ({
      ...changeKey(groupId, n),
      ...{ change: n, seqs: [n], changed_at: timeOf(n) },
    }));
    await putItems(db().table, [...upTo(2_000).map((n) => deletedKey(groupId, n)), ...changes]);
    await handle([streamRecord(text(scene, 10))]);
    const deletion = streamRecord(tombstone(text(scene, 9)));
    // Both rows; or META, and the author's mark, which is there already.
    const summary = N === 2 ? 4 : 1 + 1;
    const pattern = `${N} members, one more deleted after 2,000`;
    await expectUnits(pattern, { W: 1 + 1 + summary, R: 1 + 1 + 1 + 1 }, () => handle([deletion]));
  });
});

describe('marking read', () => {
  it('in a direct group is 2 W', async () => {
    const { groupId, userIds } = await startGroup({ N: 2, length: 12, behind: 2 });
    const mark = (seq: number) => () => markRead(context, groupId, userIds[1] ?? '', seq);
    await expectUnits('mark read, direct', { W: 2, R: 0 }, mark(7));
    await expectUnits('mark read again, direct', { W: 1, R: 0 }, mark(7));
    // A condition that does not hold, and the tail.
    await expectUnits('mark read ahead of the summary, direct', { W: 1 + 2, R: 1 }, mark(12));
  });

  it.each(SIZES)('in a group of %d is 2 W, the message and META', async (N) => {
    const { groupId, userIds } = await startGroup({ N, length: 12, behind: 2 });
    const mark = (seq: number) => () => markRead(context, groupId, userIds[1] ?? '', seq);
    await expectUnits(`mark read, ${N} members`, { W: 2, R: 1 }, mark(7));
    await expectUnits(`mark read again, ${N} members`, { W: 1, R: 1 }, mark(7));
    await expectUnits(`mark read ahead of the summary, ${N} members`, { W: 2, R: 1 + 1 }, mark(12));
  });

  it('counts what was deleted after the mark, and stops at 1,000', async () => {
    const { groupId, userIds } = await startGroup({ N: 3, length: 10 });
    const deleted = (from: number, count: number) => upTo(count).map((n) => deletedKey(groupId, from + n));
    const meta = await context.groups.find(groupId);
    if (meta?.kind !== 'group') throw new Error('it is a named group');
    const summary = { ...meta, last_seq: 5_000, last_n: 5_000, last_by: 'another', last_deleted_seq: 4_000 };
    await context.groups.applySummary(meta, summary);
    await putItems(db().table, deleted(10, 30));
    const mark = (seq: number) => () => markRead(context, groupId, userIds[1] ?? '', seq);
    await expectUnits('mark read, 30 deleted later', { W: 2, R: 1 + 0.5 }, mark(5));
    await putItems(db().table, deleted(40, 1_500));
    await expectUnits('mark read, 1,530 deleted later', { W: 2, R: 1 + 6.5 }, mark(6));
  });
});

describe('typing', () => {
  it.each([2, 100])('in a group of %d is its membership, whether it is published or not', async (N) => {
    const { groupId, userIds } = await startGroup({ N });
    const type = () => publishTyping(context, groupId, userIds[1] ?? '');
    const R = N === 2 ? 1 : 2;
    await expectUnits(`typing, ${N} members`, { W: 0, R }, type);
    await expectUnits(`typing again, too soon, ${N} members`, { W: 0, R }, type);
  });
});

describe('changing a message', () => {
  it.each([2, ...SIZES])('of a group of %d is 1 W and its membership', async (N) => {
    const { groupId, userIds } = await startGroup({ N });
    const place = { groupId, seq: 7, userId: userIds[0] ?? '' };
    const R = N === 2 ? 1 : 2;
    const edit = (text: string) => () => editMessage(context, place, text);
    await expectUnits(`edit, ${N} members`, { W: 1, R }, edit('Another'));
    await expectUnits(`edit to the same text, ${N} members`, { W: 1, R }, edit('Another'));
    await expectUnits(`delete, ${N} members`, { W: 1, R }, () => deleteMessage(context, place));
    await expectUnits(`delete again, ${N} members`, { W: 1, R }, () => deleteMessage(context, place));
  });
});

describe('blocks', () => {
  it('are the item and the flags of both rows', async () => {
    const [ada] = [await addPerson(context, 'block.ada'), await addPerson(context, 'block.grace')];
    const request = { userId: ada, handle: 'block.grace' };
    // The handle, the block and the rows; then the item and the check that there is no group.
    await expectUnits('block, no direct group', { W: 2 * 2, R: 3 }, () => blockUser(context, request));
    await expectUnits('block again', { W: 0, R: 2 }, () => blockUser(context, request));
    await expectUnits('unblock, no direct group', { W: 2 * 2, R: 3 }, () => unblockUser(context, request));
    await sendToHandle(context, 'block.grace', { userId: ada, text: TEXT });
    const W = 2 + 2 * (2 + 1);
    await expectUnits('block, direct group', { W, R: 3 }, () => blockUser(context, request));
    await expectUnits('unblock, direct group', { W, R: 3 }, () => unblockUser(context, request));
  });
});

describe("a member's own settings", () => {
  it.each([2, 100])('of a group of %d are their row, the group and the newest message', async (N) => {
    const { groupId, userIds } = await startGroup({ N });
    const place = { groupId, userId: userIds[0] ?? '' };
    // The name of the other user or of the last author is read too, because there is none to keep.
    const R = (N === 2 ? 1 : 2) + 0.5;
    const change = (wanted: WantedSettings) => () => changeSettings(context, place, wanted);
    const wanted = { muted: 'except_mentions', favourite: true } as const;
    await expectUnits(`mute, ${N} members`, { W: 2, R }, change(wanted));
    const archived = { archived: true, marked_unread: true };
    await expectUnits(`archive, ${N} members`, { W: 2, R: R + 1 }, change(archived));
  });
});

describe('changing a group', () => {
  const field = (index: number) => `handles.${index}`;
  /** W of each item in a transaction. A member's row is also in the index, where it costs 1 W. */
  const [MESSAGE, META, ROW, FORMER_GROUP] = [2, 2, 2 + 1, 2];
  /** R of the count of a user's named groups, where they are few. */
  const ROOM = 0.5;
  /** R of whether a user blocks the one who adds them. */
  const BLOCK = 1;
  /** Users whom a request finds by handle. */
  async function addPeople(prefix: string, count: number): Promise<Person[]> {
    const people = upTo(count).map((n) => {
      const handle = `${prefix}.${n}`;
      return { userId: newUserId(), handle, display_name: handle };
    });
    await putItems(
      db().table,
      people.flatMap(({ userId, handle, display_name }) => [
        { ...profileKey(userId), handle, display_name, created_at: timeOf(1) },
        { ...handleKey(handle), user_uuid: userId, display_name },
      ]),
    );
    return people;
  }
  /** A group whose owner and admin are named. */
  async function startOwned(N: number) {
    const { groupId } = await startGroup({ N });
    const [owner, admin] = await addPeople(`of-${N}`, 2);
    if (!owner || !admin) throw new Error('there are two');
    for (const [{ userId }, role] of [
      [owner, 'owner'],
      [admin, 'admin'],
    ] as const) {
      await putItem(db().table, namedMemberItem({ groupId, userId, role }));
    }
    return { admin, actor: { groupId, actor: owner } };
  }

  it('creating one is its items, twice', async () => {
    const [ada, ...others] = await addPeople('create', 91);
    if (!ada) throw new Error('there are 91');
    const create = (count: number) => () =>
      createGroup(context, {
        creator: ada,
        name: 'A group',
        handles: others.slice(0, count).map(({ handle }) => handle),
      });
    await expectUnits(
      'create a group of 2',
      { W: META + MESSAGE + 2 * ROW, R: 1 + 2 * ROOM + BLOCK },
      create(1),
    );
    await expectUnits(
      'create a group of 91',
      { W: META + MESSAGE + 91 * ROW, R: 90 + 91 * ROOM + 90 * BLOCK },
      create(90),
    );
  });

  it.each(SIZES)('of %d members is its items, twice, whatever its size', async (N) => {
    const { admin, actor } = await startOwned(N);
    const people = await addPeople(`new-${N}`, 92);
    const [kay, joan, ...ninety] = people.map((person) => person.handle);
    if (kay === undefined || joan === undefined) throw new Error('there are 92');
    // The caller's row, the log's tail, and then both rows of the access.
    const R = 1 + 1 + 2;
    const each = (pattern: string, units: { W: number; R: number }, work: () => Promise<unknown>) =>
      expectUnits(`${pattern}, ${N} members`, units, work);
    const add =
      (...handles: string[]) =>
      () =>
        addMembers(context, actor, handles, field);
    await each('rename', { W: MESSAGE + META, R }, () =>
      updateGroup(context, actor, { name: 'Another name' }),
    );
    await each('add one', { W: MESSAGE + META + ROW, R: R + 2 + ROOM + BLOCK }, add(kay));
    await each('add a member', { W: 0, R: R + 2 }, add(kay));
    // The message has 90 ids: almost 4 KB.
    await each(
      'add 90',
      { W: 4 * MESSAGE + META + 90 * ROW, R: R + 90 * (2 + ROOM + BLOCK) },
      add(...ninety),
    );
    await each('make an admin', { W: MESSAGE + ROW, R: R + 2 }, () =>
      changeRole(context, actor, kay, 'admin'),
    );
    await each('remove', { W: MESSAGE + META + ROW + FORMER_GROUP, R: R + 2 }, () =>
      removeMember(context, actor, kay),
    );
    const byAdmin = { ...actor, actor: admin };
    await each('leave', { W: MESSAGE + META + ROW + FORMER_GROUP, R: R + 1 }, () =>
      removeMember(context, byAdmin, admin.handle),
    );
    const heir = ninety[0] ?? '';
    await each('hand over', { W: MESSAGE + 2 * ROW, R: R + 2 }, () =>
      changeRole(context, actor, heir, 'owner'),
    );
  });
});
