import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetRecordsCommand, GetShardIteratorCommand } from '@aws-sdk/client-dynamodb-streams';
import type { DynamoDBRecord } from 'aws-lambda';
import type { DynamoConfig } from '../../backend/config.ts';
import { passesFilter, toLambdaRecord } from '../../local/pump/lambda-event.ts';
import { createStreamsClient, findStream, listShards } from '../../local/pump/streams-client.ts';

/** Reads the records of messages in a table's stream so far, as Lambda would pass them on, oldest first. */
export async function readStream(config: DynamoConfig, client: DynamoDBClient): Promise<DynamoDBRecord[]> {
  const streams = createStreamsClient(config);
  const { signal } = new AbortController();
  try {
    const StreamArn = await findStream(client, config.tableName, signal);
    const records: DynamoDBRecord[] = [];
    for (const { ShardId } of await listShards(streams, StreamArn, signal)) {
      const { ShardIterator } = await streams.send(
        new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
      );
      const { Records = [] } = await streams.send(new GetRecordsCommand({ ShardIterator }));
      records.push(...Records.filter(passesFilter).map((record) => toLambdaRecord(record, StreamArn)));
    }
    return records;
  } finally {
    streams.destroy();
  }
}
