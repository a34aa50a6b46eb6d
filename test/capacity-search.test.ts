import { beforeAll, describe, it } from '@jest/globals';
import { searchGroup } from '../backend/domain/search-group.ts';
import { searchGroups } from '../backend/domain/search-groups.ts';
import type { Wiring } from '../backend/wiring.ts';
import { HIGHEST_MESSAGE_MAX_CHARS } from '../schema/plain-text.ts';
import { TEXT, useCapacity } from './support/capacity.ts';
import { newUserId } from './support/factories.ts';
import { addDirectGroup, addGroup, addPerson, upTo } from './support/scene.ts';
import { useTestTable } from './support/test-table.ts';

/* What a step of a search costs: at usual sizes, and where texts are as long as they can be. */

const db = useTestTable();
const expectUnits = useCapacity(db, 'Capacity units of searching');
let context: Wiring;
let author: string;

beforeAll(async () => {
  context = db().newContext();
  author = await addPerson(context, 'author');
});

/** R of the own row, and of 500 messages of about 330 bytes. */
const [OWN_ROW, USUAL] = [1, 41];

describe('a step of a search in a group', () => {
  it.each([
    ['a direct group', addDirectGroup],
    ['a named group', addGroup],
  ] as const)('of %s is 1 R for 4 KB of 500 messages', async (name, add) => {
    const userId = newUserId();
    const userIds = [author, userId] as const;
    const { groupId } = await add(db().table, { userIds, length: 700, message: () => ({ message: TEXT }) });
    const step = (word: string, before?: number) => () =>
      searchGroup(context, { groupId, userId, words: [word], before });
    await expectUnits(`${name}, nothing found`, { W: 0, R: OWN_ROW + USUAL }, step('nothing'));
    await expectUnits(`${name}, the last 200`, { W: 0, R: OWN_ROW + 17 }, step('nothing', 201));
    await expectUnits(`${name}, all found`, { W: 0, R: OWN_ROW + USUAL }, step('text'));
  });

  it.each([
    // What fits into 1 MB: 124 messages, and 31.
    ['letters', 'x', 256],
    ['emoji', '😀', 250],
  ])('is 257 R at most, also where each text has 8,192 %s', async (name, letter, R) => {
    const userId = newUserId();
    const { groupId } = await addGroup(db().table, {
      userIds: [author, userId],
      length: 140,
      message: () => ({ message: letter.repeat(HIGHEST_MESSAGE_MAX_CHARS) }),
    });
    const step = () => searchGroup(context, { groupId, userId, words: ['nothing'] });
    await expectUnits(`the longest texts, of ${name}`, { W: 0, R: OWN_ROW + R }, step);
  });
});

describe('a step of a search in all groups', () => {
  it('is a page of the inbox, 1 R for a direct group, 2 R for a named one, and their newest messages', async () => {
    const userId = newUserId();
    for (const n of upTo(20)) {
      const scene = { length: 20, message: () => ({ message: TEXT }) };
      if (n % 2 === 0) await addGroup(db().table, { ...scene, userIds: [author, userId] });
      else await addDirectGroup(db().table, { ...scene, userIds: [newUserId(), userId] });
    }
    const step = () => searchGroups(context, { userId, words: ['nothing'] });
    await step();
    // 19 groups, of which 9 are named ones; the METAs for the order were read within this second.
    const [rows, access, messages] = [1.5, 9 * 2 + 10, 19 * 2];
    await expectUnits('20 groups of 20 messages', { W: 0, R: rows + access + messages }, step);
  });

  it('begins no other Query after 256 KB of texts', async () => {
    const userId = newUserId();
    for (const length of [7, 40, 40])
      await addDirectGroup(db().table, {
        userIds: [newUserId(), userId],
        length,
        message: () => ({ message: '😀'.repeat(HIGHEST_MESSAGE_MAX_CHARS) }),
        summary: { last_at: new Date(Date.UTC(2024, 1, 1, 0, 60 - length)).toISOString(), preview: 'text' },
      });
    const step = () => searchGroups(context, { userId, words: ['nothing'] });
    // The rows; 7 messages; and the 1 MB of one more Query.
    await expectUnits('the longest texts', { W: 0, R: 0.5 + 2 + 57 + 250 }, step);
  });
});
