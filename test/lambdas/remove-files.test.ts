import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { deleteMessage } from '../../backend/domain/change-message.ts';
import { type Sweep, sweepFiles } from '../../backend/domain/remove-files.ts';
import { sendToGroup } from '../../backend/domain/send-message.ts';
import type { Message } from '../../backend/domain/model.ts';
import { FilesUnavailableError } from '../../backend/errors.ts';
import { uploadKey } from '../../backend/files/file-store.ts';
import { createLogger } from '../../backend/logger.ts';
import { newId } from '../../backend/sources.ts';
import type { Wiring } from '../../backend/wiring.ts';
import { createHandler } from '../../lambdas/remove-files/handler.ts';
import type { MessageItem } from '../../schema/items.ts';
import { messageItem, newUserId, tombstone } from '../support/factories.ts';
import { openTestFiles, type TestFiles, uploadFile } from '../support/files.ts';
import { asTableUser } from '../support/recorded-calls.ts';
import { addGroup } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

/* The function that deletes files of deleted messages, and the sweep that finds what it could not delete. */

const db = useTestTable();
let context: Wiring;
let files: TestFiles;
let userId: string;
let groupId: string;

beforeAll(async () => {
  files = await openTestFiles();
  context = db().newContext({ fileStore: files.store });
});
afterAll(() => files.close());
beforeEach(async () => {
  userId = newUserId();
  ({ groupId } = await addGroup(db().table, { userIds: [userId] }));
});

const run = (records: readonly DynamoDBRecord[]) =>
  asTableUser('remove-files', () =>
    createHandler({ uploads: context.uploads, fileStore: files.store, logger: createLogger('silent') })({
      Records: [...records],
    }),
  );

async function sendFiles(count = 1): Promise<Message> {
  const ids: string[] = [];
  while (ids.length < count) ids.push(await uploadFile(context, files.store, userId));
  return sendToGroup(context, groupId, { userId, text: 'x', attachmentIds: ids });
}

async function keysOf(message: Message): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of files.store.list('')) keys.push(...page.map(({ key }) => key));
  const ids = message.attachments?.map(({ id }) => id) ?? [];
  return keys.filter((key) => ids.some((id) => key.includes(id)));
}

/** What the stream has of a message: with its keys alone, its files are what matters. */
function record(
  message: Message,
  { eventName = 'MODIFY', after = 'tombstone' }: { eventName?: 'MODIFY' | 'REMOVE'; after?: string } = {},
): DynamoDBRecord {
  const { seq, attachments = [] } = message;
  const before = messageItem({ groupId, seq, attachments: attachments.map(({ name, ...file }) => file) });
  const gone = tombstone<MessageItem>({ ...before });
  const { attachments: _, ...withoutFiles } = gone;
  const image = after === 'edited' ? before : withoutFiles;
  const imageOf = (item: object) =>
    marshall(item, { removeUndefinedValues: true }) as NonNullable<DynamoDBRecord['dynamodb']>['NewImage'];
  const [OldImage, NewImage] = [imageOf(before), imageOf(image)];
  return {
    eventName,
    dynamodb: {
      SequenceNumber: String(seq),
      ...(OldImage && { OldImage }),
      ...(eventName === 'MODIFY' && NewImage && { NewImage }),
    },
  };
}

/** A sweep at a time when all objects are old. */
const sweep = (deletes: boolean, days = 3): Promise<Sweep> =>
  sweepFiles(
    { ...context, fileStore: files.store },
    { now: new Date(Date.now() + days * 86_400_000), deletes },
  );

describe('the function that deletes files', () => {
  it.each(['MODIFY', 'REMOVE'] as const)(
    'deletes all of a message after its %s, twice too',
    async (eventName) => {
      const message = await sendFiles(2);
      const other = await sendFiles();
      expect(await keysOf(message)).toHaveLength(4);
      const records = [record(message, { eventName })];
      expect(await run(records)).toEqual({ batchItemFailures: [] });
      expect(await run(records)).toEqual({ batchItemFailures: [] });
      expect(await keysOf(message)).toEqual([]);
      const ids = message.attachments?.map(({ id }) => id) ?? [];
      expect(await context.uploads.sentAt(ids)).toEqual(new Map());
      expect(await keysOf(other)).toHaveLength(2);
    },
  );

  it('keeps the files of a message that was edited', async () => {
    const message = await sendFiles();
    await run([record(message, { after: 'edited' })]);
    expect(await keysOf(message)).toHaveLength(2);
  });

  it('is called again from the first record whose files the store could not delete', async () => {
    const messages = [await sendFiles(), await sendFiles(), await sendFiles()];
    const records = messages.map((message) => record(message));
    const { store } = files;
    const works = store.delete.bind(store);
    const spy = jest.spyOn(store, 'delete').mockImplementationOnce(works);
    spy.mockRejectedValueOnce(new FilesUnavailableError());
    const [, second] = messages;
    expect(await run(records)).toEqual({ batchItemFailures: [{ itemIdentifier: String(second?.seq) }] });
    expect(await run(records.slice(1))).toEqual({ batchItemFailures: [] });
    for (const message of messages) expect(await keysOf(message)).toEqual([]);
  });

  it('passes over records without files, and those it cannot read', async () => {
    const odd = [
      {},
      { eventName: 'MODIFY' as const, dynamodb: {} },
      { dynamodb: { OldImage: { attachments: { S: 'x' } } } },
      { dynamodb: { OldImage: { attachments: { L: [{ M: {} }] } } } },
    ];
    expect(await run(odd)).toEqual({ batchItemFailures: [] });
  });
});

describe('a sweep', () => {
  it('deletes what no message names, and nothing else', async () => {
    await sweep(true);
    const kept = await sendFiles();
    const deleted = await sendFiles();
    await deleteMessage(context, { groupId, seq: deleted.seq, userId });
    // A send that died between the copy and the message, and the second copy of a file that was sent.
    const [lost, attempt] = [await uploadFile(context, files.store, userId), newId()];
    await files.store.copy(uploadKey(lost), `files/${lost}/${attempt}`);
    const [sent] = kept.attachments ?? [];
    await files.store.copy(uploadKey(sent?.id ?? ''), `files/${sent?.id}/${attempt}`);

    expect(await sweep(false)).toMatchObject({ unused: 3 });
    expect(await keysOf(deleted)).toHaveLength(2);
    expect(await sweep(true)).toMatchObject({ unused: 3 });
    expect(await sweep(true)).toMatchObject({ unused: 0 });
    // Uploads are the lifecycle's.
    expect(await keysOf(deleted)).toEqual([uploadKey(deleted.attachments?.[0]?.id ?? '')]);
    expect((await keysOf(kept)).toSorted()).toEqual([sent?.object, uploadKey(sent?.id ?? '')]);
    const ids = [deleted, kept].map(({ attachments = [] }) => attachments[0]?.id ?? '');
    expect([...(await context.uploads.sentAt(ids)).keys()]).toEqual([sent?.id]);
  });

  it('leaves alone what a send may still be about to name', async () => {
    await sweep(true);
    const [id, attempt] = [await uploadFile(context, files.store, userId), newId()];
    await files.store.copy(uploadKey(id), `files/${id}/${attempt}`);
    expect(await sweep(true, 1.9)).toMatchObject({ unused: 0 });
    expect(await sweep(true, 2.1)).toMatchObject({ unused: 1 });
  });
});
