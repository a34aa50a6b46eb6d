import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { type Send, sendToGroup, sendToHandle } from '../../backend/domain/send-message.ts';
import type { Message } from '../../backend/domain/model.ts';
import { createUpload, signDownload } from '../../backend/domain/uploads.ts';
import { SENT_PREFIX } from '../../backend/files/file-store.ts';
import type { Wiring } from '../../backend/wiring.ts';
import { fileKey, messageKey } from '../../schema/keys.ts';
import { expectCode } from '../support/answers.ts';
import { openTestFiles, type TestFiles, uploadFile } from '../support/files.ts';
import type { FlakyEngine } from '../support/flaky-engine.ts';
import { addDirectGroup, addGroup, addPerson, readLog } from '../support/scene.ts';
import { sealedTexts } from '../support/sealed.ts';
import { useTestTable } from '../support/test-table.ts';
import { useTwoProcesses } from '../support/two-processes.ts';

/* Who can send a file, once, while other sends run, answers are lost and the process dies in between. */

const db = useTestTable();
let flaky: FlakyEngine;
/** The first process reaches the table through the flaky engine. */
let here: Wiring;
let there: Wiring;
let files: TestFiles;
beforeAll(async () => {
  files = await openTestFiles();
});
afterAll(() => files.close());
useTwoProcesses(db, (opened) => ({ flaky, here, there } = opened));

let people = 0;
let ada: string;
let grace: string;
let groupId: string;

beforeEach(async () => {
  for (const context of [here, there]) Object.assign(context, { fileStore: files.store });
  people += 1;
  [ada, grace] = [await addPerson(there, `ada-${people}`), await addPerson(there, `grace-${people}`)];
  ({ groupId } = await addGroup(db().table, { userIds: [ada, grace] }));
  flaky.reset();
});

const upload = (content?: string) =>
  uploadFile(there, files.store, ada, content === undefined ? {} : { content });
const send = (context: Wiring, ids: readonly string[], rest: Partial<Send> = {}, to = groupId) =>
  sendToGroup(context, to, { userId: ada, text: '', attachmentIds: ids, ...rest });
const idsIn = ({ attachments = [] }: Pick<Message, 'attachments'>) => attachments.map(({ id }) => id);

async function item(key: { pk: string; sk: string }): Promise<Record<string, unknown> | undefined> {
  return (await db().table.send(new GetCommand({ TableName: db().tableName, Key: key }))).Item;
}

/** The objects of a sent file. */
async function objectsOf(id: string): Promise<string[]> {
  const found: string[] = [];
  for await (const page of files.store.list(`${SENT_PREFIX}${id}/`))
    found.push(...page.map(({ key }) => key));
  return found;
}

/** The messages of a group that have a file. */
async function messagesWith(id: string, group = groupId): Promise<number[]> {
  const log = await readLog(there, group);
  return log.filter(({ attachments = [] }) => attachments.some((one) => one.id === id)).map(({ seq }) => seq);
}

describe('a file', () => {
  it('is sent by one of two messages at once, in one group or two', async () => {
    const { groupId: another } = await addGroup(db().table, { userIds: [ada, grace] });
    const id = await upload();
    const held = flaky.hold('TransactWriteItems');
    const first = send(here, [id]);
    await held.arrived;
    const second = await send(there, [id], {}, another);
    held.release();
    await expectCode(first, 'attachment_unknown');
    expect(await messagesWith(id)).toEqual([]);
    expect(await messagesWith(id, another)).toEqual([second.seq]);
    // The copy of the message that was not stored is gone.
    expect(await objectsOf(id)).toEqual(second.attachments?.map(({ object }) => object));
  });

  it('is sent once by a send that is repeated with its key, whose answer was lost', async () => {
    const id = await upload();
    for (const afterSeq of [undefined, 1]) {
      const key = { clientKey: `key-${afterSeq}`, ...(afterSeq !== undefined && { afterSeq }) };
      const own = afterSeq === undefined ? id : await upload();
      const first = await send(here, [own], key);
      // To a process that knows of no message behind it.
      const again = await send(db().newContext({ fileStore: files.store }), [own], key);
      expect(again.message_uuid).toBe(first.message_uuid);
      expect(await messagesWith(own)).toEqual([first.seq]);
      expect(await objectsOf(own)).toHaveLength(1);
    }
  });

  it('is sent once by two attempts of one send at the same moment', async () => {
    for (const rest of [{ clientKey: 'a' }, { clientKey: 'b', afterSeq: 1 }]) {
      const id = await upload();
      const held = flaky.hold('TransactWriteItems');
      const first = send(here, [id], rest);
      await held.arrived;
      const second = await send(there, [id], rest);
      held.release();
      expect((await first).message_uuid).toBe(second.message_uuid);
      expect(await messagesWith(id)).toEqual([second.seq]);
      expect(await objectsOf(id)).toEqual(second.attachments?.map(({ object }) => object));
    }
  });

  it('can be sent after the process died between the copy and the message', async () => {
    const id = await upload();
    flaky.cut('TransactWriteItems', { times: 10 });
    await expectCode(send(here, [id], { clientKey: 'key' }), 'table_unavailable');
    expect(await objectsOf(id)).toHaveLength(1);
    const { seq, attachments } = await send(there, [id], { clientKey: 'key' });
    expect(await messagesWith(id)).toEqual([seq]);
    // Nothing names the first copy: a sweep deletes it.
    expect(await objectsOf(id)).toEqual(expect.arrayContaining([attachments?.[0]?.object]));
  });

  it('cannot be swapped after it was sent', async () => {
    const id = await upload('sent');
    const { seq } = await send(here, [id]);
    const late = await uploadFile(there, files.store, ada, { content: 'late' });
    await files.store.copy(`uploads/${late}`, `uploads/${id}`);
    const { url } = await signDownload(here, { groupId, seq, fileId: id, userId: grace });
    expect(url).toMatch(/^\/local-files\?policy=/);
    await expectCode(send(here, [id]), 'attachment_unknown');
  });

  it('expires when it is not sent within a day, though its item is still there', async () => {
    const id = await upload();
    const dayLater = new Date(Date.now() + 86_400_000);
    const later = db().newContext({ fileStore: files.store, clock: () => dayLater });
    await expectCode(send(later, [id]), 'attachment_unknown');
    expect(await item(fileKey(id))).toMatchObject({ expires_at: expect.any(Number), name: 'plan.pdf' });
    await send(there, [id]);
    const sent = await item(fileKey(id));
    expect(sent).toMatchObject({ group_uuid: groupId, seq: 2, object: expect.any(String) });
    expect(sent).not.toHaveProperty('expires_at');
  });

  it('is left as it was where another user sends it, or one of several cannot be sent', async () => {
    const [id, unsent] = [await upload(), (await createUpload(there, ada, FILE)).file.id];
    await expectCode(send(here, [id], { userId: grace }), 'attachment_unknown');
    await expectCode(send(here, [id, unsent]), 'attachment_not_uploaded');
    expect(await objectsOf(id)).toEqual([]);
    expect(idsIn(await send(here, [id]))).toEqual([id]);
  });

  it('opens a direct group, once for two attempts at the same moment', async () => {
    const id = await upload();
    const open = (context: Wiring) =>
      sendToHandle(context, `grace-${people}`, {
        userId: ada,
        text: '',
        attachmentIds: [id],
        clientKey: 'k',
      });
    const held = flaky.hold('TransactWriteItems');
    const first = open(here);
    await held.arrived;
    const second = await open(there);
    held.release();
    expect((await first).message_uuid).toBe(second.message_uuid);
    expect(second).toMatchObject({ seq: 1, attachments: [{ id }] });
    expect(await objectsOf(id)).toHaveLength(1);
    // The group exists by now; the file was sent.
    await expectCode(
      sendToHandle(here, `grace-${people}`, { userId: ada, text: 'x', attachmentIds: [id] }),
      'attachment_unknown',
    );
  });

  it('does not open a direct group when another message takes it meanwhile', async () => {
    const id = await upload();
    const held = flaky.hold('TransactWriteItems');
    const first = sendToHandle(here, `grace-${people}`, { userId: ada, text: '', attachmentIds: [id] });
    await held.arrived;
    await send(there, [id]);
    held.release();
    await expectCode(first, 'attachment_unknown');
    expect(await there.members.pair((await direct()).groupId)).toEqual([]);
  });

  it('is reported as unavailable where its store does not respond, before anything is stored', async () => {
    const id = await upload();
    const { FilesUnavailableError } = await import('../../backend/errors.ts');
    jest.spyOn(files.store, 'copy').mockRejectedValueOnce(new FilesUnavailableError());
    await expectCode(send(here, [id]), 'files_unavailable');
    expect(await messagesWith(id)).toEqual([]);
  });
});

const FILE = { name: 'plan.pdf', type: 'application/pdf', size: 7 };

/** The id of the direct group that ada and grace would have. */
async function direct() {
  const { directGroupId } = await import('../../schema/ids.ts');
  return { groupId: directGroupId(ada, grace) };
}

describe('with encryption', () => {
  it('the name of a file is stored in no readable form, and moves to no other message', async () => {
    const sealed = db().newContext({ encryption: sealedTexts(), fileStore: files.store });
    const { groupId: pair } = await addDirectGroup(db().table, { userIds: [ada, grace] });
    const id = await uploadFile(sealed, files.store, ada, { name: 'secret-plan.pdf' });
    const readable = async (key: { pk: string; sk: string }) =>
      JSON.stringify(await item(key), (_key, value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
      );
    expect(await readable(fileKey(id))).not.toContain('secret-plan');
    const sent = await send(sealed, [id], {}, pair);
    expect(sent.attachments).toMatchObject([{ name: 'secret-plan.pdf' }]);
    expect(await readable(messageKey(pair, sent.seq))).not.toContain('secret-plan');
    // Another process with the key reads it; one without it shows the file without its name.
    const other = db().newContext({ encryption: sealedTexts() });
    expect(await other.messages.find(pair, sent.seq)).toMatchObject({
      message: '',
      attachments: [{ id, name: 'secret-plan.pdf' }],
    });
    expect(await there.messages.find(pair, sent.seq)).toMatchObject({
      unreadable: true,
      attachments: [{ name: 'file' }],
    });
    const [entry] = (await other.messages.entriesAt(pair, [sent.seq])).values();
    if (!entry) throw new TypeError('it was sent');
    const [moved] = await other.codec.decode([{ ...entry, seq: sent.seq + 1 }]);
    expect(moved).toMatchObject({ unreadable: true, attachments: [{ name: 'file' }] });
  });
});
