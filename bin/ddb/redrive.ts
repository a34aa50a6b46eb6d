import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { InvalidArgumentError } from 'commander';
import PQueue from 'p-queue';
import { isAwsEndpoint } from '../../backend/config.ts';
import { type Wiring, wire } from '../../backend/wiring.ts';
import { rebuildSummaries } from '../../backend/domain/rebuild-summaries.ts';
import { explainFailure } from '../../cli/explain-failure.ts';
import { UserError } from '../../cli/user-error.ts';
import { groupIdOf, type Key } from '../../schema/keys.ts';
import { addNotes, command, prodArgument, runAsProgram, type Script } from '../../cli/command.ts';
import { say, type Output } from '../../cli/screen.ts';
import { countOf } from '../../cli/present-numbers.ts';
import { oneLine } from '../../cli/text-width.ts';
import { type ConnectionOptions, connectionOptions, withConnection } from '../../cli/connection.ts';
import { itemFault } from '../../cli/dumps/item-shapes.ts';
import { FailureQueue, type QueuedFailure } from '../../cli/failure-queue.ts';

const CONCURRENCY = 8;

/** The command line of `bin/ddb/redrive`. */
export const script: Script = (streams) =>
  addNotes(
    connectionOptions(
      command(
        streams,
        'redrive',
        "Rebuilds the summaries that are named in the stream function's failure queue.",
        ['./bin/ddb/redrive "$FAILURE_QUEUE_URL" prod'],
      ),
    )
      .argument('<queue-url>', 'the output FailureQueueUrl of the stack CruddurService', parseQueueUrl)
      .addArgument(prodArgument())
      .action((queueUrl: string, prod: string | undefined, options: ConnectionOptions) => {
        if (prod === undefined && isAwsEndpoint(queueUrl))
          throw new UserError(`${queueUrl} is AWS: add \`prod\` as the last word`);
        return withConnection(options, prod, async ({ client, table }) => {
          const queue = new FailureQueue(client, queueUrl);
          try {
            await new Redrive(streams.stdout, client, wire({ table })).run(queue);
          } finally {
            queue.close();
          }
        });
      }),
    'A message leaves the queue when its summaries are rebuilt. Any other stays in it, and the report says why. It may run while clients write.',
  );

/** One run through the queue. */
class Redrive {
  readonly #output: Output;
  readonly #client: DynamoDBClient;
  readonly #context: Wiring;
  readonly #left = new Map<string, QueuedFailure>();
  #done = 0;
  #groups = 0;
  #repaired = 0;

  constructor(output: Output, client: DynamoDBClient, context: Wiring) {
    this.#output = output;
    this.#client = client;
    this.#context = context;
  }

  /** @throws UserError if a message stays in the queue. */
  async run(queue: FailureQueue): Promise<void> {
    for (;;) {
      const received = await queue.receive();
      // A message that was left is hidden for the visibility timeout, and may be received again in a long run.
      const failures = received.filter(({ messageId }) => !this.#left.has(messageId));
      if (failures.length === 0) break;
      await this.#work(failures);
    }
    for (const failure of this.#left.values()) await failure.release();
    const left = this.#left.size;
    say(
      this.#output,
      `${countOf(this.#done, 'message')} of the queue done: ${countOf(this.#groups, 'group')} rebuilt, ` +
        `${countOf(this.#repaired, 'item')} repaired`,
    );
    if (left > 0) {
      throw new UserError(
        `${countOf(left, 'message')} ${left === 1 ? 'stays' : 'stay'} in the queue: the report says why`,
      );
    }
  }

  /**
   * Rebuilds first and removes afterwards. A run that ends in between leaves the messages in the queue, and rebuilding
   * twice changes nothing. A record that the function skips meanwhile is another message.
   */
  async #work(failures: readonly QueuedFailure[]): Promise<void> {
    // A batch may concern any group: then all groups are rebuilt, once for all messages that were received.
    const everything = failures.some(({ failure }) => failure.kind === 'batch')
      ? await this.#rebuild(await this.#context.groups.ids())
      : undefined;
    for (const queued of failures) {
      const { failure, messageId } = queued;
      const faults =
        failure.kind === 'unknown'
          ? ['it was sent neither by the function nor by Lambda']
          : [...(failure.kind === 'batch' ? (everything ?? []) : await this.#redo(failure.keys))];
      if (faults.length === 0) {
        await queued.remove();
        this.#done += 1;
      } else {
        this.#left.set(messageId, queued);
        for (const fault of faults) say(this.#output, `message ${messageId}: ${oneLine(fault)}`);
      }
    }
  }

  /** Returns what is wrong with the records themselves, or with their groups. */
  async #redo(keys: readonly Key[]): Promise<string[]> {
    const faults: string[] = [];
    for (const key of keys) {
      const fault = await this.#faultOf(key);
      if (fault !== undefined) faults.push(`${key.pk}  ${key.sk}  ${fault}`);
    }
    if (faults.length > 0) return faults;
    return this.#rebuild([...new Set(keys.flatMap((key) => groupIdOf(key) ?? []))]);
  }

  /** Returns what is wrong with the item of a key; a deleted item has no fault. */
  async #faultOf({ pk, sk }: Key): Promise<string | undefined> {
    const { Item } = await this.#client.send(
      new GetItemCommand({
        TableName: this.#context.table.name,
        Key: { pk: { S: pk }, sk: { S: sk } },
        ConsistentRead: true,
      }),
    );
    return Item && itemFault(Item);
  }

  /** Rebuilds groups, and returns a line for each one that failed. */
  async #rebuild(groupIds: readonly string[]): Promise<string[]> {
    const queue = new PQueue({ concurrency: CONCURRENCY });
    const faults = await queue.addAll(
      groupIds.map((groupId) => async () => {
        try {
          const { differences, faults } = await rebuildSummaries(this.#context, groupId);
          this.#repaired += differences.length;
          this.#groups += 1;
          const unreadable = faults.filter(({ isUnreadable }) => isUnreadable);
          return unreadable.map(({ key, fault }) => `${key.pk}  ${key.sk}  ${fault}`);
        } catch (error) {
          return [`group ${groupId} cannot be rebuilt: ${explainFailure(error)}`];
        }
      }),
    );
    return faults.flat();
  }
}

function parseQueueUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && ['http:', 'https:'].includes(url.protocol)) return text;
  throw new InvalidArgumentError('it must be the URL of an SQS queue');
}

await runAsProgram(import.meta.url, script);
