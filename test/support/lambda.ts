import { expect } from '@jest/globals';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { streamEvent } from './factories.ts';
import { asTableUser } from './recorded-calls.ts';

type Handler = (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse>;

/** More rounds than any fault of a test lasts. */
const MAX_ROUNDS = 20;

/**
 * Passes a batch to a stream's handler like Lambda: the batch is repeated from the record that the handler reports as
 * failed. Returns the number of calls.
 */
export async function deliver(handler: Handler, records: readonly DynamoDBRecord[]): Promise<number> {
  let rest = records;
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const event = streamEvent(rest);
    const { batchItemFailures } = await asTableUser('update-summaries', () => handler(event));
    const [failure] = batchItemFailures;
    if (failure === undefined) return round;
    const from = rest.findIndex((record) => record.dynamodb?.SequenceNumber === failure.itemIdentifier);
    expect(from).toBeGreaterThanOrEqual(0);
    rest = rest.slice(from);
  }
  throw new Error('the handler never gets through this batch');
}
