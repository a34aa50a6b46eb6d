import { beforeAll, describe, expect, it } from '@jest/globals';
import { readReactionsAt } from '../../backend/domain/annotations.ts';
import { readGroupAsOf } from '../../backend/domain/group-as-of.ts';
import { type Wiring, wire } from '../../backend/wiring.ts';
import { changeKey } from '../../schema/keys.ts';
import {
  groupItem,
  messageItem,
  namedMemberItem,
  newGroupId,
  pinsItem,
  reactionsItem,
  timeOf,
} from '../support/factories.ts';
import { MemoryTable } from '../support/memory-table.ts';
import { putItem } from '../support/scene.ts';

/* A table whose eventually consistent reads find nothing that these tests write. */

const groupId = newGroupId();
let context: Wiring;

beforeAll(async () => {
  const { table } = new MemoryTable();
  context = wire({ table });
  const change = { ...changeKey(groupId, 1), change: 1, seqs: [1], changed_at: timeOf(1) };
  const items = [
    groupItem({ groupId, last_seq: 0 }),
    messageItem({ groupId, seq: 1 }),
    namedMemberItem({ groupId, userId: 'ada' }),
    reactionsItem({ groupId, seq: 1, users: ['ada'] }),
    pinsItem({ groupId, seqs: [1] }),
    change,
  ];
  for (const item of items) await putItem(table, item);
});

describe('what decides who receives an event, and what it or a list after it shows, is read strongly', () => {
  it.each<[string, (needs: Wiring) => Promise<unknown>, unknown]>([
    ['a member’s row', ({ members }) => members.find(groupId, 'ada'), { userId: 'ada' }],
    ['some members’ rows', ({ members }) => members.findMany(groupId, ['ada']), [{ userId: 'ada' }]],
    ['the group and its newest message', (needs) => readGroupAsOf(needs, groupId, 1), { last_seq: 1 }],
    [
      'groups in a list past the cache',
      async ({ summaries }) => [...(await summaries.fresh().read([groupId])).keys()],
      [groupId],
    ],
    ['messages', async ({ messages }) => [...(await messages.entriesAt(groupId, [1])).keys()], [1]],
    ['the number of the newest change', ({ changes }) => changes.newest(groupId), 1],
    ['reactions', async (needs) => (await readReactionsAt(needs, groupId, [1])).get(1), [{ users: ['ada'] }]],
    ['pins', async ({ pins }) => [...(await pins.find(groupId))], [1]],
  ])('%s', async (_what, read, found) => {
    const result = await read(context);
    expect({ result }).toMatchObject({ result: found });
  });

  it('which an eventually consistent read would not find', async () => {
    expect(await context.members.namedRows('ada')).toEqual([]);
  });
});
