import { beforeAll, describe, expect, it } from '@jest/globals';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { deleteMessage, editMessage } from '../../backend/domain/change-message.ts';
import { createGroup } from '../../backend/domain/create-group.ts';
import { listInbox } from '../../backend/domain/list-inbox.ts';
import { addMembers, removeMember } from '../../backend/domain/manage-members.ts';
import type { LogEntry, Message, Person } from '../../backend/domain/model.ts';
import { compareSummaries, rebuildSummaries } from '../../backend/domain/rebuild-summaries.ts';
import { readBadge } from '../../backend/domain/read-badge.ts';
import { sendToGroup, sendToHandle } from '../../backend/domain/send-message.ts';
import { changeSettings } from '../../backend/domain/settings.ts';
import { factsOf } from '../../backend/domain/summaries.ts';
import { updateSummaries } from '../../backend/domain/update-summaries.ts';
import type { Wiring } from '../../backend/wiring.ts';
import { groupPk, memberKey, mentionKey } from '../../schema/keys.ts';
import { namedMemberItem, newUserId } from '../support/factories.ts';
import type { FlakyEngine } from '../support/flaky-engine.ts';
import { addGroup, addPerson, deleteItem, putItems, readLog, upTo } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';
import { useTwoProcesses } from '../support/two-processes.ts';

/* Mentions are stored with their message, and counted exactly, whatever comes in between. */

const db = useTestTable();
let flaky: FlakyEngine;
let here: Wiring;
let there: Wiring;
useTwoProcesses(db, (opened) => ({ flaky, here, there } = opened));

let ada: Person;
let grace: Person;
let kay: Person;
beforeAll(async () => {
  [ada, grace, kay] = [await newPerson('ada'), await newPerson('grace'), await newPerson('kay')];
});

async function newPerson(handle: string): Promise<Person> {
  return { userId: await addPerson(there, handle), handle, display_name: handle };
}

/** A group of Ada, Grace and Kay, whose only message tells of it. */
async function startGroup(): Promise<string> {
  const request = { creator: ada, name: 'A group', handles: [grace.handle, kay.handle] };
  return (await createGroup(there, request)).group.groupId;
}

const byAda = (groupId: string, text: string, context = here): Promise<Message> =>
  sendToGroup(context, groupId, { userId: ada.userId, text });
const edit = (context: Wiring, { groupId, seq }: Message, text: string): Promise<Message> =>
  editMessage(context, { groupId, seq, userId: ada.userId }, text);

/** The items of a group's mentions, as `<user> <seq>`; names instead of ids. */
async function itemsOf(groupId: string): Promise<string[]> {
  const { Items = [] } = await db().table.send(
    new QueryCommand({
      TableName: db().tableName,
      KeyConditionExpression: 'pk = :group AND begins_with(sk, :at)',
      ExpressionAttributeValues: { ':group': groupPk(groupId), ':at': 'AT#' },
      ConsistentRead: true,
    }),
  );
  const names = new Map([ada, grace, kay].map(({ userId, handle }) => [userId, handle]));
  return Items.map(({ sk }) => {
    const [, target = '', seq] = String(sk).split('#');
    return `${names.get(target) ?? target} ${Number(seq)}`;
  }).sort();
}

/** Brings the summaries up to the whole log, as the stream does. */
async function streamAll(groupId: string, context = there): Promise<void> {
  await updateSummaries(context, groupId, factsOf((await readLog(context, groupId)) as [LogEntry]));
}

async function countOf({ userId }: Person, groupId: string): Promise<number | undefined> {
  const { entries } = await listInbox(db().newContext(), userId, { limit: 100 });
  return entries.find(({ row }) => row.groupId === groupId)?.mentionCount;
}

describe('a message that mentions members', () => {
  it('has them by their ids, each once and in the order of the text, with an item for each', async () => {
    const groupId = await startGroup();
    const sent = await byAda(groupId, '@kay, @Grace. @kay and @nobody');
    expect(sent.mentions).toEqual([kay.userId, grace.userId]);
    expect(await there.messages.find(groupId, sent.seq)).toEqual(sent);
    expect(await itemsOf(groupId)).toEqual(['grace 2', 'kay 2']);
    await streamAll(groupId);
    for (const [person, count] of [
      [ada, 0],
      [grace, 1],
      [kay, 1],
    ] as const) {
      expect(await countOf(person, groupId)).toBe(count);
    }
  });

  it('has no mention of a user who is not a member', async () => {
    const groupId = await startGroup();
    await newPerson('linus');
    const sent = await byAda(groupId, 'Ask @linus, or @nobody-at-all');
    expect(sent).not.toHaveProperty('mentions');
    expect(await itemsOf(groupId)).toEqual([]);
  });

  it('finds a handle that ends like a sentence, and one without the mark', async () => {
    const groupId = await startGroup();
    await newPerson('dot.');
    await addMembers(there, { groupId, actor: ada }, ['dot.'], () => 'handle');
    const dot = (await there.profiles.findByHandle('dot.', 'strong'))?.userId;
    expect((await byAda(groupId, '@dot. @grace.')).mentions).toEqual([dot, grace.userId]);
  });

  it('mentions all by one item, and counts once where it also names members', async () => {
    const groupId = await startGroup();
    const sent = await byAda(groupId, '@all and above all @grace');
    expect(sent).toMatchObject({ mentions_all: true, mentions: [grace.userId] });
    expect(await itemsOf(groupId)).toEqual(['@all 2']);
    await streamAll(groupId);
    expect([await countOf(ada, groupId), await countOf(grace, groupId), await countOf(kay, groupId)]).toEqual(
      [0, 1, 1],
    );
  });

  it('mentions all of more than 100 members only if its author is the owner or an admin', async () => {
    const userIds = upTo(101).map(newUserId);
    const [member = '', admin = ''] = userIds;
    const { groupId } = await addGroup(db().table, { userIds });
    await putItems(db().table, [namedMemberItem({ groupId, userId: admin, role: 'admin' })]);
    const send = (userId: string) => sendToGroup(here, groupId, { userId, text: 'Hello @all' });
    expect(await send(member)).not.toHaveProperty('mentions_all');
    expect(await send(admin)).toHaveProperty('mentions_all', true);
    const { seq } = await send(member);
    const edited = await editMessage(here, { groupId, seq, userId: member }, 'Hello again @all');
    expect(edited).not.toHaveProperty('mentions_all');
    expect(await itemsOf(groupId)).toEqual(['@all 3']);
  });

  it('that opens a conversation counts at once', async () => {
    const [one, two] = [await newPerson('one'), await newPerson('two')];
    const first = await sendToHandle(here, 'two', { userId: one.userId, text: 'Hello @two and @ada' });
    expect(first.mentions).toEqual([two.userId]);
    expect(await countOf(two, first.groupId)).toBe(1);
    expect(await countOf(one, first.groupId)).toBe(0);
    const second = await sendToHandle(here, 'two', { userId: one.userId, text: '@all' });
    await streamAll(first.groupId);
    expect(second).toHaveProperty('mentions_all', true);
    expect(await countOf(two, first.groupId)).toBe(2);
  });
});

describe('sending with mentions', () => {
  it('is one message, with its items, where the first answer was lost', async () => {
    const groupId = await startGroup();
    flaky.loseAnswer('TransactWriteItems');
    const sent = await byAda(groupId, '@grace');
    expect(await there.messages.find(groupId, sent.seq)).toEqual(sent);
    expect(await readLog(there, groupId)).toHaveLength(2);
    expect(await itemsOf(groupId)).toEqual(['grace 2']);
  });

  it('is one message where the request is repeated with its key, at another process', async () => {
    const groupId = await startGroup();
    const send = { userId: ada.userId, text: '@grace', clientKey: 'key', afterSeq: 1 };
    const first = await sendToGroup(here, groupId, send);
    expect(await sendToGroup(there, groupId, send)).toEqual(first);
    expect(await itemsOf(groupId)).toEqual(['grace 2']);
  });

  it('goes on after a message of another process that took the place', async () => {
    const groupId = await startGroup();
    await byAda(groupId, 'two');
    flaky.before('TransactWriteItems', () => byAda(groupId, 'three', there));
    const sent = await byAda(groupId, '@grace');
    expect(sent.seq).toBe(4);
    // The text that took the place was returned by the failed write.
    expect(flaky.count('Query')).toBe(0);
    expect(await itemsOf(groupId)).toEqual(['grace 4']);
  });

  it('is tried again after a transaction conflict', async () => {
    const groupId = await startGroup();
    flaky.cancel(['TransactionConflict', 'None'], { times: 2 });
    expect(await byAda(groupId, '@grace')).toMatchObject({ seq: 2, mentions: [grace.userId] });
    expect(await readLog(there, groupId)).toHaveLength(2);
  });

  it('while a mentioned member leaves writes no row of theirs, and counts nothing after their return', async () => {
    const groupId = await startGroup();
    const actor = { groupId, actor: kay };
    flaky.before('TransactWriteItems', () => removeMember(there, actor, kay.handle));
    const sent = await byAda(groupId, '@kay');
    // Kay was a member when the text was read.
    expect(sent).toMatchObject({ seq: 3, mentions: [kay.userId] });
    await streamAll(groupId);
    expect(await there.members.find(groupId, kay.userId)).toBeUndefined();
    await addMembers(there, { groupId, actor: ada }, [kay.handle], () => 'handle');
    await streamAll(groupId);
    expect(await countOf(kay, groupId)).toBe(0);
    expect(await countOf(grace, groupId)).toBe(0);
  });
});

describe('a member who leaves', () => {
  it('after the attempt met a message that mentions them is gone, and that message counts nothing', async () => {
    const groupId = await startGroup();
    flaky.before('TransactWriteItems', () => byAda(groupId, '@kay', there));
    await removeMember(here, { groupId, actor: kay }, kay.handle);
    expect(await itemsOf(groupId)).toEqual(['kay 2']);
    await streamAll(groupId);
    expect(await there.members.find(groupId, kay.userId)).toBeUndefined();
    await addMembers(there, { groupId, actor: ada }, [kay.handle], () => 'handle');
    await streamAll(groupId);
    expect(await countOf(kay, groupId)).toBe(0);
  });

  it('while an edit mentions them gets no row back, and counts nothing after their return', async () => {
    const groupId = await startGroup();
    const sent = await byAda(groupId, 'Hello');
    const leave = () => removeMember(there, { groupId, actor: kay }, kay.handle);
    flaky.before('TransactWriteItems', leave);
    // Kay was a member when the text was read.
    expect(await edit(here, sent, 'Hello @kay')).toMatchObject({ mentions: [kay.userId] });
    await streamAll(groupId);
    expect(await there.members.find(groupId, kay.userId)).toBeUndefined();
    await addMembers(there, { groupId, actor: ada }, [kay.handle], () => 'handle');
    await streamAll(groupId);
    expect(await countOf(kay, groupId)).toBe(0);
  });
});

describe('an edit', () => {
  it('adds and removes mentions, with their items', async () => {
    const groupId = await startGroup();
    const sent = await byAda(groupId, 'Hello');
    expect(await edit(here, sent, 'Hello @grace')).toMatchObject({ rev: 1, mentions: [grace.userId] });
    await streamAll(groupId);
    expect(await countOf(grace, groupId)).toBe(1);
    expect(await edit(here, sent, 'Hello @kay and @grace')).toMatchObject({ rev: 2 });
    expect(await itemsOf(groupId)).toEqual(['grace 2', 'kay 2']);
    expect(await edit(here, sent, 'Hello @kay')).toMatchObject({ rev: 3, mentions: [kay.userId] });
    const all = await edit(here, sent, 'Hello @all');
    expect(all).toMatchObject({ rev: 4, mentions_all: true });
    expect(all).not.toHaveProperty('mentions');
    expect(await itemsOf(groupId)).toEqual(['@all 2']);
    const none = await edit(here, sent, 'Hello');
    expect(none).not.toHaveProperty('mentions_all');
    expect(await there.messages.find(groupId, 2)).toEqual(none);
    expect(await itemsOf(groupId)).toEqual([]);
    await streamAll(groupId);
    expect([await countOf(grace, groupId), await countOf(kay, groupId)]).toEqual([0, 0]);
  });

  it('of an older message counts, though the summary shows a later one', async () => {
    const groupId = await startGroup();
    const sent = await byAda(groupId, 'Hello');
    await byAda(groupId, 'later');
    await streamAll(groupId);
    await edit(here, sent, '@all');
    await streamAll(groupId);
    expect(await countOf(grace, groupId)).toBe(1);
  });

  it('with the same mentions writes the message alone', async () => {
    const groupId = await startGroup();
    const sent = await byAda(groupId, 'Hello @grace');
    flaky.reset();
    const edited = await edit(here, sent, 'Good morning @grace');
    expect(await there.messages.find(groupId, 2)).toEqual(edited);
    expect([flaky.count('UpdateItem'), flaky.count('TransactWriteItems')]).toEqual([1, 0]);
  });

  it.each(['@kay', 'nobody'])(
    'between the read and the write of another one with other mentions, to %j, leaves those of the last text',
    async (text) => {
      const groupId = await startGroup();
      const sent = await byAda(groupId, 'Hello @grace');
      flaky.before('TransactWriteItems', () => edit(there, sent, `${text} first`));
      const last = await edit(here, sent, 'Hello @all');
      expect(last).toMatchObject({ rev: 2, mentions_all: true, message: 'Hello @all' });
      expect(await there.messages.find(groupId, 2)).toEqual(last);
      expect(await itemsOf(groupId)).toEqual(['@all 2']);
    },
  );

  it('without mentions follows one that adds them in between', async () => {
    const groupId = await startGroup();
    const sent = await byAda(groupId, 'Hello');
    flaky.before('UpdateItem', () => edit(there, sent, 'Hello @grace'));
    const last = await edit(here, sent, 'Bye');
    expect(last).toMatchObject({ rev: 2, message: 'Bye' });
    expect(await there.messages.find(groupId, 2)).toEqual(last);
    expect(await itemsOf(groupId)).toEqual([]);
  });

  it('of many at once, by two processes, leaves the items of the last text', async () => {
    const groupId = await startGroup();
    const sent = await byAda(groupId, 'Hello');
    const texts = ['@kay', '@grace', '@kay @grace', 'none', '@all', '@ada @kay'];
    const edits = await Promise.all(
      texts.map((text, place) => edit(place % 2 === 0 ? here : there, sent, text)),
    );
    expect(edits.map(({ rev }) => rev).sort()).toEqual(upTo(texts.length));
    const last = await there.messages.find(groupId, 2);
    expect(last).toEqual(edits.find(({ rev }) => rev === texts.length));
    const targets = last?.mentions_all ? ['@all'] : (last?.mentions ?? []);
    const names = new Map([ada, grace, kay].map(({ userId, handle }) => [userId, handle]));
    expect(await itemsOf(groupId)).toEqual(
      targets.map((target) => `${names.get(target) ?? target} 2`).sort(),
    );
  });

  it('whose first answer was lost does not win against an edit in between', async () => {
    const groupId = await startGroup();
    const sent = await byAda(groupId, 'Hello');
    flaky.loseAnswer('TransactWriteItems');
    flaky.before('TransactWriteItems', () => edit(there, sent, 'between @kay'));
    await edit(here, sent, 'first @grace');
    expect(await there.messages.find(groupId, 2)).toMatchObject({ rev: 2, message: 'between @kay' });
    expect(await itemsOf(groupId)).toEqual(['kay 2']);
  });
});

describe('a deletion', () => {
  it('removes the mentions of a message, and their items', async () => {
    const groupId = await startGroup();
    const sent = await byAda(groupId, '@grace @kay');
    await streamAll(groupId);
    const gone = await deleteMessage(here, { groupId, seq: 2, userId: ada.userId });
    expect(gone).toMatchObject({ rev: 1, message: null });
    expect(gone).not.toHaveProperty('mentions');
    expect(await there.messages.find(groupId, sent.seq)).toEqual(gone);
    expect(await itemsOf(groupId)).toEqual([]);
    expect(await countOf(grace, groupId)).toBe(0);
  });

  it('between the read and the write of an edit wins, and leaves no item', async () => {
    const groupId = await startGroup();
    const sent = await byAda(groupId, 'Hello @kay');
    const place = { groupId, seq: 2, userId: ada.userId };
    flaky.before('TransactWriteItems', () => deleteMessage(there, place));
    await expect(edit(here, sent, 'Hello @grace')).rejects.toMatchObject({ code: 'message_deleted' });
    expect(await itemsOf(groupId)).toEqual([]);
  });

  it('follows an edit with other mentions that comes in between', async () => {
    const groupId = await startGroup();
    const sent = await byAda(groupId, 'Hello @kay');
    flaky.before('TransactWriteItems', () => edit(there, sent, 'Hello @grace'));
    const gone = await deleteMessage(here, { groupId, seq: 2, userId: ada.userId });
    expect(gone).toMatchObject({ rev: 2, message: null });
    expect(await itemsOf(groupId)).toEqual([]);
  });

  it('whose first answer was lost is one deletion', async () => {
    const groupId = await startGroup();
    await byAda(groupId, 'Hello @kay');
    flaky.loseAnswer('TransactWriteItems');
    const gone = await deleteMessage(here, { groupId, seq: 2, userId: ada.userId });
    expect(gone).toMatchObject({ rev: 1, message: null });
    expect(await there.messages.find(groupId, 2)).toEqual(gone);
  });
});

describe('a rebuild', () => {
  const NOTHING = { differences: [], faults: [] };

  it('finds nothing after sends, edits and deletions', async () => {
    const groupId = await startGroup();
    const sent = await byAda(groupId, '@kay @grace');
    await byAda(groupId, '@all');
    await streamAll(groupId);
    await edit(here, sent, '@kay');
    await deleteMessage(here, { groupId, seq: 3, userId: ada.userId });
    await streamAll(groupId);
    expect(await compareSummaries(there, groupId)).toEqual(NOTHING);
  });

  it('repairs items that the log does not ask for, or lacks, and what rows say of them', async () => {
    const groupId = await startGroup();
    await byAda(groupId, '@grace');
    await byAda(groupId, '@all');
    await deleteItem(db().table, mentionKey(groupId, grace.userId, 2));
    await putItems(db().table, [mentionKey(groupId, kay.userId, 2), mentionKey(groupId, kay.userId, 9)]);
    const report = await rebuildSummaries(there, groupId);
    expect(report.differences.map(({ key }) => key.sk)).toEqual(
      expect.arrayContaining([
        mentionKey(groupId, grace.userId, 2).sk,
        mentionKey(groupId, kay.userId, 2).sk,
        mentionKey(groupId, kay.userId, 9).sk,
        memberKey(groupId, grace.userId).sk,
      ]),
    );
    expect(await itemsOf(groupId)).toEqual(['@all 3', 'grace 2']);
    expect(await compareSummaries(there, groupId)).toEqual(NOTHING);
    expect([await countOf(grace, groupId), await countOf(kay, groupId)]).toEqual([2, 1]);
  });

  it('writes no item of a message that is another one than it read', async () => {
    const groupId = await startGroup();
    const sent = await byAda(groupId, '@grace');
    await edit(there, sent, '@kay');
    const mention = { target: grace.userId, seq: 2 };
    expect(await here.mentions.repair(groupId, mention, { rev: 0, isMentioned: true })).toBe(false);
    expect(await itemsOf(groupId)).toEqual(['kay 2']);
  });

  it('leaves the items of a message that is edited between its read and its write', async () => {
    const groupId = await startGroup();
    const sent = await byAda(groupId, '@grace');
    await streamAll(groupId);
    await deleteItem(db().table, mentionKey(groupId, grace.userId, 2));
    flaky.before('TransactWriteItems', () => edit(there, sent, '@kay'));
    await rebuildSummaries(here, groupId);
    expect(await itemsOf(groupId)).toEqual(['kay 2']);
  });
});

describe('the badge', () => {
  it('counts unread mentions, also of a group that is muted except for mentions, and of no other muted one', async () => {
    const groupId = await startGroup();
    const user = await newPerson('badge');
    await addMembers(here, { groupId, actor: ada }, [user.handle], () => 'handle');
    await byAda(groupId, '@badge');
    await byAda(groupId, 'Nobody');
    await streamAll(groupId);
    for (const [muted, badge] of [
      ['none', { groups: 1, messages: 2, mentions: 1 }],
      ['except_mentions', { groups: 0, messages: 0, mentions: 1 }],
      ['all', { groups: 0, messages: 0, mentions: 0 }],
    ] as const) {
      await changeSettings(here, { groupId, userId: user.userId }, { muted });
      expect(await readBadge(db().newContext(), user.userId)).toEqual(badge);
    }
  });
});
