import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '../../backend/logger.ts';
import { createDynamoClient } from '../../backend/table/client.ts';
import { MemberStore } from '../../backend/table/member-store.ts';
import { openTable } from '../../backend/table/table.ts';
import { createHandler } from '../../lambdas/update-summaries/handler.ts';
import { StreamPlace } from '../../local/pump/stream-place.ts';
import { StreamPump } from '../../local/pump/stream-pump.ts';
import { createStreamsClient, findStream } from '../../local/pump/streams-client.ts';
import type { TestTable } from './test-table.ts';

/** The stream Lambda at work. */
export interface Summaries {
  /** Batches that the handler did not come to the end of, so far. */
  failedBatches(): number;
  stop(): Promise<void>;
}

/**
 * Runs the stream Lambda over a table's stream, as it runs in production, until it is stopped.
 * @param endpoint where both reach the engine: through a proxy, say.
 */
export async function startSummaries(db: TestTable, endpoint: string = db.endpoint): Promise<Summaries> {
  const directory = await mkdtemp(join(tmpdir(), 'cruddur-test-'));
  const logger = createLogger('silent');
  const config = { ...db.config, endpoint };
  const client = createDynamoClient(config);
  const streams = createStreamsClient(config);
  const handler = createHandler({
    members: new MemberStore(openTable(client, db.tableName)),
    failures: (keys) => Promise.reject(new Error(`${keys.length} records cannot be handled`)),
    logger,
  });
  let failed = 0;
  const pump = new StreamPump({
    client: streams,
    findStream: (signal) => findStream(client, db.tableName, signal),
    handler: async (event) => {
      const answer = await handler(event);
      if (answer.batchItemFailures.length > 0) failed += 1;
      return answer;
    },
    place: new StreamPlace(join(directory, 'stream.json'), logger),
    logger,
    timing: { idle: 10 },
  });
  await pump.start();
  return {
    failedBatches: () => failed,
    stop: async () => {
      await pump.stop();
      streams.destroy();
      client.destroy();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
