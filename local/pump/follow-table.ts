import { join } from 'node:path';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoConfig } from '../../backend/config.ts';
import type { Logger } from '../../backend/logger.ts';
import type { RemoverNeeds } from '../../backend/domain/remove-files.ts';
import { createHandler as createRemover } from '../../lambdas/remove-files/handler.ts';
import { createHandler, type HandlerParts } from '../../lambdas/update-summaries/handler.ts';
import { StreamPosition } from './stream-position.ts';
import { type StreamHandler, StreamPump } from './stream-pump.ts';
import { createStreamsClient, findStream } from './streams-client.ts';

/**
 * Both functions that follow the stream, one after the other. On AWS each has its own place in the stream; here they share one,
 * so where the second fails, both handle its records again.
 */
function both(first: StreamHandler, second: StreamHandler): StreamHandler {
  return async (event) => {
    const answer = await first(event);
    return answer.batchItemFailures.length > 0 ? answer : second(event);
  };
}

/** A table's stream, followed by the stream Lambda's own code. */
export type TablePump = Pick<StreamPump, 'start' | 'stop'>;

/**
 * Creates the pump of a table's stream, without starting it.
 *
 * Two pumps may follow one stream, with a data directory each or the same one: they do everything twice, which changes
 * nothing. A position is stored only when every record before it was handled by one of them. At worst it is earlier than
 * the other pump's position, and some records are handled again.
 * @param parts.dataDir where the pump stores its position in the stream.
 */
export function followTable(parts: {
  readonly client: DynamoDBClient;
  readonly dynamo: DynamoConfig;
  readonly stores: Omit<HandlerParts, 'failures' | 'logger'> & {
    /** Absent: files of deleted messages stay. */
    readonly fileStore?: RemoverNeeds['fileStore'] | undefined;
    readonly uploads?: RemoverNeeds['uploads'];
  };
  readonly dataDir: string;
  readonly logger: Logger;
}): TablePump {
  const { client, dynamo, stores, dataDir, logger } = parts;
  // The handler logs the records that it gives up on; there is no queue for their keys.
  const update = createHandler({ ...stores, failures: () => Promise.resolve(), logger });
  const { fileStore, uploads } = stores;
  const handler = fileStore && uploads ? both(update, createRemover({ fileStore, uploads, logger })) : update;
  const streams = createStreamsClient(dynamo);
  const pump = new StreamPump({
    client: streams,
    findStream: (signal) => findStream(client, dynamo.tableName, signal),
    handler,
    position: new StreamPosition(join(dataDir, 'stream-position.json'), logger),
    logger,
  });
  return {
    start: () => pump.start(),
    stop: async () => {
      await pump.stop();
      streams.destroy();
    },
  };
}
