import { beforeEach, describe, expect, it } from '@jest/globals';
import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { deleteMessage } from '../../backend/domain/change-message.ts';
import { listChanges } from '../../backend/domain/list-changes.ts';
import { listMessages } from '../../backend/domain/list-messages.ts';
import type { Reaction } from '../../backend/domain/model.ts';
import { listReactors, react, takeBackReaction } from '../../backend/domain/react.ts';
import type { Wiring } from '../../backend/wiring.ts';
import { createLogger } from '../../backend/logger.ts';
import { createHandler } from '../../lambdas/update-summaries/handler.ts';
import { streamStores } from '../../lambdas/update-summaries/stores.ts';
import { MAX_EMOJI, MAX_REACTIONS } from '../../schema/items.ts';
import { groupPk, type Key, messageKey, reactionsBetween, reactionsKey } from '../../schema/keys.ts';
import { expectCode } from '../support/answers.ts';
import {
  itemRecord,
  newDirectId,
  newGroupId,
  newUserId,
  reactionsItem,
  streamEvent,
} from '../support/factories.ts';
import type { EngineRequest, FlakyEngine } from '../support/flaky-engine.ts';
import { addDirectGroup, addGroup, deleteItem, putItem, putItems, upTo } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';
import { useTwoProcesses } from '../support/two-processes.ts';

const db = useTestTable();
let flaky: FlakyEngine;
/** The first process reaches the table through the flaky engine. */
let here: Wiring;
let there: Wiring;
useTwoProcesses(db, (opened) => ({ flaky, here, there } = opened));

const [ada, grace] = [newUserId(), newUserId()].sort() as [string, string];
let groupId: string;
beforeEach(async () => {
  groupId = newGroupId();
  await addGroup(db().table, { groupId, userIds: [ada, grace], length: 3 });
});

const by = (userId: string, emoji = '👍', seq = 2) => ({ groupId, seq, userId, emoji });

/** The reactions to message 2 as a member is shown them. */
async function shown(seq = 2): Promise<readonly Reaction[]> {
  const page = { groupId, userId: ada, position: { at: 'end' }, limit: 10 } as const;
  return (await listMessages(there, page)).annotations.reactions.get(seq) ?? [];
}

/** The items of reactions to message 2, whatever they hold. */
async function items(): Promise<Key[]> {
  const [from, to] = reactionsBetween(2, 2);
  const { Items = [] } = await db().table.send(
    new QueryCommand({
      TableName: db().tableName,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: { ':pk': groupPk(groupId), ':from': from, ':to': to },
      ConsistentRead: true,
    }),
  );
  return Items as Key[];
}

/** The stream's handler gets the records of items as they are now, in one batch each. */
async function stream(process: 'here' | 'there', ...keys: readonly Key[]): Promise<void> {
  const { table } = process === 'here' ? here : there;
  const handler = createHandler({
    ...streamStores(table),
    events: { publish: () => Promise.resolve() },
    failures: (failed) => Promise.reject(new Error(`${failed.length} records cannot be handled`)),
    logger: createLogger('silent'),
  });
  for (const Key of keys) {
    const { Item } = await db().table.send(
      new GetCommand({ TableName: db().tableName, Key, ConsistentRead: true }),
    );
    const event = streamEvent([itemRecord(Item as Key, { eventName: 'MODIFY' })]);
    expect(await handler(event)).toEqual({ batchItemFailures: [] });
  }
}

const ofReactions = ({ body }: EngineRequest): boolean => JSON.stringify(body).includes('RCT#');

describe('a reaction', () => {
  it.each(['named', 'direct'] as const)(
    'to a message of a %s group is shown to its members',
    async (kind) => {
      if (kind === 'direct') {
        const scene = await addDirectGroup(db().table, { userIds: [newUserId(), newUserId()], length: 3 });
        groupId = scene.groupId;
        const [one, other] = scene.members.map(({ sk }) => sk.replace('MEMBER#', '')) as [string, string];
        await react(here, by(one));
        const { annotations } = await react(there, by(other));
        expect(annotations.reactions.get(2)).toEqual([{ emoji: '👍', users: [one, other].sort() }]);
        return;
      }
      await react(here, by(ada));
      const { annotations } = await react(there, by(grace));
      expect(annotations.reactions.get(2)).toEqual([{ emoji: '👍', users: [ada, grace] }]);
      expect(await shown()).toEqual([{ emoji: '👍', users: [ada, grace] }]);
      expect(await shown(1)).toEqual([]);
    },
  );

  it('is one for each user and emoji, in whichever spelling', async () => {
    await react(here, by(ada, '❤'));
    await react(here, by(ada, '❤\uFE0F'));
    await react(here, by(ada, '👍'));
    expect(await shown()).toEqual([
      { emoji: '❤\uFE0F', users: [ada] },
      { emoji: '👍', users: [ada] },
    ]);
  });

  it('that is repeated writes nothing', async () => {
    const first = await react(here, by(ada));
    flaky.reset();
    expect(await react(here, by(ada))).toEqual(first);
    expect(flaky.count('UpdateItem')).toBe(0);
  });

  it('whose first answer was lost is one reaction', async () => {
    flaky.loseAnswer('UpdateItem', { where: ofReactions });
    const { annotations } = await react(here, by(ada));
    expect(flaky.count('UpdateItem')).toBe(2);
    expect(annotations.reactions.get(2)).toEqual(await shown());
    expect(await shown()).toEqual([{ emoji: '👍', users: [ada] }]);
  });

  it('of many users at once, through two processes, loses none', async () => {
    const users = upTo(20).map(newUserId).sort();
    await addGroup(db().table, { groupId, userIds: users, length: 3 });
    await Promise.all(users.map((user, place) => react(place % 2 === 0 ? here : there, by(user))));
    expect(await shown()).toEqual([{ emoji: '👍', users }]);
  });

  it('and its taking back at once, by different users, undo nothing of each other', async () => {
    await react(here, by(ada));
    flaky.before('UpdateItem', () => react(there, by(grace)), { where: ofReactions });
    const { annotations } = await takeBackReaction(here, by(ada));
    expect(annotations.reactions.get(2)).toEqual([{ emoji: '👍', users: [grace] }]);
    expect(await shown()).toEqual([{ emoji: '👍', users: [grace] }]);
  });

  it('needs a message that exists, an emoji, and a member', async () => {
    await expectCode(react(here, by(ada, '👍', 9)), 'not_found');
    await expectCode(takeBackReaction(here, by(ada, '👍', 9)), 'not_found');
    for (const emoji of ['', 'x', '👍👍', '1']) {
      await expectCode(react(here, by(ada, emoji)), 'emoji_invalid');
      await expectCode(takeBackReaction(here, by(ada, emoji)), 'emoji_invalid');
    }
    await expectCode(react(here, by(newUserId())), 'not_found');
    await expectCode(react(here, { ...by(ada), groupId: newGroupId() }), 'not_found');
    await expectCode(react(here, { ...by(ada), groupId: newDirectId() }), 'not_found');
    expect(await items()).toEqual([]);
  });
});

describe('the room for reactions', () => {
  const full = upTo(MAX_REACTIONS - 1).map((n) => `user-${n}`);

  it(`is for ${MAX_REACTIONS} users of an emoji, also for two who take the last place at once`, async () => {
    await putItem(db().table, reactionsItem({ groupId, seq: 2, users: full }));
    flaky.before('UpdateItem', () => react(there, by(grace)), { where: ofReactions });
    await expectCode(react(here, by(ada)), 'reactions_full');
    const [reaction] = await shown();
    expect(reaction?.users).toHaveLength(MAX_REACTIONS);
    expect(reaction?.users).toContain(grace);
    await expectCode(react(here, by(ada)), 'reactions_full');
  });

  it('is made by a user who takes theirs back, however many there are', async () => {
    await putItem(db().table, reactionsItem({ groupId, seq: 2, users: [...full, grace] }));
    await takeBackReaction(here, by(grace));
    await react(here, by(ada));
    expect((await shown())[0]?.users).toHaveLength(MAX_REACTIONS);
  });

  it(`is for ${MAX_EMOJI} different emoji; two at once may make one more, and no third`, async () => {
    const emoji = upTo(MAX_EMOJI + 2).map((n) => String.fromCodePoint(0x1f600 + n));
    const [last = '', oneMore = '', another = ''] = emoji.slice(MAX_EMOJI - 1);
    await putItems(
      db().table,
      emoji
        .slice(0, MAX_EMOJI - 1)
        .map((one) => reactionsItem({ groupId, seq: 2, emoji: one, users: [ada] })),
    );
    flaky.before('UpdateItem', () => react(there, by(grace, last)), { where: ofReactions });
    await react(here, by(ada, oneMore));
    expect(await shown()).toHaveLength(MAX_EMOJI + 1);
    await expectCode(react(here, by(ada, another)), 'reactions_full');
    // One that is there takes more users, and can be taken back.
    await react(here, by(ada, last));
    await takeBackReaction(here, by(grace, last));
    expect((await shown()).find((one) => one.emoji === last)?.users).toEqual([ada]);
  });

  it('is not taken by an emoji that all users took back', async () => {
    const emoji = upTo(MAX_EMOJI).map((n) => String.fromCodePoint(0x1f600 + n));
    await putItems(
      db().table,
      emoji.map((one) => reactionsItem({ groupId, seq: 2, emoji: one, users: [] })),
    );
    await react(here, by(ada));
    expect(await shown()).toEqual([{ emoji: '👍', users: [ada] }]);
  });
});

describe('taking a reaction back', () => {
  it('that does not exist writes nothing, not even an empty item', async () => {
    await react(here, by(grace));
    flaky.reset();
    await takeBackReaction(here, by(ada));
    await takeBackReaction(here, by(ada, '🎉'));
    expect(flaky.count('UpdateItem')).toBe(0);
    expect(await items()).toHaveLength(1);
  });

  it('after another device did so creates no item', async () => {
    await react(here, by(ada));
    flaky.before('UpdateItem', () => deleteItem(db().table, reactionsKey(groupId, 2, '👍')), {
      where: ofReactions,
    });
    const { annotations } = await takeBackReaction(here, by(ada));
    expect(annotations.reactions.get(2)).toEqual([]);
    expect(await items()).toEqual([]);
  });

  it('by the last user leaves an item without users, which nobody is shown and the stream removes', async () => {
    await react(here, by(ada));
    await takeBackReaction(here, by(ada));
    expect(await shown()).toEqual([]);
    expect(await items()).toHaveLength(1);
    await stream('there', reactionsKey(groupId, 2, '👍'));
    expect(await items()).toEqual([]);
  });

  it('is not lost on a user who reacts while the stream removes the empty item', async () => {
    await react(here, by(ada));
    await takeBackReaction(here, by(ada));
    flaky.before('DeleteItem', () => react(there, by(grace)));
    await stream('here', reactionsKey(groupId, 2, '👍'));
    expect(await shown()).toEqual([{ emoji: '👍', users: [grace] }]);
  });
});

describe('the reactions of a deleted message', () => {
  const deletion = () => deleteMessage(there, { groupId, seq: 2, userId: ada });

  it('are shown to nobody from the deletion on, and the stream removes them', async () => {
    await react(here, by(ada));
    await react(here, by(grace, '🎉'));
    await deletion();
    expect(await shown()).toEqual([]);
    expect((await listReactors(here, { ...by(ada), limit: 10 })).reactors).toEqual([]);
    await stream('there', messageKey(groupId, 2));
    expect(await items()).toEqual([]);
  });

  it.each(['the deletion first', 'the reaction first'])(
    'are removed where a user reacts while it is deleted, whichever record comes first: %s',
    async (order) => {
      const key = reactionsKey(groupId, 2, '👍');
      flaky.before(
        'UpdateItem',
        async () => {
          await deletion();
          if (order === 'the deletion first') await stream('there', messageKey(groupId, 2));
        },
        { where: ofReactions },
      );
      await react(here, by(grace));
      expect(await shown()).toEqual([]);
      expect(await items()).toHaveLength(1);
      await stream('there', key);
      expect(await items()).toEqual([]);
      if (order === 'the reaction first') await stream('there', messageKey(groupId, 2));
      expect(await items()).toEqual([]);
    },
  );

  it('take no further ones, and there is nothing to take back', async () => {
    await react(here, by(ada));
    await deletion();
    await expectCode(react(here, by(grace)), 'message_deleted');
    const { message, annotations } = await takeBackReaction(here, by(ada));
    expect(message.deleted_at).toBeDefined();
    expect(annotations.reactions.get(2) ?? []).toEqual([]);
  });
});

describe('the change log', () => {
  it('names messages that were reacted to, and a client that asks for changes gets their reactions', async () => {
    await react(here, by(ada));
    await stream('there', reactionsKey(groupId, 2, '👍'));
    await react(here, by(grace, '🎉', 3));
    await takeBackReaction(here, by(ada));
    await stream('there', reactionsKey(groupId, 3, '🎉'), reactionsKey(groupId, 2, '👍'));
    const changes = await there.changes.after(groupId, 0, 9);
    expect(changes.map(({ seqs }) => seqs)).toEqual([[2], [3], [2]]);
    const page = await listChanges(there, { groupId, userId: grace, after: 0, limit: 10 });
    expect(page.changed.map(({ change, message }) => [change, message.seq])).toEqual([
      [2, 3],
      [3, 2],
    ]);
    expect(page.annotations.reactions).toEqual(new Map([[3, [{ emoji: '🎉', users: [grace] }]]]));
  });
});

describe('the list of users who reacted', () => {
  it('pages to its end by emoji and user, whatever the size of a page', async () => {
    const users = upTo(7).map((n) => `user-${n}`);
    await putItems(db().table, [
      reactionsItem({ groupId, seq: 2, emoji: '❤\uFE0F', users }),
      reactionsItem({ groupId, seq: 2, emoji: '👍', users: users.slice(2) }),
      reactionsItem({ groupId, seq: 3, emoji: '👍', users }),
    ]);
    const all = [
      ...users.map((userId) => `❤\uFE0F ${userId}`),
      ...users.slice(2).map((userId) => `👍 ${userId}`),
    ];
    for (const limit of [1, 3, 7, 12, 100]) {
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await listReactors(there, { groupId, seq: 2, userId: ada, limit, cursor });
        expect(page.reactors.length).toBeLessThanOrEqual(limit);
        found.push(...page.reactors.map(({ emoji, userId }) => `${emoji} ${userId}`));
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      expect(found).toEqual(all);
    }
  });

  it('goes on after a user who took theirs back meanwhile', async () => {
    await putItem(db().table, reactionsItem({ groupId, seq: 2, users: ['user-1', ada, 'zoe'] }));
    const first = await listReactors(there, { groupId, seq: 2, userId: ada, limit: 2 });
    const last = first.reactors.at(-1)?.userId ?? '';
    await there.reactions.remove({ ...by(last) });
    const next = await listReactors(there, { ...by(ada), limit: 2, cursor: first.nextCursor });
    expect(next.reactors).toEqual([{ emoji: '👍', userId: 'zoe' }]);
    expect(next.nextCursor).toBeUndefined();
  });

  it('is for members, of a message that exists', async () => {
    await expectCode(listReactors(there, { ...by(newUserId()), limit: 10 }), 'not_found');
    await expectCode(listReactors(there, { ...by(ada, '', 9), limit: 10 }), 'not_found');
    await expectCode(listReactors(there, { ...by(ada), limit: 10, cursor: 'nowhere' }), 'cursor_invalid');
  });
});
