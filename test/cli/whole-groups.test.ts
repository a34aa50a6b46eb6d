import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { GroupReader, wholeGroups } from '../../cli/dumps/whole-groups.ts';
import { keyOf } from '../../cli/dumps/item-shapes.ts';
import type { RawItem } from '../../cli/dumps/item-json.ts';
import {
  groupItem,
  messageItem,
  namedMemberItem,
  newGroupId,
  pinsItem,
  reactionsItem,
} from '../support/factories.ts';
import { addGroup } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

const db = useTestTable();
const LONG_AGO = new Date(0);
const NOW = new Date();

/** Items as a scan reads them while clients write. */
async function* read(items: readonly object[]): AsyncGenerator<RawItem> {
  for (const item of items) yield await Promise.resolve(marshall(item));
}

async function passedOn(items: readonly object[], since: Date) {
  const reader = new GroupReader(db().client, db().tableName);
  const passed: RawItem[] = [];
  for await (const item of wholeGroups(read(items), reader, since)) passed.push(item);
  return {
    reactions: passed.flatMap((item) => (keyOf(item).sk.startsWith('RCT#') ? [keyOf(item).sk] : [])),
    pins: passed.find((item) => keyOf(item).sk === 'PINS')?.['seqs']?.NS?.map(Number),
  };
}

describe('a group whose messages were read before its pins and reactions', () => {
  const reactionsTo = (groupId: string, seqs: readonly number[]) =>
    seqs.map((seq) => reactionsItem({ groupId, seq, emoji: '👍', users: ['ada'] }));

  it('is passed on without those of messages that were sent after the log was read', async () => {
    const groupId = newGroupId();
    const items = [
      namedMemberItem({ groupId, userId: 'ada' }),
      groupItem({ groupId }),
      ...[1, 2].map((seq) => messageItem({ groupId, seq })),
      pinsItem({ groupId, seqs: [2, 3] }),
      ...reactionsTo(groupId, [1, 2, 3]),
    ];
    const { reactions, pins } = await passedOn(items, NOW);
    expect(reactions).toEqual(reactionsTo(groupId, [1, 2]).map(({ sk }) => sk));
    expect(pins).toEqual([2]);
  });

  it('is passed on without pins where all are of such messages', async () => {
    const groupId = newGroupId();
    const items = [messageItem({ groupId }), pinsItem({ groupId, seqs: [2] })];
    expect((await passedOn(items, NOW)).pins).toBeUndefined();
  });

  it('keeps those of messages that are read with its rows once more', async () => {
    const { groupId } = await addGroup(db().table, { userIds: ['ada', 'grace'], length: 3 });
    const items = [
      namedMemberItem({ groupId, userId: 'ada' }),
      messageItem({ groupId }),
      pinsItem({ groupId, seqs: [3, 4] }),
      ...reactionsTo(groupId, [3, 4]),
    ];
    const { reactions, pins } = await passedOn(items, LONG_AGO);
    expect(reactions).toEqual(reactionsTo(groupId, [3]).map(({ sk }) => sk));
    expect(pins).toEqual([3]);
  });
});
