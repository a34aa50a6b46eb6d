import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '../../backend/logger.ts';
import { MemberStore } from '../../backend/table/member-store.ts';
import { createDynamoClient } from '../../backend/table/client.ts';
import { createHandler } from '../../lambdas/update-summaries/handler.ts';
import { StreamPlace } from '../../local/pump/stream-place.ts';
import { StreamPump } from '../../local/pump/stream-pump.ts';
import { createStreamsClient, findStream } from '../../local/pump/streams-client.ts';
import type { TestTable } from '../support/test-table.ts';

/** The stream's pump with the Lambda's handler, both reaching the engine through an endpoint. */
export async function startPump(db: TestTable, endpoint: string): Promise<{ stop(): Promise<void> }> {
  const config = { ...db.config, endpoint };
  const client = createDynamoClient(config);
  const logger = createLogger('silent');
  const directory = mkdtempSync(join(tmpdir(), 'cruddur-chaos-'));
  const failures = (keys: readonly unknown[]) =>
    Promise.reject(new Error(`given up: ${JSON.stringify(keys)}`));
  const pump = new StreamPump({
    client: createStreamsClient(config),
    findStream: (signal) => findStream(client, config.tableName, signal),
    handler: createHandler({ members: new MemberStore(db.through(endpoint)), failures, logger }),
    place: new StreamPlace(join(directory, 'stream-place.json'), logger),
    logger,
  });
  await pump.start();
  return {
    stop: async () => {
      await pump.stop();
      client.destroy();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
