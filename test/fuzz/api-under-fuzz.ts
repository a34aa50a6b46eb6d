import { createApp } from '../../backend/app.ts';
import { readDynamoConfig } from '../../backend/config.ts';
import { wire, type Wiring } from '../../backend/wiring.ts';
import { createGroup } from '../../backend/domain/create-group.ts';
import { sendToGroup, sendToHandle } from '../../backend/domain/send-message.ts';
import { describeApi } from '../../backend/http/openapi.ts';
import { API_ROUTES } from '../../backend/http/routes.ts';
import { startServer } from '../../backend/http/server.ts';
import { createTokenVerifier } from '../../backend/http/verify-token.ts';
import { createLogger } from '../../backend/logger.ts';
import { createDynamoClient } from '../../backend/table/client.ts';
import { loadSchema } from '../../backend/table/schema-loader.ts';
import { openTable, type Table } from '../../backend/table/table.ts';
import { localFiles } from '../../local/files/local-files.ts';
import { startEngine } from '../support/engine.ts';
import { openTestFiles, type TestFiles, uploadFile } from '../support/files.ts';
import { addPerson } from '../support/scene.ts';
import { createTestIssuer } from '../support/test-issuer.ts';
import type { Known, KnownValues } from './known-values.ts';

/** The API on its own engine, without rate limits, with some users, conversations and files. */
export interface ApiUnderFuzz {
  readonly url: string;
  /** The token of a user with conversations. */
  readonly token: string;
  readonly document: ReturnType<typeof describeApi>;
  readonly known: KnownValues;
  /** Returns the number of requests that got a response. */
  requests(): number;
  /** The log lines of responses with 500 and above. */
  faults(): readonly string[];
  stop(): Promise<void>;
}

const PEERS = 10;
const LOG_LENGTH = 30;
/** Files that were uploaded, and not sent: a message can have any of them once. */
const UPLOADED = 100;

export async function startApiUnderFuzz(): Promise<ApiUnderFuzz> {
  const engine = await startEngine();
  const config = readDynamoConfig({ AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint });
  const client = createDynamoClient(config);
  await loadSchema(client, config.tableName);
  const table = openTable(client, config.tableName);
  const issuer = await createTestIssuer();
  const files = await openTestFiles();
  const scene = await setScene(table, files);
  let requests = 0;
  const faults: string[] = [];
  const note = (line: string) => {
    requests += 1;
    if (/"status":5\d\d/.test(line)) faults.push(line.trim());
  };
  const app = createApp({
    context: wire({ table, fileStore: files.store }),
    verifyToken: createTokenVerifier({ development: issuer }),
    logger: createLogger('info', { write: note }),
    corsOrigins: [],
    screens: [localFiles(files.store)],
  });
  const server = await startServer(app, 0);
  return {
    url: `http://127.0.0.1:${server.port}`,
    token: await issuer.sign({ sub: scene.userId }),
    document: describeApi(API_ROUTES),
    known: scene.known,
    requests: () => requests,
    faults: () => faults,
    stop: async () => {
      await server.stop();
      client.destroy();
      await engine.stop();
      await files.close();
    },
  };
}

/** Creates a user with conversations of both kinds, each long enough for pages, who owns the groups and has uploaded files. */
async function setScene(table: Table, { store }: TestFiles) {
  const context = wire({ table, fileStore: store });
  const userId = await addPerson(context, 'ada');
  const ada = { userId, handle: 'ada', display_name: 'ada' };
  const handles = Array.from({ length: PEERS }, (_, place) => `peer-${place}`);
  for (const handle of handles) await addPerson(context, handle);
  const uuid: string[] = [];
  for (const handle of handles) {
    const first = await sendToHandle(context, handle, { userId, text: 'Hi' });
    const { group } = await createGroup(context, { creator: ada, name: 'A group', handles: [handle] });
    uuid.push(first.groupId, group.groupId);
  }
  for (const groupId of uuid) {
    for (let sent = 1; sent < LOG_LENGTH; sent += 1)
      await sendToGroup(context, groupId, { userId, text: 'Hi' });
  }
  const upload = () => uploadFile(context, store, userId);
  const attachments: string[] = [];
  for (let count = 0; count < UPLOADED; count += 1) attachments.push(await upload());
  const seq = Array.from({ length: LOG_LENGTH }, (_, place) => place + 1);
  const everywhere: Known = {
    ...{ uuid, message_group_uuid: uuid, handle: handles, handles, seq, attachments },
    ...{ emoji: ['👍', '🎉'], q: ['hi', 'plan'], prefix: ['peer', 'peer-1', 'ada'] },
  };
  const sent = await sendFile(context, userId, await upload());
  return { userId, known: { everywhere, of: { downloadAttachment: sent } } };
}

/** Sends a file in a group whose uuid no other operation gets. Returns where it is. */
async function sendFile(context: Wiring, userId: string, fileId: string): Promise<Known> {
  const ada = { userId, handle: 'ada', display_name: 'ada' };
  const { group } = await createGroup(context, { creator: ada, name: 'Files', handles: ['peer-0'] });
  const { seq } = await sendToGroup(context, group.groupId, { userId, text: 'See', attachmentIds: [fileId] });
  return { message_group_uuid: [group.groupId], seq: [seq], id: [fileId] };
}
