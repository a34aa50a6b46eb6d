import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Publisher } from '../../backend/events/changes.ts';
import { inProcessLiveEvents } from '../../backend/events/in-process-live-events.ts';
import { createLogger } from '../../backend/logger.ts';
import { createDynamoClient } from '../../backend/table/client.ts';
import { openTable } from '../../backend/table/table.ts';
import { createHandler } from '../../lambdas/update-summaries/handler.ts';
import { streamStores } from '../../lambdas/update-summaries/stores.ts';
import { StreamPosition } from '../../local/pump/stream-position.ts';
import { type StreamHandler, StreamPump } from '../../local/pump/stream-pump.ts';
import { createStreamsClient, findStream } from '../../local/pump/streams-client.ts';
import type { TestTable } from './test-table.ts';

/** The stream Lambda at work. */
export interface Summaries {
  /** Number of batches so far that the handler did not finish. */
  failedBatches(): number;
  stop(): Promise<void>;
}

export interface SummariesOptions {
  /** The endpoint of the stream and the Lambda, such as a proxy's. Default: the table's own. */
  readonly endpoint?: string;
  /** Publishes the events of the Lambda's writes. Default: they are dropped. */
  readonly events?: Publisher;
  /** Passes batches to the Lambda. Default: as they come. */
  readonly deliverBy?: (handler: StreamHandler) => StreamHandler;
}

/** Runs the stream Lambda over a table's stream, as it runs in production, until it is stopped. */
export async function startSummaries(db: TestTable, options: SummariesOptions = {}): Promise<Summaries> {
  const {
    endpoint = db.endpoint,
    events = inProcessLiveEvents().events,
    deliverBy = (handler) => handler,
  } = options;
  const directory = await mkdtemp(join(tmpdir(), 'cruddur-test-'));
  const logger = createLogger('silent');
  const config = { ...db.config, endpoint };
  const client = createDynamoClient(config);
  const streams = createStreamsClient(config);
  const table = openTable(client, db.tableName);
  const handler = deliverBy(
    createHandler({
      ...streamStores(table),
      events,
      failures: (keys) => Promise.reject(new Error(`${keys.length} records cannot be handled`)),
      logger,
    }),
  );
  let failed = 0;
  const pump = new StreamPump({
    client: streams,
    findStream: (signal) => findStream(client, db.tableName, signal),
    handler: async (event) => {
      const answer = await handler(event);
      if (answer.batchItemFailures.length > 0) failed += 1;
      return answer;
    },
    position: new StreamPosition(join(directory, 'stream.json'), logger),
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
