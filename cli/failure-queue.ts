import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { parseJson } from './parse-json.ts';
import { explainFailure } from './explain-failure.ts';
import { UserError } from './user-error.ts';
import type { Key } from '../schema/keys.ts';

/** SQS's limit for one ReceiveMessage. */
const MAX_MESSAGES = 10;
/** Long polling, in seconds: SQS then asks all its servers, and finds every message. */
const WAIT_SECONDS = 2;
/** Visibility timeout in seconds: no other consumer receives a message during this time. */
const WORK_SECONDS = 600;

/** Keys of records that the function skipped (`lambdas/update-summaries/failure-queue.ts`). */
const skipped = z.object({ keys: z.array(z.object({ pk: z.string(), sk: z.string() })) });
/** A batch that Lambda gave up: its position in the stream, without its records. */
const givenUp = z.object({ DDBStreamBatchInfo: z.object({ streamArn: z.string(), batchSize: z.number() }) });

/** The work that a message of the queue says was not done. */
export type Failure =
  | { readonly kind: 'records'; readonly keys: readonly Key[] }
  /** Records of any group. */
  | { readonly kind: 'batch' }
  | { readonly kind: 'unknown' };

/** A message that was received from the queue. */
export interface QueuedFailure {
  /** For a person who searches for it in the queue. */
  readonly messageId: string;
  readonly failure: Failure;
  /** Deletes it from the queue, when its work is done. */
  remove(): Promise<void>;
  /** Makes it visible to other consumers at once. */
  release(): Promise<void>;
}

/** Parses the body of a message. */
export function readFailure(body: string | undefined): Failure {
  const content = parseJson(body);
  const records = skipped.safeParse(content);
  if (records.success) return { kind: 'records', keys: records.data.keys };
  return givenUp.safeParse(content).success ? { kind: 'batch' } : { kind: 'unknown' };
}

/** The queue of the records and batches that the stream's function could not handle. */
export class FailureQueue {
  readonly #client: SQSClient;
  readonly #url: string;

  /** @param table the client whose region and credentials are used; the endpoint is that of the queue's URL. */
  constructor(table: DynamoDBClient, url: string) {
    const { region, credentials } = table.config;
    this.#client = new SQSClient({ region, credentials, endpoint: new URL(url).origin });
    this.#url = url;
  }

  /** Receives up to ten messages that no other consumer holds; none when the queue is empty. @throws UserError */
  async receive(): Promise<QueuedFailure[]> {
    const { Messages = [] } = await this.#client
      .send(
        new ReceiveMessageCommand({
          QueueUrl: this.#url,
          MaxNumberOfMessages: MAX_MESSAGES,
          WaitTimeSeconds: WAIT_SECONDS,
          VisibilityTimeout: WORK_SECONDS,
        }),
      )
      .catch((error: unknown) => {
        const { origin } = new URL(this.#url);
        throw new UserError(`the queue cannot be read: ${explainFailure(error, { endpoint: origin })}`, {
          cause: error,
        });
      });
    return Messages.map((message) => this.#queued(message));
  }

  close(): void {
    this.#client.destroy();
  }

  #queued({ MessageId = '', Body, ReceiptHandle }: Message): QueuedFailure {
    const place = { QueueUrl: this.#url, ReceiptHandle };
    return {
      messageId: MessageId,
      failure: readFailure(Body),
      remove: async () => {
        await this.#client.send(new DeleteMessageCommand(place));
      },
      release: async () => {
        await this.#client.send(new ChangeMessageVisibilityCommand({ ...place, VisibilityTimeout: 0 }));
      },
    };
  }
}
