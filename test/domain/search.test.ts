import { beforeAll, describe, expect, it } from '@jest/globals';
import { deleteMessage } from '../../backend/domain/change-message.ts';
import { MAX_LOOKED_AT, lookBack } from '../../backend/domain/look-back.ts';
import type { LogEntry } from '../../backend/domain/model.ts';
import { searchGroup } from '../../backend/domain/search-group.ts';
import { searchGroups } from '../../backend/domain/search-groups.ts';
import { sendToGroup } from '../../backend/domain/send-message.ts';
import { NotFoundError } from '../../backend/errors.ts';
import { opaqueTexts } from '../../backend/table/message-codec.ts';
import type { Wiring } from '../../backend/wiring.ts';
import { decodeCursor } from '../../schema/cursors.ts';
import { groupKey, memberKey } from '../../schema/keys.ts';
import { searchWordsOf } from '../../schema/search-words.ts';
import { expectCode } from '../support/answers.ts';
import {
  FILE_OF_MESSAGE,
  groupItem,
  logEntry,
  newGroupId,
  newUserId,
  timeOf,
  tombstone,
} from '../support/factories.ts';
import { addDirectGroup, addGroup, addPerson, deleteItem, putItem, upTo } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

/* Searching: how far each step looks, and that all steps together find each message. */

const db = useTestTable();
let context: Wiring;
let ada: string;
let grace: string;

beforeAll(async () => {
  context = db().newContext();
  ada = await addPerson(context, 'ada', 'Ada');
  grace = await addPerson(context, 'grace', 'Grace');
});

const WORDS = searchWordsOf('lunch');

/** A group of both users, with `Lunch` in some messages. @param last the time of its newest message. */
async function addTalk(
  length: number,
  hasWord: (seq: number) => boolean,
  { userId = ada, last = timeOf(length) }: { readonly userId?: string; readonly last?: string } = {},
): Promise<string> {
  const { groupId } = await addGroup(db().table, {
    userIds: [grace, userId],
    length,
    message: (seq) => ({
      message: hasWord(seq) ? `Lunch ${seq}?` : `text ${seq}`,
      ...(seq === length && { created_at: last }),
    }),
  });
  return groupId;
}

interface Step {
  readonly seqs: number[];
  readonly count: number;
}

/** All steps of a search in a group. @param between runs after each. */
async function searchAll(groupId: string, between?: () => Promise<void>): Promise<Step[]> {
  const steps: Step[] = [];
  let before: number | undefined;
  do {
    const page = await searchGroup(context, { groupId, userId: ada, words: WORDS, before });
    steps.push({ seqs: page.found.map(({ seq }) => seq), count: page.count });
    before = page.rest && page.rest.to + 1;
    await between?.();
  } while (before !== undefined);
  return steps;
}

describe('a search in a group', () => {
  it('finds each message with the word once, the newest first, in steps of 500', async () => {
    const groupId = await addTalk(1_050, (seq) => seq % 70 === 1);
    const steps = await searchAll(groupId);
    expect(steps.map(({ count }) => count)).toEqual([500, 500, 50]);
    const expected = upTo(1_050).filter((seq) => seq % 70 === 1);
    expect(steps.flatMap(({ seqs }) => seqs)).toEqual(expected.toReversed());
  });

  it('ends a step at 20 results, and finds the others in the next ones', async () => {
    const groupId = await addTalk(65, (seq) => seq > 2);
    const steps = await searchAll(groupId);
    expect(steps.map(({ seqs }) => seqs.length)).toEqual([20, 20, 20, 3]);
    expect(steps.flatMap(({ seqs }) => seqs)).toEqual(upTo(65).slice(2).toReversed());
  });

  it('ends where the first message is the twentieth result, without another step', async () => {
    expect(await searchAll(await addTalk(20, () => true))).toHaveLength(1);
  });

  it('shortens a step to what one Query reads where texts are long, and leaves nothing out', async () => {
    const { groupId } = await addGroup(db().table, {
      userIds: [ada],
      length: 70,
      message: (seq) => ({ message: `${'😀'.repeat(8_000)} ${seq % 30 === 0 ? 'lunch' : ''}` }),
    });
    const steps = await searchAll(groupId);
    expect(steps.map(({ count }) => count)).toEqual([32, 32, 6]);
    expect(steps.flatMap(({ seqs }) => seqs)).toEqual([60, 30]);
  });

  it('finds neither deleted messages nor what tells of the group', async () => {
    const { groupId, messages } = await addGroup(db().table, {
      userIds: [ada],
      length: 3,
      message: (seq) => ({
        message: 'lunch',
        ...(seq === 2 && { kind: 'system', message: null, event: { type: 'group_renamed', name: 'Lunch' } }),
      }),
    });
    const [first] = messages;
    if (first) await putItem(db().table, tombstone(first));
    expect((await searchAll(groupId)).flatMap(({ seqs }) => seqs)).toEqual([3]);
  });

  it('finds a message by the names of its files too', async () => {
    const { groupId } = await addGroup(db().table, {
      userIds: [ada],
      length: 2,
      message: (seq) => ({
        message: seq === 1 ? '' : 'menu',
        ...FILE_OF_MESSAGE,
        attachment_names: seq === 1 ? '["Lunch.pdf"]' : '["dinner.pdf"]',
      }),
    });
    expect((await searchAll(groupId)).flatMap(({ seqs }) => seqs)).toEqual([1]);
  });

  it('does not find what is deleted while it goes on, and leaves nothing else out', async () => {
    const groupId = await addTalk(600, (seq) => [10, 20, 590].includes(seq));
    const steps = await searchAll(groupId, async () => {
      await deleteMessage(context, { groupId, seq: 20, userId: grace });
    });
    expect(steps.map(({ seqs }) => seqs)).toEqual([[590], [10]]);
  });

  it('of a member who leaves while it goes on ends as that of any other user', async () => {
    const groupId = await addTalk(600, () => false);
    const search = searchAll(groupId, () => deleteItem(db().table, memberKey(groupId, ada)));
    await expect(search).rejects.toBeInstanceOf(NotFoundError);
  });

  it('finds what another process has just stored', async () => {
    const groupId = await addTalk(3, () => false);
    await sendToGroup(db().newContext(), groupId, { userId: grace, text: 'LÚNCH now' });
    expect(await searchAll(groupId)).toEqual([{ seqs: [4], count: 4 }]);
  });

  it('lets other requests have their turn while it compares', async () => {
    const groupId = newGroupId();
    const entries = upTo(MAX_LOOKED_AT).map((seq): LogEntry => logEntry({ groupId, seq }));
    let turns = 0;
    let isOver = false;
    const takeTurn = () => {
      turns += 1;
      if (!isOver) setImmediate(takeTurn);
    };
    setImmediate(takeTurn);
    const messages = { lookBack: () => Promise.resolve({ entries }) } as unknown as Wiring['messages'];
    const range = { from: 0, to: MAX_LOOKED_AT };
    await lookBack(
      { messages, codec: opaqueTexts() },
      { groupId, range, words: WORDS, maxLookedAt: MAX_LOOKED_AT, maxFound: 20 },
    );
    isOver = true;
    expect(turns).toBeGreaterThanOrEqual(MAX_LOOKED_AT / 10 - 1);
  });
});

interface Found {
  readonly groupId: string;
  readonly seq: number;
}

/** All steps of a search in all groups of a user. */
async function searchEverywhere(
  userId: string,
  between?: (step: number) => Promise<void>,
): Promise<Found[][]> {
  const steps: Found[][] = [];
  let cursor: string | undefined;
  do {
    const page = await searchGroups(context, { userId, words: WORDS, cursor });
    expect(page.count).toBeLessThanOrEqual(500);
    steps.push(page.found.map(({ groupId, seq }) => ({ groupId, seq })));
    cursor = page.nextCursor;
    if (cursor !== undefined) await between?.(steps.length);
  } while (cursor !== undefined && steps.length < 100);
  return steps;
}

describe('a search in all groups', () => {
  it('finds each message once: in the newest group first, and what is recent in any group before what is old', async () => {
    const userId = newUserId();
    const long = await addTalk(1_200, (seq) => seq % 300 === 0, { userId, last: timeOf(9_999) });
    const short = await addTalk(90, (seq) => seq === 45, { userId });
    const { groupId: direct } = await addDirectGroup(db().table, {
      userIds: [userId, grace],
      length: 150,
      message: (seq) => ({ message: seq === 20 || seq === 140 ? 'lunch' : 'text' }),
      summary: { last_at: timeOf(5_000) },
    });
    const steps = await searchEverywhere(userId);
    expect(steps.flat()).toEqual([
      // The newest 100 of each.
      { groupId: long, seq: 1_200 },
      { groupId: direct, seq: 140 },
      { groupId: short, seq: 45 },
      // The 200 before them, the 400 before these, and the rest.
      { groupId: direct, seq: 20 },
      { groupId: long, seq: 900 },
      { groupId: long, seq: 600 },
      { groupId: long, seq: 300 },
    ]);
    expect(steps.length).toBeGreaterThan(2);
  });

  it('looks at 20 groups at most, and comes to all of them, also to archived ones', async () => {
    const userId = newUserId();
    const groupIds = await Promise.all(
      upTo(43).map((n) => addTalk(1, () => true, { userId, last: timeOf(n) })),
    );
    const steps = await searchEverywhere(userId);
    expect(steps.map((step) => step.length)).toEqual([19, 19, 5]);
    expect(steps.flat().map(({ groupId }) => groupId)).toEqual(groupIds.toReversed());
  });

  it('ends with its first step where there is little', async () => {
    const userId = newUserId();
    expect(await searchEverywhere(userId)).toEqual([[]]);
    const groupId = await addTalk(3, (seq) => seq === 2, { userId });
    expect(await searchEverywhere(userId)).toEqual([[{ groupId, seq: 2 }]]);
  });

  it('ends a step at 20 results within a group, and goes on there', async () => {
    const userId = newUserId();
    const groupId = await addTalk(30, () => true, { userId });
    const steps = await searchEverywhere(userId);
    expect(steps.map((step) => step.length).slice(0, 2)).toEqual([20, 10]);
    expect(steps.flat().map(({ seq }) => seq)).toEqual(upTo(30).toReversed());
    expect(new Set(steps.flat().map((found) => found.groupId))).toEqual(new Set([groupId]));
  });

  it('passes over a group that the user has left meanwhile', async () => {
    const userId = newUserId();
    const left = await addTalk(5, () => true, { userId, last: timeOf(1) });
    const kept = await Promise.all(
      upTo(25).map((n) => addTalk(1, () => true, { userId, last: timeOf(100 + n) })),
    );
    const steps = await searchEverywhere(userId, () => deleteItem(db().table, memberKey(left, userId)));
    expect(steps.flat().map(({ groupId }) => groupId)).toEqual(kept.toReversed());
  });

  it('comes to a group that moves to the top of the inbox before its turn', async () => {
    const userId = newUserId();
    const moving = await addTalk(2, () => true, { userId, last: timeOf(1) });
    await Promise.all(upTo(25).map((n) => addTalk(1, () => false, { userId, last: timeOf(100 + n) })));
    const steps = await searchEverywhere(userId, async (step) => {
      if (step > 1) return;
      const now = new Date().toISOString();
      await putItem(db().table, groupItem({ groupId: moving, last_seq: 2, last_at: now }));
      // As for a process that has not read it within the last second.
      context = db().newContext();
    });
    expect(steps.flat()).toEqual([
      { groupId: moving, seq: 2 },
      { groupId: moving, seq: 1 },
    ]);
  });

  it('leaves nothing out where messages are sent between its rounds', async () => {
    const userId = newUserId();
    const groupId = await addTalk(350, (seq) => seq <= 345 && seq % 5 === 0, { userId });
    let length = 350;
    const steps = await searchEverywhere(userId, async () => {
      await sendToGroup(context, groupId, { userId: grace, text: 'and more' });
      length += 1;
      await putItem(db().table, groupItem({ groupId, last_seq: length, last_at: timeOf(length) }));
    });
    const found = new Set(steps.flat().map(({ seq }) => seq));
    expect([...found].toSorted((one, other) => one - other)).toEqual(upTo(69).map((n) => 5 * n));
  });

  it('refuses the cursor of another user, of another query, and an altered one', async () => {
    const userId = newUserId();
    await addTalk(30, () => true, { userId });
    const { nextCursor: cursor = '' } = await searchGroups(context, { userId, words: WORDS });
    expect(decodeCursor(['search', userId, 'lunch'], cursor)).toBeDefined();
    for (const request of [
      { userId: ada, words: WORDS, cursor },
      { userId, words: ['dinner'], cursor },
      { userId, words: WORDS, cursor: cursor.slice(1) },
      { userId, words: WORDS, cursor: '' },
    ])
      await expectCode(searchGroups(context, request), 'cursor_invalid');
  });

  it('passes over a group whose META is missing', async () => {
    const userId = newUserId();
    const groupId = await addTalk(3, () => true, { userId });
    await deleteItem(db().table, groupKey(groupId));
    expect(await searchEverywhere(userId)).toEqual([[]]);
  });
});
