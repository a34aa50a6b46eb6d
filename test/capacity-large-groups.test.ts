import { beforeAll, describe, expect, it } from '@jest/globals';
import { deleteMessage, editMessage } from '../backend/domain/change-message.ts';
import { acceptInvite, joinPublicGroup } from '../backend/domain/join-group.ts';
import { listChanges } from '../backend/domain/list-changes.ts';
import { listInbox } from '../backend/domain/list-inbox.ts';
import { listMessages } from '../backend/domain/list-messages.ts';
import { addMembers, changeRole, removeMember, updateGroup } from '../backend/domain/manage-members.ts';
import { markRead } from '../backend/domain/mark-read.ts';
import type { Message, Person } from '../backend/domain/model.ts';
import { pinMessage } from '../backend/domain/pin.ts';
import { publishTyping } from '../backend/domain/publish-typing.ts';
import { react } from '../backend/domain/react.ts';
import { readBadge } from '../backend/domain/read-badge.ts';
import { findMembers, listMembers, readGroup } from '../backend/domain/read-group.ts';
import { sendToGroup } from '../backend/domain/send-message.ts';
import { createLogger } from '../backend/logger.ts';
import type { Wiring } from '../backend/wiring.ts';
import { createHandler } from '../lambdas/update-summaries/handler.ts';
import { MAX_ADDED } from '../schema/items.ts';
import { TEXT, useCapacity } from './support/capacity.ts';
import {
  inviteCodeAt,
  inviteItem,
  listingItem,
  newGroupId,
  streamEvent,
  streamRecord,
} from './support/factories.ts';
import { addLargeGroup, LARGE_GROUP, personOf, profilesOf } from './support/large-group.ts';
import { putItems, upTo } from './support/scene.ts';
import { useTestTable } from './support/test-table.ts';

/*
 * What the other capacity tests find at up to 1,000 members holds in a public group of almost 10,000: to the unit. It is made
 * once, in about 4 s. The tests go on where the one before them ended.
 */

const db = useTestTable();
const expectUnits = useCapacity(db, 'Capacity units in a group of 10,000');

const groupId = newGroupId();
const LENGTH = 60;
const owner = personOf(0);
const admin = personOf(4_711);
/** On the last page of the members. */
const ada = personOf(LARGE_GROUP - 1);
const grace = personOf(8_000);
/** Users who are no members. */
const newcomers = upTo(MAX_ADDED + 2).map((place) => personOf(LARGE_GROUP + place));

/** W of each item in a transaction. A member's row and a listing are also in the index, where they cost 1 W. */
const [MESSAGE, META, ROW, FORMER_GROUP, CHECK, LISTING] = [2, 2, 2 + 1, 2, 2, 2 + 1];
/** R of the caller's row and META, of the log's tail, and of the former membership that there may be. */
const [ACCESS, TAIL, FORMER] = [2, 1, 1];
/** R of the count of a user's named groups, where they are few; and of whether a user blocks the one who adds them. */
const [ROOM, BLOCK] = [0.5, 1];
/** R of a change of the group: the caller's row, the tail, and then both rows of the access. */
const CHANGE = 1 + TAIL + ACCESS;

let context: Wiring;

beforeAll(async () => {
  // What is read for lists and names is remembered until the end.
  context = db().newContext({ timer: { now: () => 0 } });
  const message = { message: TEXT, user_uuid: owner.userId };
  await addLargeGroup(db().table, { groupId, length: LENGTH, message, admin, visibility: 'public' });
  const people = profilesOf([owner, admin, ada, grace, ...newcomers]);
  await putItems(db().table, [...people, inviteItem({ groupId }), listingItem(groupId, 'a group')]);
}, 120_000);

const send = ({ userId }: Person) => sendToGroup(context, groupId, { userId, text: TEXT });

/** Handles what the stream brings of some messages. */
async function handle(messages: readonly Message[]): Promise<void> {
  const parts = { ...context, failures: () => Promise.resolve(), logger: createLogger('silent') };
  const records = messages.map((message) => streamRecord(context.codec.entryOf(message)));
  expect(await createHandler(parts)(streamEvent(records))).toEqual({ batchItemFailures: [] });
}

describe('in a group of 10,000', () => {
  it('a message is 1 W and 2 R, and the first one of a process 5 R', async () => {
    const { userId } = owner;
    const sent: Message[] = [];
    const sending = (author: Person) => async () => void sent.push(await send(author));
    await expectUnits('first send of a process', { W: 1, R: 5 }, sending(owner));
    await expectUnits('send', { W: 1, R: 2 }, sending(owner));
    await expectUnits('send, another author', { W: 1, R: 2 }, sending(ada));
    const reply = { userId, text: TEXT, replyTo: 3 };
    await expectUnits('send a reply', { W: 1, R: 2 }, async () => {
      sent.push(await sendToGroup(context, groupId, reply));
    });
    await expectUnits('send, @all', { W: 2 * 2, R: 2 }, async () => {
      sent.push(await sendToGroup(context, groupId, { userId, text: 'Hello @all' }));
    });
    await handle(sent);
  });

  it.each([
    [1, 1],
    [10, 1],
    [100, 3],
  ])('the stream writes META and each author once for %d messages of %d authors', async (k, a) => {
    const authors = [owner, ada, grace].slice(0, a);
    const sent: Message[] = [];
    for (let n = 0; n < k; n += 1) sent.push(await send(authors[n % a] ?? owner));
    await expectUnits(`the stream, ${k} messages, ${a} authors`, { W: 1 + 2 * a, R: 1 }, () => handle(sent));
    // The marks are there: each is the 1 W of a condition that does not hold.
    await expectUnits(`the same ${k} again`, { W: a, R: 1 }, () => handle(sent));
  });

  it('the inbox and the badge of a member are the row, META and what is unread', async () => {
    const { userId } = admin;
    const fresh = () => db().newContext();
    const [row, meta, name] = [0.5, 0.5, 0.5];
    const inbox = (needs: Wiring) => () => listInbox(needs, userId, { limit: 20 });
    const mentions = 0.5;
    const R = row + meta + name + mentions;
    const { entries } = await expectUnits('inbox', { W: 0, R }, inbox(fresh()));
    expect(entries).toMatchObject([{ unreadCount: LENGTH + 116 }]);
    await expectUnits('badge', { W: 0, R: row + meta + mentions }, () => readBadge(fresh(), userId));
  });

  it('marking read is 2 W, the message and META', async () => {
    const mark = (seq: number) => () => markRead(context, groupId, admin.userId, seq);
    await expectUnits('mark read', { W: 2, R: 1 }, mark(100));
    await expectUnits('mark read again', { W: 1, R: 1 }, mark(100));
  });

  it('a page of history is its messages, and what was added to them', async () => {
    await context.names.read([owner.userId, ada.userId, grace.userId]);
    const page = { groupId, userId: admin.userId, limit: 50 };
    // The own row, the newest change, the messages, their reactions, the pins.
    await expectUnits('50 messages', { W: 0, R: 1 + 1 + 5 + 1 + 1 }, () =>
      listMessages(context, { ...page, position: { at: 'end' } }),
    );
    await expectUnits('50 messages in the middle', { W: 0, R: 1 + 5 + 1 + 1 }, () =>
      listMessages(context, { ...page, position: { at: 'around', seq: 30 } }),
    );
    await expectUnits('changes, none', { W: 0, R: 1 + 1 }, () => listChanges(context, { ...page, after: 0 }));
  });

  it('the group and a page of its members are 100 rows and their names', async () => {
    // The owner, whose name is known, is on the first page.
    const names = (known: number) => (100 - known) * 0.5;
    const R = ACCESS + 7;
    await expectUnits('the group', { W: 0, R: R + names(1) }, () =>
      readGroup(context, groupId, owner.userId),
    );
    const page = { groupId, userId: ada.userId, limit: 100 };
    const first = await expectUnits('100 members', { W: 0, R: R + names(1) }, () =>
      listMembers(context, page),
    );
    const { nextCursor: cursor } = first;
    await expectUnits('the next 100', { W: 0, R: R + names(0) }, () =>
      listMembers(context, { ...page, cursor }),
    );
  });

  it('members by handle are the handles that are compared, and their rows', async () => {
    // Handles that no test before this one reads: of members and of users who are none, half and half.
    const others = upTo(120).map((place) => ({
      ...personOf(LARGE_GROUP + 200 + place),
      handle: `pf-${place}`,
    }));
    const members = upTo(80).map((place) => ({ ...personOf(place), handle: `pf-m-${place}` }));
    await putItems(db().table, profilesOf([...others, ...members]));
    const search = { groupId, userId: ada.userId, prefix: 'pf-', limit: 100 };
    /** 4 KB have about 40 handles. */
    const [few, many] = [0.5, 1.5];
    const find = (limit: number, cursor?: string) => () => findMembers(context, { ...search, limit, cursor });
    await expectUnits('10 handles', { W: 0, R: ACCESS + few + 10 * 0.5 }, find(10));
    const page = await expectUnits('100 handles', { W: 0, R: ACCESS + many + 100 * 0.5 }, find(100));
    expect(page.members).toHaveLength(0);
    const next = await expectUnits('the next 100', { W: 0, R: ACCESS + many + 100 * 0.5 }, () =>
      find(100, page.nextCursor)(),
    );
    expect(next.members).toHaveLength(80);
    await expectUnits('a handle that nobody has', { W: 0, R: ACCESS + few }, () =>
      findMembers(context, { ...search, prefix: 'zz-nobody' }),
    );
    await expectUnits('not a member', { W: 0, R: ACCESS }, async () => {
      const stranger = others[0]?.userId ?? '';
      await expect(findMembers(context, { ...search, userId: stranger })).rejects.toThrow();
    });
  });

  it('an edit and a deletion are 1 W, and one entry of the stream', async () => {
    const place = { groupId, seq: 7, userId: owner.userId };
    const edit = () => editMessage(context, place, 'Another');
    const edited = await expectUnits('edit', { W: 1, R: ACCESS }, edit);
    // The entry of the change log; the author's mark is there.
    await expectUnits('the stream, an edit', { W: 1 + 1, R: 1 + 1 }, () => handle([edited]));
    const remove = () => deleteMessage(context, place);
    const deleted = await expectUnits('delete', { W: 1, R: ACCESS }, remove);
    // And the deleted seq, and META; the message may have reactions, and be pinned.
    await expectUnits('the stream, a deletion', { W: 1 + 1 + 1 + 1, R: 1 + 1 + 1 + 1 }, () =>
      handle([deleted]),
    );
  });

  it('typing, a reaction and a pin cost what they cost in a group of 3', async () => {
    const { userId } = admin;
    await expectUnits('typing', { W: 0, R: ACCESS }, () => publishTyping(context, groupId, userId));
    const place = { groupId, seq: 8, userId };
    await expectUnits('react', { W: 1, R: 4 }, () => react(context, { ...place, emoji: '👍' }));
    await expectUnits('pin', { W: 4, R: 4 }, () => pinMessage(context, place));
  });

  it('a removal, a departure and a rename are their items, twice', async () => {
    const byOwner = { groupId, actor: owner };
    const remove = () => removeMember(context, byOwner, grace.handle);
    const W = MESSAGE + META + ROW + FORMER_GROUP;
    await expectUnits('remove', { W, R: CHANGE + 2 }, remove);
    const leave = () => removeMember(context, { groupId, actor: ada }, ada.handle);
    await expectUnits('leave', { W, R: CHANGE + 1 }, leave);
    // The index deletes the old place of the listing and writes the new one.
    await expectUnits('rename', { W: MESSAGE + META + LISTING + 1, R: CHANGE }, () =>
      updateGroup(context, byOwner, { name: 'Another name' }),
    );
  });

  it('members who are added, and who join by themselves, are their items, twice', async () => {
    const byOwner = { groupId, actor: owner };
    const field = (index: number) => `handles.${index}`;
    const [one, two, three, ...others] = newcomers;
    if (!one || !two || !three) throw new Error('there are 92');
    const add = (people: readonly Person[]) => () =>
      addMembers(
        context,
        byOwner,
        people.map((person) => person.handle),
        field,
      );
    const each = FORMER + 1 + ROOM + BLOCK;
    await expectUnits('add one', { W: MESSAGE + META + ROW, R: CHANGE + each }, add([one]));
    const R = 2 * (ACCESS + FORMER) + TAIL + ROOM;
    const join = { groupId, actor: two };
    await expectUnits('join', { W: MESSAGE + META + ROW, R }, () => joinPublicGroup(context, join));
    await expectUnits('join again', { W: 0, R: ACCESS }, () => joinPublicGroup(context, join));
    const accept = () => acceptInvite(context, inviteCodeAt(groupId), three);
    await expectUnits('accept an invitation', { W: MESSAGE + META + ROW + CHECK, R: R + 2 }, accept);
    // The message has 89 ids: almost 4 KB.
    const many = { W: 4 * MESSAGE + META + 89 * ROW, R: CHANGE + 89 * each };
    await expectUnits('add 89', many, add(others));
  });

  it('a role and the ownership are the message and the rows', async () => {
    const byOwner = { groupId, actor: owner };
    const [member = owner] = newcomers;
    await expectUnits('make an admin', { W: MESSAGE + ROW, R: CHANGE + 2 }, () =>
      changeRole(context, byOwner, member.handle, 'admin'),
    );
    await expectUnits('hand over', { W: MESSAGE + 2 * ROW, R: CHANGE + 2 }, () =>
      changeRole(context, byOwner, admin.handle, 'owner'),
    );
  });
});
