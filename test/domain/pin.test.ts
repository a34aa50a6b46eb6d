import { beforeEach, describe, expect, it } from '@jest/globals';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { deleteMessage } from '../../backend/domain/change-message.ts';
import { listChanges } from '../../backend/domain/list-changes.ts';
import { listMessages } from '../../backend/domain/list-messages.ts';
import { listPins, pinMessage, unpinMessage } from '../../backend/domain/pin.ts';
import type { Wiring } from '../../backend/wiring.ts';
import { createLogger } from '../../backend/logger.ts';
import { createHandler } from '../../lambdas/update-summaries/handler.ts';
import { streamStores } from '../../lambdas/update-summaries/stores.ts';
import { MAX_PINS, type PinsItem } from '../../schema/items.ts';
import { type Key, messageKey, pinsKey } from '../../schema/keys.ts';
import { expectCode } from '../support/answers.ts';
import {
  image,
  itemRecord,
  newDirectId,
  newGroupId,
  newUserId,
  pinsItem,
  streamEvent,
} from '../support/factories.ts';
import type { FlakyEngine } from '../support/flaky-engine.ts';
import { addDirectGroup, addGroup, putItem, upTo } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';
import { useTwoProcesses } from '../support/two-processes.ts';

const db = useTestTable();
let flaky: FlakyEngine;
/** The first process reaches the table through the flaky engine. */
let here: Wiring;
let there: Wiring;
useTwoProcesses(db, (opened) => ({ flaky, here, there } = opened));

const [ada, grace] = [newUserId(), newUserId()];
let groupId: string;
beforeEach(async () => {
  groupId = newGroupId();
  await addGroup(db().table, { groupId, userIds: [ada, grace], length: 60, member: { role: 'admin' } });
});

const by = (userId: string, seq = 2) => ({ groupId, seq, userId });
const stored = async () => [...(await there.pins.find(groupId))].sort((one, other) => one - other);

/** The seqs that a member is shown as pinned, on a page of history. */
async function shown(): Promise<number[]> {
  const page = { groupId, userId: ada, position: { at: 'after', seq: 0 }, limit: 100 } as const;
  const { messages, annotations } = await listMessages(there, page);
  return messages.map(({ seq }) => seq).filter((seq) => annotations.pinned.has(seq));
}

async function itemOf(Key: Key): Promise<Key | undefined> {
  const read = new GetCommand({ TableName: db().tableName, Key, ConsistentRead: true });
  return (await db().table.send(read)).Item as Key | undefined;
}

/** The stream's handler gets the record of an item as it is now. @param before as it was. */
async function stream(key: Key, before?: Key): Promise<void> {
  const handler = createHandler({
    ...streamStores(there.table),
    events: { publish: () => Promise.resolve() },
    failures: (failed) => Promise.reject(new Error(`${failed.length} records cannot be handled`)),
    logger: createLogger('silent'),
  });
  const record = itemRecord((await itemOf(key)) ?? key, { eventName: 'MODIFY' });
  if (record.dynamodb && before) record.dynamodb.OldImage = image(before);
  expect(await handler(streamEvent([record]))).toEqual({ batchItemFailures: [] });
}

describe('pinning', () => {
  it('is shown to all members, and undone by unpinning', async () => {
    const { annotations } = await pinMessage(here, by(ada));
    expect([...annotations.pinned]).toEqual([2]);
    await pinMessage(there, by(grace, 5));
    expect(await shown()).toEqual([2, 5]);
    expect([...(await unpinMessage(here, by(grace))).annotations.pinned]).toEqual([5]);
    expect(await shown()).toEqual([5]);
  });

  it('is for the owner and admins of a named group, and for both users of a direct one', async () => {
    const plain = newUserId();
    await addGroup(db().table, { groupId, userIds: [plain], length: 3, member: { role: 'member' } });
    await expectCode(pinMessage(here, by(plain)), 'role_forbidden');
    await pinMessage(here, by(ada));
    await expectCode(unpinMessage(here, by(plain)), 'role_forbidden');
    expect(await stored()).toEqual([2]);
    const userIds = [newUserId(), newUserId()] as const;
    ({ groupId } = await addDirectGroup(db().table, { userIds, length: 3 }));
    for (const [place, userId] of userIds.entries()) await pinMessage(here, by(userId, 1 + place));
    expect(await stored()).toEqual([1, 2]);
  });

  it('of a pinned message, and unpinning of another, write nothing', async () => {
    await pinMessage(here, by(ada));
    flaky.reset();
    await pinMessage(here, by(grace));
    await unpinMessage(here, by(grace, 3));
    expect(flaky.count('TransactWriteItems')).toBe(0);
    expect(await stored()).toEqual([2]);
  });

  it('needs a message that exists, and a member', async () => {
    await expectCode(pinMessage(here, by(ada, 99)), 'not_found');
    await expectCode(unpinMessage(here, by(ada, 99)), 'not_found');
    await expectCode(pinMessage(here, by(newUserId())), 'not_found');
    await expectCode(pinMessage(here, { ...by(ada), groupId: newGroupId() }), 'not_found');
    await expectCode(pinMessage(here, { ...by(ada), groupId: newDirectId() }), 'not_found');
    await expectCode(listPins(here, groupId, newUserId()), 'not_found');
  });

  it(`is for ${MAX_PINS} messages, also where two take the last place at once`, async () => {
    await putItem(db().table, pinsItem({ groupId, seqs: upTo(MAX_PINS - 1) }));
    flaky.before('TransactWriteItems', () => pinMessage(there, by(grace, 55)));
    await expectCode(pinMessage(here, by(ada, 56)), 'pins_full');
    await expectCode(pinMessage(here, by(ada, 57)), 'pins_full');
    expect(await stored()).toEqual([...upTo(MAX_PINS - 1), 55]);
    await unpinMessage(here, by(ada, 1));
    await pinMessage(here, by(ada, 57));
  });

  it('of different messages at once, through two processes, loses none', async () => {
    const seqs = upTo(8);
    await Promise.all(seqs.map((seq) => pinMessage(seq % 2 === 0 ? here : there, by(ada, seq))));
    expect(await stored()).toEqual(seqs);
  });

  it('whose first answer was lost does not undo an unpinning in between', async () => {
    flaky.loseAnswer('TransactWriteItems');
    flaky.before('TransactWriteItems', () => unpinMessage(there, by(grace)));
    await pinMessage(here, by(ada));
    expect(flaky.count('TransactWriteItems')).toBe(2);
    expect(await stored()).toEqual([]);
  });
});

describe('a deletion', () => {
  const deletion = (seq = 2) => deleteMessage(there, { groupId, seq, userId: ada });

  it('takes the pin away: from what is shown at once, from the item by the stream', async () => {
    for (const seq of [2, 5]) await pinMessage(here, by(ada, seq));
    const { seq } = await deletion();
    expect((await listPins(here, groupId, grace)).messages.map((message) => message.seq)).toEqual([5]);
    expect(await stored()).toEqual([2, 5]);
    await stream(messageKey(groupId, seq));
    expect(await stored()).toEqual([5]);
  });

  it('between the check and the pin wins: a deleted message is never pinned', async () => {
    flaky.before('TransactWriteItems', () => deletion());
    await expectCode(pinMessage(here, by(ada)), 'message_deleted');
    await expectCode(pinMessage(here, by(ada)), 'message_deleted');
    expect(await stored()).toEqual([]);
    await unpinMessage(here, by(ada));
  });

  it('right after the pin leaves none', async () => {
    const held = flaky.holdAnswer('TransactWriteItems');
    const pinning = pinMessage(here, by(ada));
    await held.arrived;
    await deletion();
    await stream(messageKey(groupId, 2));
    held.release();
    await pinning;
    expect(await stored()).toEqual([]);
  });

  it('of a message that is not pinned writes no pins', async () => {
    await deletion();
    await stream(messageKey(groupId, 2));
    expect(await itemOf(pinsKey(groupId))).toBeUndefined();
  });
});

describe('the change log', () => {
  it('names messages that were pinned or unpinned, and a client that asks for changes gets what is pinned', async () => {
    await pinMessage(here, by(ada, 3));
    await stream(pinsKey(groupId));
    const before = pinsItem({ groupId, seqs: [3] });
    await pinMessage(here, by(ada, 4));
    await unpinMessage(here, by(ada, 3));
    await stream(pinsKey(groupId), before);
    // The last pin leaves an item without any.
    await unpinMessage(here, by(ada, 4));
    await stream(pinsKey(groupId), pinsItem({ groupId, seqs: [4] }));
    expect((await itemOf(pinsKey(groupId))) as PinsItem).toEqual(pinsKey(groupId));
    const changes = await there.changes.after(groupId, 0, 9);
    expect(changes.map(({ seqs }) => seqs)).toEqual([[3], [3, 4], [4]]);
    await pinMessage(here, by(ada, 4));
    const page = await listChanges(there, { groupId, userId: grace, after: 0, limit: 10 });
    expect(page.changed.map(({ change, message }) => [change, message.seq])).toEqual([
      [2, 3],
      [3, 4],
    ]);
    expect([...page.annotations.pinned]).toEqual([4]);
  });
});
