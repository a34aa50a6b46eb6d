import { beforeAll, describe, expect, it } from '@jest/globals';
import { deleteMessage, editMessage } from '../../backend/domain/change-message.ts';
import { createGroup } from '../../backend/domain/create-group.ts';
import { listMessages } from '../../backend/domain/list-messages.ts';
import { readDetails } from '../../backend/domain/message-details.ts';
import type { Message, Person } from '../../backend/domain/model.ts';
import { sendToGroup, sendToHandle } from '../../backend/domain/send-message.ts';
import { KeyReusedError, UnprocessableError } from '../../backend/errors.ts';
import { presentMessage } from '../../backend/presentation/message.ts';
import type { Wiring } from '../../backend/wiring.ts';
import { newDirectId, newGroupId } from '../support/factories.ts';
import type { FlakyEngine } from '../support/flaky-engine.ts';
import { addGroup, addPerson, readLog } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';
import { useTwoProcesses } from '../support/two-processes.ts';

const db = useTestTable();
let flaky: FlakyEngine;
let here: Wiring;
let there: Wiring;
useTwoProcesses(db, (opened) => ({ flaky, here, there } = opened));

let ada: Person;
let grace: Person;
beforeAll(async () => {
  ada = await newPerson('ada');
  grace = await newPerson('grace');
});

async function newPerson(handle: string): Promise<Person> {
  return { userId: await addPerson(there, handle, `Name of ${handle}`), handle, display_name: handle };
}

/** The direct group of Ada and Grace, or a new named group of both, with texts of Ada. */
async function startGroup({ length = 3, groupId = newDirectId() } = {}): Promise<string> {
  await addGroup(db().table, { groupId, userIds: [ada.userId, grace.userId], length });
  return groupId;
}

/** What a message shows of the one that it replies to, as a process reads it now. */
async function quoteOf(context: Wiring, message: Message): Promise<unknown> {
  const shown = presentMessage(message, await readDetails(context, [message]));
  return shown.kind === 'text' ? shown.reply_to : undefined;
}

describe('a reply', () => {
  it('names an earlier message by its seq, and shows it as it is when it is read', async () => {
    const groupId = await startGroup();
    const reply = await sendToGroup(here, groupId, { userId: grace.userId, text: 'Yes', replyTo: 2 });
    expect(reply).toMatchObject({ seq: 4, reply_to: 2, message: 'Yes' });
    const author = { user_uuid: ada.userId, handle: 'ada', display_name: 'Name of ada' };
    const original = { ...author, seq: 2, mentions: [] };
    expect(await quoteOf(there, reply)).toEqual({ ...original, message: 'text 2', deleted: false });
    await editMessage(here, { groupId, seq: 2, userId: ada.userId }, 'Better, @ada');
    expect(await quoteOf(there, reply)).toEqual({
      ...original,
      ...{ message: 'Better, @ada', mentions: [author], deleted: false },
    });
    await deleteMessage(here, { groupId, seq: 2, userId: ada.userId });
    expect(await quoteOf(there, reply)).toEqual({ ...original, message: null, deleted: true });
  });

  it('shows the beginning of a long original, and the words of a system message', async () => {
    const request = { creator: ada, name: 'A group', handles: ['grace'] };
    const { groupId } = (await createGroup(here, request)).group;
    await sendToGroup(here, groupId, { userId: ada.userId, text: 'x'.repeat(1_000) });
    const long = await sendToGroup(here, groupId, { userId: grace.userId, text: 'Yes', replyTo: 2 });
    expect(await quoteOf(there, long)).toMatchObject({ message: 'x'.repeat(100) });
    const system = await sendToGroup(here, groupId, { userId: grace.userId, text: 'Yes', replyTo: 1 });
    expect(await quoteOf(there, system)).toMatchObject({
      handle: 'ada',
      message: expect.stringContaining('created'),
    });
  });

  it.each([newDirectId, newGroupId])(
    'to a message that another process has just stored is sent',
    async (newId) => {
      const groupId = await startGroup({ groupId: newId() });
      await sendToGroup(here, groupId, { userId: ada.userId, text: 'four' });
      await sendToGroup(there, groupId, { userId: ada.userId, text: 'five' });
      const reply = await sendToGroup(here, groupId, { userId: grace.userId, text: 'Yes', replyTo: 5 });
      expect(reply).toMatchObject({ seq: 6, reply_to: 5 });
    },
  );

  it.each([
    ['plain', {}],
    ['after a seq', { clientKey: 'key', afterSeq: 2 }],
    ['with a key alone', { clientKey: 'key' }],
    ['after a seq at the end', { clientKey: 'key', afterSeq: 3 }],
  ])('to a message that does not exist is refused: %s', async (_name, send) => {
    const groupId = await startGroup();
    const reply = sendToGroup(here, groupId, { ...send, userId: grace.userId, text: 'Yes', replyTo: 4 });
    await expect(reply).rejects.toMatchObject({ code: 'reply_to_unknown' });
    expect(await readLog(there, groupId)).toHaveLength(3);
  });

  it('cannot open a conversation', async () => {
    await newPerson('kay');
    const first = sendToHandle(here, 'kay', { userId: ada.userId, text: 'Hello', replyTo: 1 });
    await expect(first).rejects.toThrow(UnprocessableError);
  });

  it('that is repeated is one message; with the same key, another reply is another request', async () => {
    const groupId = await startGroup();
    const send = { userId: grace.userId, text: 'Yes', replyTo: 2, clientKey: 'key', afterSeq: 3 };
    flaky.loseAnswer('PutItem');
    const first = await sendToGroup(here, groupId, send);
    expect(await sendToGroup(there, groupId, send)).toEqual(first);
    for (const other of [
      { ...send, replyTo: 1 },
      { ...send, replyTo: undefined },
    ]) {
      const { replyTo, ...rest } = other;
      const again = sendToGroup(there, groupId, { ...rest, ...(replyTo !== undefined && { replyTo }) });
      await expect(again).rejects.toThrow(KeyReusedError);
    }
    expect(await readLog(there, groupId)).toHaveLength(4);
  });

  it('loses what it replied to when it is deleted', async () => {
    const groupId = await startGroup();
    const { seq } = await sendToGroup(here, groupId, { userId: grace.userId, text: 'Yes', replyTo: 2 });
    const gone = await deleteMessage(here, { groupId, seq, userId: grace.userId });
    expect(gone).not.toHaveProperty('reply_to');
    expect(await there.messages.find(groupId, seq)).not.toHaveProperty('reply_to');
  });

  it('keeps what it replied to when it is edited', async () => {
    const groupId = await startGroup();
    const { seq } = await sendToGroup(here, groupId, { userId: grace.userId, text: 'Yes', replyTo: 2 });
    const edited = await editMessage(here, { groupId, seq, userId: grace.userId }, 'No');
    expect(edited).toMatchObject({ message: 'No', reply_to: 2 });
  });
});

describe('a page with replies', () => {
  it('reads those originals that are not on it by one read', async () => {
    const groupId = await startGroup({ length: 10 });
    for (const replyTo of [1, 2, 2, 9]) {
      await sendToGroup(here, groupId, { userId: grace.userId, text: 'Yes', replyTo });
    }
    await here.names.read([ada.userId, grace.userId]);
    flaky.reset();
    const page = await listMessages(here, {
      groupId,
      userId: ada.userId,
      position: { at: 'end' },
      limit: 6,
    });
    expect([...page.details.quoted.keys()].sort((one, other) => one - other)).toEqual([1, 2, 9]);
    expect(flaky.count('BatchGetItem')).toBe(1);
  });

  it('shows the original that is deleted between the reads of both as deleted', async () => {
    const groupId = await startGroup();
    await sendToGroup(here, groupId, { userId: grace.userId, text: 'Yes', replyTo: 1 });
    await here.names.read([ada.userId, grace.userId]);
    flaky.before('BatchGetItem', () => deleteMessage(there, { groupId, seq: 1, userId: ada.userId }));
    const { messages, details } = await listMessages(here, {
      groupId,
      userId: grace.userId,
      position: { at: 'end' },
      limit: 1,
    });
    const [reply] = messages.map((message) => presentMessage(message, details));
    expect(reply).toMatchObject({ reply_to: { seq: 1, message: null, deleted: true } });
  });
});
