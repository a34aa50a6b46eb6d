import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { FailureQueue } from './handler.ts';

/** Keys in one SQS message: 100 of at most 1.5 KB stay below its 256 KB. */
const KEYS_A_MESSAGE = 100;

/** Sends the keys of records that can never succeed to an SQS queue, as `{"keys": [{"pk": …, "sk": …}]}`: no texts. */
export function sqsFailureQueue(client: SQSClient, queueUrl: string): FailureQueue {
  return async (keys) => {
    for (let start = 0; start < keys.length; start += KEYS_A_MESSAGE) {
      const part = keys.slice(start, start + KEYS_A_MESSAGE);
      const MessageBody = JSON.stringify({ keys: part.map(({ pk, sk }) => ({ pk, sk })) });
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
    }
  };
}

/** Opens the queue at this URL. */
export function openFailureQueue(queueUrl: string): FailureQueue {
  return sqsFailureQueue(new SQSClient({}), queueUrl);
}
