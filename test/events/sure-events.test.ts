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

/** What was published, in few words. */
const inShort = () =>
  published.map((change) => {
    switch (change.kind) {
      case 'versions':
        return change.versions.map(({ seq, rev }) => `${seq}.${rev}`).join(' ');
      case 'membership':
        return `membership of ${change.userId} since ${change.seq}`;
      case 'reactions':
        return `reactions to ${change.seqs.join(' ')}`;
      case 'change':
        return `change ${change.change}: ${change.seqs.join(' ')}`;
      case 'pins':
      case 'message':
      case 'message_group':
      case 'group':
      case 'typing':
        return change.kind;
    }
  });
const [ada, grace] = [newUserId(), newUserId()];

/** A system message about a change that Ada made. */
function system(groupId: string, event: SystemEvent, seq = 1): MessageItem {
  return messageItem({ groupId, seq, user_uuid: ada, kind: 'system', message: null, event });
}

const handle = (...messages: readonly MessageItem[]) =>
  handlerOn(db().table)(streamEvent(messages.map((message) => streamRecord(message))));

describe('messages', () => {
  it('are published by their versions, without texts, and the change that names them after them', async () => {
    const { messages, groupId } = await addGroup(db().table, { userIds: [ada, grace], length: 3 });
    const batch = [...messages, ...messages.slice(1, 2).map(tombstone)];
    await handle(...batch);
    const since1 = [ada, grace].sort().map((userId) => `membership of ${userId} since 1`);
    expect(inShort()).toEqual([...since1, '1.0 2.1 3.0', 'change 1: 2']);
    expect(JSON.stringify(published)).not.toContain('text');
    published = [];
    await handle(...batch);
    // An entry more in the change log does no harm.
    expect(inShort()).toEqual([...since1, '1.0 2.1 3.0', 'change 2: 2']);
    expect(published.at(-1)).toMatchObject({ kind: 'change', groupId, to: { groupId } });
  });

  it('of a named group are published once, with the membership_seq of the group as it is now', async () => {
    const { groupId } = await addGroup(db().table, { userIds: [ada, grace], length: 2 });
    await putItem(db().table, groupItem({ groupId, membership_seq: 2, last_seq: 2 }));
    await handle(messageItem({ groupId, seq: 3, user_uuid: ada }));
    const versions = [{ seq: 3, rev: 0 }];
    expect(published).toEqual([{ kind: 'versions', to: { groupId, membershipSeq: 2 }, groupId, versions }]);
  });

  it('of a direct group are published to both users, who are members since the first one', async () => {
    const groupId = directGroupId(ada, grace);
    const { messages } = await addGroup(db().table, { userIds: [ada, grace], groupId, length: 1 });
    await handle(...messages);
    const both = [ada, grace].sort();
    expect(inShort()).toEqual([...both.map((userId) => `membership of ${userId} since 1`), '1.0']);
    const last = published.at(-1);
    const to = last?.kind === 'versions' && 'userIds' in last.to ? last.to.userIds : [];
    expect([...to].sort()).toEqual(both);
    published = [];
    await handle(messageItem({ groupId, seq: 2, user_uuid: ada }));
    expect(inShort()).toEqual(['2.0']);
  });

  it('of a batch of hundreds are published in slices, each when the one before it is sent', async () => {
    const { groupId } = await addGroup(db().table, { userIds: [ada, grace], length: 1 });
    const batch = Array.from({ length: 250 }, (_, place) =>
      messageItem({ groupId, seq: place + 2, user_uuid: ada }),
    );
    await handle(...batch);
    expect(published.map((change) => (change.kind === 'versions' ? change.versions.length : 0))).toEqual([
      100, 100, 50,
    ]);
  });

  it('that add hundreds of members are published in slices too: at most 100 publications wait at once', async () => {
    const { groupId } = await addGroup(db().table, { userIds: [ada], length: 1 });
    let [waiting, most] = [0, 0];
    const handler = createHandler({
      ...wire({ table: db().table }),
      events: {
        publish: async () => {
          waiting += 1;
          most = Math.max(most, waiting);
          await new Promise((resolve) => setImmediate(resolve));
          waiting -= 1;
        },
      },
      failures: () => Promise.resolve(),
      logger: createLogger('silent'),
    });
    const names = Array.from({ length: 90 }, () => newUserId());
    const batch = [2, 3, 4, 5].map((seq) =>
      system(groupId, { type: 'members_added', user_uuids: names, prev: seq - 1 }, seq),
    );
    await handler(streamEvent(batch.map((message) => streamRecord(message))));
    expect(most).toBe(100);
  });
});

describe('changes of a named group', () => {
  it('publish a user who joined before the message about it', async () => {
    const { groupId } = await addGroup(db().table, { userIds: [ada, grace], member: { joined_seq: 2 } });
    await handle(system(groupId, { type: 'members_added', user_uuids: [grace], prev: 1 }, 2));
    expect(inShort()).toEqual([`membership of ${grace} since 2`, '2.0']);
  });

  it('publish the first members of a new group, and no later ones', async () => {
    const { groupId } = await addGroup(db().table, { userIds: [ada, grace] });
    await putItem(db().table, namedMemberItem({ groupId, userId: newUserId(), joined_seq: 2 }));
    await handle(system(groupId, { type: 'group_created', name: 'A group' }));
    expect(inShort()).toEqual([
      ...[ada, grace].sort().map((userId) => `membership of ${userId} since 1`),
      '1.0',
    ]);
  });

  it.each<[string, SystemEvent, string]>([
    ['was removed', { type: 'member_removed', user_uuid: grace, prev: 1 }, grace],
    ['left', { type: 'member_left', prev: 1 }, ada],
  ])('publish a user who %s after the message about it', async (_what, event, userId) => {
    const { groupId } = await addGroup(db().table, { userIds: [newUserId()] });
    await handle(system(groupId, event, 2));
    expect(inShort()).toEqual(['2.0', `membership of ${userId} since 2`]);
  });

  it('publish a renamed group after the message about it', async () => {
    const { groupId } = await addGroup(db().table, { userIds: [ada], name: 'Before' });
    await handle(system(groupId, { type: 'group_renamed', name: 'After' }, 2));
    expect(inShort()).toEqual(['2.0', 'group']);
    expect(published.at(-1)).toEqual({ kind: 'group', groupId, seq: 2 });
  });
});
