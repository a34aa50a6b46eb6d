import { beforeEach, describe, expect, it } from '@jest/globals';
import { createHandler } from '../../lambdas/update-summaries/handler.ts';
import { wire } from '../../backend/wiring.ts';
import type { Change } from '../../backend/events/changes.ts';
import { createLogger } from '../../backend/logger.ts';
import type { Table } from '../../backend/table/table.ts';
import { directGroupId } from '../../schema/ids.ts';
import type { MessageItem, SystemEvent } from '../../schema/items.ts';
import {
  groupItem,
  messageItem,
  namedMemberItem,
  newUserId,
  streamEvent,
  streamRecord,
  tombstone,
} from '../support/factories.ts';
import { addGroup, putItem } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

/* What the stream's handler publishes, because the API may have died before it did. */

const db = useTestTable();
let published: Change[];
beforeEach(() => {
  published = [];
});

const handlerOn = (table: Table) =>
  createHandler({
    ...wire({ table }),
    events: {
      publish: (change) => {
        published.push(change);
        return Promise.resolve();
      },
    },
    failures: (keys) => Promise.reject(new Error(`${keys.length} records cannot be handled`)),
    logger: createLogger('silent'),
  });

/** What was published: kinds, with the seq of messages. */
const inShort = () =>
  published.map((change) => (change.kind === 'message' ? `message ${change.message.seq}` : change.kind));
const [ada, grace] = [newUserId(), newUserId()];

/** A system message about a change that Ada made. */
function system(groupId: string, event: SystemEvent, seq = 1): MessageItem {
  return messageItem({ groupId, seq, user_uuid: ada, kind: 'system', message: null, event });
}

const handle = (...messages: readonly MessageItem[]) =>
  handlerOn(db().table)(streamEvent(messages.map((message) => streamRecord(message))));

describe('messages', () => {
  it('are published again, in their order, when a batch comes again', async () => {
    const { messages } = await addGroup(db().table, { userIds: [ada, grace], length: 3 });
    const batch = [...messages, ...messages.slice(1, 2).map(tombstone)];
    await handle(...batch);
    const first = published;
    expect(inShort()).toContain('message 3');
    published = [];
    await handle(...batch);
    expect(published).toEqual(first);
  });

  it('of a named group are published once, with the membership_seq of the group as it is now', async () => {
    const { groupId } = await addGroup(db().table, { userIds: [ada, grace], length: 2 });
    await putItem(db().table, groupItem({ groupId, membership_seq: 2, last_seq: 2 }));
    await handle(messageItem({ groupId, seq: 3, user_uuid: ada }));
    expect(published).toMatchObject([
      { kind: 'message', to: { groupId, membershipSeq: 2 }, message: { seq: 3 } },
    ]);
  });

  it('of a direct group are published to both users, with their rows when it was opened', async () => {
    const groupId = directGroupId(ada, grace);
    const { messages } = await addGroup(db().table, { userIds: [ada, grace], groupId, length: 1 });
    await handle(...messages);
    expect(inShort()).toEqual(['message_group', 'message_group', 'message 1']);
    const last = published.at(-1);
    const to = last?.kind === 'message' && 'userIds' in last.to ? last.to.userIds : [];
    expect([...to].sort()).toEqual([ada, grace].sort());
    published = [];
    await handle(messageItem({ groupId, seq: 2, user_uuid: ada }));
    expect(inShort()).toEqual(['message 2']);
  });
});

describe('changes of a named group', () => {
  it('publish the row of a user who joined before the message about it', async () => {
    const { groupId } = await addGroup(db().table, { userIds: [ada, grace], member: { joined_seq: 2 } });
    await handle(system(groupId, { type: 'members_added', user_uuids: [grace], prev: 1 }, 2));
    expect(inShort()).toEqual(['message_group', 'message 2']);
    expect(published[0]).toMatchObject({ row: { userId: grace, joined_seq: 2 }, group: { groupId } });
  });

  it('publish the rows of the first members of a new group, and of no later ones', async () => {
    const { groupId } = await addGroup(db().table, { userIds: [ada, grace] });
    await putItem(db().table, namedMemberItem({ groupId, userId: newUserId(), joined_seq: 2 }));
    await handle(system(groupId, { type: 'group_created', name: 'A group' }));
    expect(inShort()).toEqual(['message_group', 'message_group', 'message 1']);
    const rows = published.flatMap((change) => (change.kind === 'message_group' ? [change] : []));
    expect(rows.map(({ row }) => row.userId).sort()).toEqual([ada, grace].sort());
    expect(rows[0]).toMatchObject({ group: { groupId } });
  });

  it('publish no row of a user who has left since', async () => {
    const { groupId } = await addGroup(db().table, { userIds: [ada] });
    await handle(system(groupId, { type: 'members_added', user_uuids: [grace], prev: 1 }, 2));
    expect(inShort()).toEqual(['message 2']);
  });

  it.each<[string, SystemEvent, string]>([
    ['was removed', { type: 'member_removed', user_uuid: grace, prev: 1 }, grace],
    ['left', { type: 'member_left', prev: 1 }, ada],
  ])('publish the departure of a user who %s after the message about it', async (_what, event, userId) => {
    const { groupId } = await addGroup(db().table, { userIds: [newUserId()] });
    await handle(system(groupId, event, 2));
    expect(inShort()).toEqual(['message 2', 'message_group_left']);
    expect(published.at(-1)).toEqual({ kind: 'message_group_left', userId, groupId, seq: 2 });
  });

  it('publish a renamed group as it is now', async () => {
    const { groupId } = await addGroup(db().table, { userIds: [ada], name: 'Before' });
    await putItem(db().table, groupItem({ groupId, name: 'Now' }));
    await handle(system(groupId, { type: 'group_renamed', name: 'Between' }, 2));
    expect(inShort()).toEqual(['message 2', 'group']);
    expect(published.at(-1)).toMatchObject({ kind: 'group', group: { name: 'Now' } });
  });
});
