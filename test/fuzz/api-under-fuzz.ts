import { createApp } from '../../backend/app.ts';
import { readDynamoConfig } from '../../backend/config.ts';
import { wire } from '../../backend/wiring.ts';
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
import { startEngine } from '../support/engine.ts';
import { addPerson } from '../support/scene.ts';
import { createTestIssuer } from '../support/test-issuer.ts';
import type { Known } from './known-values.ts';

/** The API on its own engine, without rate limits, with some users and conversations. */
export interface ApiUnderFuzz {
  readonly url: string;
  /** The token of a user with conversations. */
  readonly token: string;
  readonly document: ReturnType<typeof describeApi>;
  readonly known: Known;
  /** Returns the number of requests that got a response. */
  requests(): number;
  /** The log lines of responses with 500 and above. */
  faults(): readonly string[];
  stop(): Promise<void>;
}

const PEERS = 10;
const LOG_LENGTH = 30;

export async function startApiUnderFuzz(): Promise<ApiUnderFuzz> {
  const engine = await startEngine();
  const config = readDynamoConfig({ AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint });
  const client = createDynamoClient(config);
  await loadSchema(client, config.tableName);
  const table = openTable(client, config.tableName);
  const issuer = await createTestIssuer();
  const scene = await setScene(table);
  let requests = 0;
  const faults: string[] = [];
  const note = (line: string) => {
    requests += 1;
    if (/"status":5\d\d/.test(line)) faults.push(line.trim());
  };
  const app = createApp({
    context: wire({ table }),
    verifyToken: createTokenVerifier({ development: issuer }),
    logger: createLogger('info', { write: note }),
    corsOrigins: [],
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
    },
  };
}

/** Creates a user with conversations of both kinds, each long enough for pages, who owns the groups. */
async function setScene(table: Table): Promise<{ readonly userId: string; readonly known: Known }> {
  const context = wire({ table });
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
  const seq = Array.from({ length: LOG_LENGTH }, (_, place) => place + 1);
  return {
    userId,
    known: { uuid, message_group_uuid: uuid, handle: handles, handles, seq, emoji: ['👍', '🎉'] },
  };
}
