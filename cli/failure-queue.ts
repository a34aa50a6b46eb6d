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
/** All of SQS's servers are asked: what is there is found. */
const WAIT_SECONDS = 2;
/** How long nobody else is given a message that is being worked on. */
const WORK_SECONDS = 600;

/** Keys of records that the function skipped (`lambdas/update-summaries/failure-queue.ts`). */
const skipped = z.object({ keys: z.array(z.object({ pk: z.string(), sk: z.string() })) });
/** A batch that Lambda gave up: where it stands in the stream, and nothing of what is in it. */
const givenUp = z.object({ DDBStreamBatchInfo: z.object({ streamArn: z.string(), batchSize: z.number() }) });

/** What a message of the queue says was not done. */
export type Failure =
  | { readonly kind: 'records'; readonly keys: readonly Key[] }
  /** Records of any group. */
  | { readonly kind: 'batch' }
  | { readonly kind: 'unknown' };

export interface QueuedFailure {
  /** For a person who looks for it in the queue. */
  readonly messageId: string;
  readonly failure: Failure;
  /** Done with: it leaves the queue. */
  remove(): Promise<void>;
  /** Gives it back at once. */
  release(): Promise<void>;
}

export function readFailure(body: string | undefined): Failure {
  const content = parseJson(body);
  const records = skipped.safeParse(content);
  if (records.success) return { kind: 'records', keys: records.data.keys };
  return givenUp.safeParse(content).success ? { kind: 'batch' } : { kind: 'unknown' };
}

/** The queue of what the stream's function could not do. */
export class FailureQueue {
  readonly #client: SQSClient;
  readonly #url: string;

  /** @param table whose region and credentials are used. The queue answers where its URL says. */
  constructor(table: DynamoDBClient, url: string) {
    const { region, credentials } = table.config;
    this.#client = new SQSClient({ region, credentials, endpoint: new URL(url).origin });
    this.#url = url;
  }

  /** Some of what is in the queue and nobody works on; none when there is no more. */
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
