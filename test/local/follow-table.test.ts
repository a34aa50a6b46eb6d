import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { deleteMessage } from '../../backend/domain/change-message.ts';
import { FilesUnavailableError } from '../../backend/errors.ts';
import { uploadKey } from '../../backend/files/file-store.ts';
import type { Wiring } from '../../backend/wiring.ts';
import { compareSummaries } from '../../backend/domain/rebuild-summaries.ts';
import { sendToHandle } from '../../backend/domain/send-message.ts';
import { createLogger } from '../../backend/logger.ts';
import { createDynamoClient } from '../../backend/table/client.ts';
import { followTable, type TablePump } from '../../local/pump/follow-table.ts';
import { eventually } from '../support/eventually.ts';
import { openTestFiles, type TestFiles, uploadFile } from '../support/files.ts';
import { addPerson } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

/*
 * Two containers that follow one table, with one directory: each also does what the other has done already. And one that
 * follows it for the files of deleted messages too.
 */

const db = useTestTable({ stream: true });
let context: Wiring;
let client: DynamoDBClient;
let dataDir: string;
let pumps: TablePump[];
let files: TestFiles;

beforeEach(async () => {
  files = await openTestFiles();
  context = db().newContext({ fileStore: files.store });
  client = createDynamoClient(db().config);
  dataDir = mkdtempSync(join(tmpdir(), 'cruddur-test-'));
  pumps = [];
});
afterEach(async () => {
  await Promise.all(pumps.map((pump) => pump.stop()));
  client.destroy();
  await files.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function startPump(): Promise<TablePump> {
  const dynamo = db().config;
  const pump = followTable({ client, dynamo, stores: context, dataDir, logger: createLogger('silent') });
  pumps.push(pump);
  await pump.start();
  return pump;
}

it('do no harm, even if one overwrites the other’s position with an older one', async () => {
  const ada = await addPerson(context, 'ada');
  await addPerson(context, 'grace');
  let groupId = '';
  let sent = 0;
  const talk = async () => {
    for (let time = 0; time < 5; time += 1) {
      groupId = (await sendToHandle(context, 'grace', { userId: ada, text: `${sent}` })).groupId;
      sent += 1;
    }
    await eventually(async () => {
      expect((await context.members.pair(groupId)).map((row) => row.last_seq)).toEqual([sent, sent]);
      expect(await compareSummaries(context, groupId)).toEqual({ differences: [], faults: [] });
    });
  };
  const [one, two] = await Promise.all([startPump(), startPump()]);
  await talk();
  await one.stop();
  const [place, older] = [join(dataDir, 'stream-position.json'), join(dataDir, 'older.json')];
  copyFileSync(place, older);
  await talk();
  await two.stop();
  const newest = readFileSync(place, 'utf8');
  // As if the slower one had written last, and then both were killed.
  copyFileSync(older, place);
  expect(readFileSync(place, 'utf8')).not.toBe(newest);
  const writes = jest.spyOn(context.members, 'applySummary');
  await startPump();
  await eventually(() => readFileSync(place, 'utf8') === newest);
  // All records were handled again, and nothing was written.
  expect(writes).not.toHaveBeenCalled();
  await talk();
});

it('deletes the files of a deleted message, also where the store of files fails first', async () => {
  const hedy = await addPerson(context, 'hedy');
  await addPerson(context, 'alan');
  const sendFile = async () => {
    const id = await uploadFile(context, files.store, hedy);
    return sendToHandle(context, 'alan', { userId: hedy, text: 'plan', attachmentIds: [id] });
  };
  const [kept, deleted] = [await sendFile(), await sendFile()];
  const [file, lost] = [kept, deleted].map(({ attachments = [] }) => attachments[0]);
  const remove = jest.spyOn(files.store, 'delete').mockRejectedValueOnce(new FilesUnavailableError());
  await startPump();
  await deleteMessage(context, { groupId: deleted.groupId, seq: deleted.seq, userId: hedy });
  // The item goes last.
  await eventually(async () => {
    expect([...(await context.uploads.sentAt([file?.id ?? '', lost?.id ?? ''])).keys()]).toEqual([file?.id]);
  });
  expect(remove).toHaveBeenCalledTimes(2);
  const keys: string[] = [];
  for await (const page of files.store.list('')) keys.push(...page.map(({ key }) => key));
  expect(keys.toSorted()).toEqual([file?.object, uploadKey(file?.id ?? '')]);
});
