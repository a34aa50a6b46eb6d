import { beforeAll, describe, it } from '@jest/globals';
import { deleteMessage, editMessage } from '../backend/domain/change-message.ts';
import { createGroup } from '../backend/domain/create-group.ts';
import { listInbox } from '../backend/domain/list-inbox.ts';
import { listMessages } from '../backend/domain/list-messages.ts';
import { updateGroup } from '../backend/domain/manage-members.ts';
import type { Person } from '../backend/domain/model.ts';
import { readGroup } from '../backend/domain/read-group.ts';
import { sendToGroup } from '../backend/domain/send-message.ts';
import type { Wiring } from '../backend/wiring.ts';
import { MAX_DATA_BYTES } from '../schema/items.ts';
import { TEXT, useCapacity } from './support/capacity.ts';
import { addPerson, upTo } from './support/scene.ts';
import { kmsKey, sealedTexts } from './support/sealed.ts';
import { useTestTable } from './support/test-table.ts';

/*
 * What own data of full size costs: as it is, and encrypted with a key of KMS, whose data keys are the longest. The texts
 * are those of capacity.test.ts.
 */

const db = useTestTable();
const expectUnits = useCapacity(db, 'Capacity units of own data');

/** An object of as many bytes as own data may have; another one for each letter. */
const fullData = (letter = 'a'): string => `{"a":"${letter.repeat(MAX_DATA_BYTES - '{"a":""}'.length)}"}`;

/** W of a group's item of more than 1 KB in a transaction. */
const ITEM = 4;

describe.each([
  // W of the message; R of 50 messages without own data and with it, and of the read that an edit of an encrypted text needs.
  { name: 'plain', message: 2, usual: 5, page: 17, edit: 0 },
  { name: 'encrypted', message: 3, usual: 10, page: 28, edit: 1 },
])('own data of 1 KB, $name,', ({ name, message, usual, page, edit }) => {
  let context: Wiring;
  let fresh: () => Wiring;
  let ada: Person;
  let grace: Person;

  beforeAll(async () => {
    const encryption = name === 'plain' ? undefined : sealedTexts({ keys: [kmsKey] });
    fresh = () => db().newContext(encryption && { encryption });
    context = fresh();
    const newPerson = async (handle: string) => ({
      userId: await addPerson(context, handle),
      handle,
      display_name: handle,
    });
    [ada, grace] = [await newPerson(`${name}.ada`), await newPerson(`${name}.grace`)];
  });

  async function startGroup(data?: string): Promise<string> {
    const request = { creator: ada, name: 'A group', handles: [grace.handle], ...(data && { data }) };
    return (await createGroup(context, request)).own.groupId;
  }

  it('of a message', async () => {
    const groupId = await startGroup();
    const { userId } = ada;
    const send = (data?: string) => () =>
      sendToGroup(context, groupId, { userId, text: TEXT, ...(data && { data }) });
    await send()();
    await expectUnits(`send without any, ${name}`, { W: 1, R: 2 }, send());
    const { seq } = await expectUnits(`send, ${name}`, { W: message, R: 2 }, send(fullData()));
    const place = { groupId, seq, userId };
    await expectUnits(`edit, ${name}`, { W: message, R: 2 + edit }, () =>
      editMessage(context, place, 'Another'),
    );
    await expectUnits(`delete, ${name}`, { W: message, R: 2 }, () => deleteMessage(context, place));
  });

  it('of each message of a page', async () => {
    const { userId } = ada;
    for (const [pattern, data, R] of [
      ['50 messages without any', undefined, usual],
      ['50 messages', fullData(), page],
    ] as const) {
      const groupId = await startGroup();
      const send = { userId, text: TEXT, ...(data && { data }) };
      for (let sent = 0; sent < 50; sent += 1) await sendToGroup(context, groupId, send);
      const list = () => listMessages(context, { groupId, userId, position: { at: 'end' }, limit: 50 });
      await list();
      // The own row, the newest change, the pins and the reactions; and the messages.
      await expectUnits(`${pattern}, ${name}`, { W: 0, R: 4 + R }, list);
    }
  });

  it('of a group', async () => {
    const create = (data?: string) => () => startGroup(data);
    await expectUnits(`create a group without any, ${name}`, { W: 2 + 2 + 2 * 3, R: 3 }, create());
    const groupId = await expectUnits(
      `create a group, ${name}`,
      { W: 2 + 2 + 2 * 3 + ITEM, R: 3 },
      create(fullData()),
    );
    const [actor, { userId }] = [{ groupId, actor: ada }, grace];
    const read = (process: Wiring) => () => readGroup(process, groupId, userId);
    const other = fresh();
    // The row, META, the rows of the members and their names; and once the item.
    await expectUnits(`read a group, first, ${name}`, { W: 0, R: 5 }, read(other));
    await expectUnits(`read a group, ${name}`, { W: 0, R: 3 }, read(other));
    const change = (values: { name?: string; data?: string | null }) => () =>
      updateGroup(context, actor, values);
    await expectUnits(`change, ${name}`, { W: 2 + 2 + ITEM, R: 2 }, change({ data: fullData('b') }));
    await expectUnits(`change to the same, ${name}`, { W: 0, R: 2 }, change({ data: fullData('b') }));
    await expectUnits(
      `change with the name, ${name}`,
      { W: 2 + 2 + ITEM, R: 4 },
      change({ name: 'Another name', data: fullData('c') }),
    );
    await expectUnits(`remove, ${name}`, { W: 2 + 2 + ITEM, R: 2 }, change({ data: null }));
  });

  it('of the groups of an inbox', async () => {
    const reader = { userId: await addPerson(context, `${name}.reader`), handle: `${name}.reader` };
    const request = { creator: ada, handles: [reader.handle], data: fullData() };
    for (const n of upTo(20)) await createGroup(context, { ...request, name: `Group ${n}` });
    const [other, { userId }] = [fresh(), reader];
    const list = () => listInbox(other, userId, { limit: 20 });
    await expectUnits(`inbox of 20, first, ${name}`, { W: 0, R: 1 + 10 + 20 + 0.5 }, list);
    await expectUnits(`inbox of 20, ${name}`, { W: 0, R: 1 }, list);
  });
});
