import { beforeAll, expect, it } from '@jest/globals';
import { PutCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { deleteMessage, editMessage } from '../../backend/domain/change-message.ts';
import { createGroup } from '../../backend/domain/create-group.ts';
import { listInbox } from '../../backend/domain/list-inbox.ts';
import { listMessages } from '../../backend/domain/list-messages.ts';
import { addMembers, changeRole, removeMember, updateGroup } from '../../backend/domain/manage-members.ts';
import { markRead } from '../../backend/domain/mark-read.ts';
import { saveProfile } from '../../backend/domain/people.ts';
import { sendToGroup, sendToHandle } from '../../backend/domain/send-message.ts';
import { createLogger } from '../../backend/logger.ts';
import type { Table } from '../../backend/table/table.ts';
import { wire } from '../../backend/wiring.ts';
import { createHandler } from '../../lambdas/update-summaries/handler.ts';
import type { Key } from '../../schema/keys.ts';
import { streamEvent, streamRecord } from './factories.ts';
import { MemoryTable } from './memory-table.ts';
import { readLog } from './scene.ts';
import { useTestTable } from './test-table.ts';

const db = useTestTable();
let memory: MemoryTable;

beforeAll(() => {
  memory = new MemoryTable();
});

/** What people do with a table: each kind of write, with conditions that hold and conditions that fail. */
async function use(table: Table, caughtUp: () => void) {
  let ids = 0;
  const newId = () => `0${String((ids += 1)).padStart(25, '0')}`;
  const context = wire({ table, newId, clock: () => new Date('2024-01-01T00:00:00.000Z') });
  const [ada, grace, kay] = await Promise.all(
    ['ada', 'grace', 'kay'].map((handle) => saveProfile(context, handle, { handle, display_name: handle })),
  );
  if (!ada || !grace || !kay) throw new Error('nobody is there');
  await expect(saveProfile(context, 'other', { handle: 'ada', display_name: 'Other' })).rejects.toThrow();
  await saveProfile(context, 'kay', { handle: 'kay2', display_name: 'Kay' });
  const { group } = await createGroup(context, { creator: ada, name: 'Us', handles: ['grace'] });
  const { groupId } = group;
  const actor = { groupId, actor: ada };
  await sendToGroup(context, groupId, { userId: 'grace', text: 'one' });
  await sendToGroup(context, groupId, { userId: 'ada', text: 'two', clientKey: 'key' });
  await sendToGroup(context, groupId, { userId: 'ada', text: 'two', clientKey: 'key' });
  await editMessage(context, { groupId, seq: 2, userId: 'grace' }, 'one, edited');
  await expect(editMessage(context, { groupId, seq: 2, userId: 'ada' }, 'not hers')).rejects.toThrow();
  const tombstone = await deleteMessage(context, { groupId, seq: 3, userId: 'ada' });
  await addMembers(context, actor, ['kay2'], () => 'handle');
  await changeRole(context, actor, 'grace', 'admin');
  await updateGroup(context, actor, { name: 'Them' });
  await removeMember(context, actor, 'ada');
  const direct = await sendToHandle(context, 'kay2', { userId: 'grace', text: 'hello' });
  await sendToHandle(context, 'grace', { userId: 'kay', text: 'hello back' });
  const entries = [...(await readLog(context, groupId)), ...(await readLog(context, direct.groupId))];
  await updateAnyItem(table);
  const handle = createHandler({
    ...context,
    failures: () => Promise.reject(new Error('broken')),
    logger: createLogger('silent'),
  });
  for (const batch of [entries, entries, [context.codec.entryOf(tombstone)]]) {
    await handle(streamEvent(batch.map((entry) => streamRecord(entry))));
  }
  caughtUp();
  await markRead(context, groupId, 'kay', 2);
  const inbox = await listInbox(context, 'kay', { limit: 1 });
  const rest = await listInbox(context, 'kay', { limit: 1, cursor: inbox.nextCursor });
  const position = { at: 'before', seq: 3 } as const;
  const { messages } = await listMessages(context, { groupId, userId: 'kay', position, limit: 10 });
  return [...inbox.entries, ...rest.entries, ...messages];
}

/** The clauses of an update, as the stores may use them. */
async function updateAnyItem(table: Table): Promise<void> {
  const Key = { pk: 'any', sk: 'item' };
  await table.send(
    new PutCommand({ TableName: table.name, Item: { ...Key, a: 1, b: 2, tags: new Set(['x', 'y']) } }),
  );
  await table.send(
    new UpdateCommand({
      TableName: table.name,
      Key,
      UpdateExpression: 'SET c = if_not_exists(c, :one) + :one REMOVE b ADD a :one DELETE tags :x',
      ConditionExpression: 'size(tags) = :two AND NOT attribute_exists(c)',
      ExpressionAttributeValues: { ':one': 1, ':two': 2, ':x': new Set(['x']) },
    }),
  );
}

it('holds and returns the same as an engine after each kind of request', async () => {
  const found = await use(memory.table, () => memory.catchUp());
  const engine = await use({ ...db().table, name: db().tableName }, () => undefined);
  expect(found).toEqual(engine);
  const { Items = [] } = await db().table.send(new ScanCommand({ TableName: db().tableName }));
  const inOrder = (items: readonly unknown[]) =>
    (items as Key[]).toSorted((one, other) => (`${one.pk} ${one.sk}` < `${other.pk} ${other.sk}` ? -1 : 1));
  expect(memory.items.length).toBeGreaterThan(20);
  expect(inOrder(memory.items)).toEqual(inOrder(Items));
});
