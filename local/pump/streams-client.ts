import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  type DynamoDBStreamsClientConfig,
  type Shard,
} from '@aws-sdk/client-dynamodb-streams';
import { UndiciHttpHandler } from '@smithy/undici-http-handler';
import type { DynamoConfig } from '../../backend/config.ts';
import { connectionSettings } from '../../backend/table/open-client.ts';

/** The part of the SDK's client that the pump uses; replaced in tests. */
export type StreamsClient = Pick<DynamoDBStreamsClient, 'send'>;

/** The pump itself retries, so the client need not. */
const MAX_ATTEMPTS = 1;
const CONNECT_TIMEOUT_MS = 1_000;
const ANSWER_TIMEOUT_MS = 3_000;

/** Creates a client of the streams API at the table's endpoint. */
export function createStreamsClient(config: DynamoConfig): DynamoDBStreamsClient {
  const settings: DynamoDBStreamsClientConfig = connectionSettings(config);
  return new DynamoDBStreamsClient({
    ...settings,
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: new UndiciHttpHandler({
      dispatcher: {
        connect: { timeout: CONNECT_TIMEOUT_MS },
        headersTimeout: ANSWER_TIMEOUT_MS,
        bodyTimeout: ANSWER_TIMEOUT_MS,
      },
    }),
  });
}

/** Returns the stream that the table writes to now. @throws SDK errors, and an Error if it has none. */
export async function findStream(
  client: DynamoDBClient,
  tableName: string,
  signal: AbortSignal,
): Promise<string> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }), {
    abortSignal: signal,
  });
  if (Table?.LatestStreamArn === undefined) throw new Error(`table ${tableName} has no stream`);
  return Table.LatestStreamArn;
}

/** Lists all shards of a stream, in pages of 100. */
export async function listShards(
  client: StreamsClient,
  streamArn: string,
  signal: AbortSignal,
): Promise<Shard[]> {
  const shards: Shard[] = [];
  let from: string | undefined;
  do {
    const { StreamDescription } = await client.send(
      new DescribeStreamCommand({
        StreamArn: streamArn,
        ...(from !== undefined && { ExclusiveStartShardId: from }),
      }),
      { abortSignal: signal },
    );
    shards.push(...(StreamDescription?.Shards ?? []));
    from = StreamDescription?.LastEvaluatedShardId;
  } while (from !== undefined);
  return shards;
}
