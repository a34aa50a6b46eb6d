import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { compareSummaries } from '../../backend/domain/rebuild-summaries.ts';
import { sqsFailureQueue } from '../../lambdas/update-summaries/failure-queue.ts';
import { createHandler } from '../../lambdas/update-summaries/handler.ts';
import { streamStores } from '../../lambdas/update-summaries/stores.ts';
import { inProcessLiveEvents } from '../../backend/events/in-process-live-events.ts';
import { createLogger } from '../../backend/logger.ts';
import { type Key, messageKey } from '../../schema/keys.ts';
import { callScript, failsWith, type Outcome, succeeds } from '../../test/bin/run-script.ts';
import { messageItem } from '../../test/support/factories.ts';
import { addGroup, deleteItem, putItem } from '../../test/support/scene.ts';
import { createTestTable, type TestTable } from '../../test/support/test-table.ts';
import { pythonProgram } from './support/python.ts';
import { STAND_IN_CREDENTIALS, STAND_IN_REGION, type StandIn, startStandIn } from './support/stand-in.ts';

/** The message that Lambda puts into the queue when it gives up a batch, as AWS documents it. */
const GIVEN_UP = {
  requestContext: {
    requestId: '316aa6d0-8154-xmpl-9af7-85d5f4a6bc81',
    functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:update-summaries',
    condition: 'RecordAgeExceeded',
    approximateInvokeCount: 40,
  },
  responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
  version: '1.0',
  timestamp: '2024-01-01T00:13:49.717Z',
  DDBStreamBatchInfo: {
    shardId: 'shardId-00000001573689847184-864758bb',
    startSequenceNumber: '800000000003126276362',
    endSequenceNumber: '800000000003126276362',
    approximateArrivalOfFirstRecord: '2024-01-01T00:13:19Z',
    approximateArrivalOfLastRecord: '2024-01-01T00:13:19Z',
    batchSize: 1,
    streamArn:
      'arn:aws:dynamodb:us-east-1:123456789012:table/cruddur-messages/stream/2024-01-01T00:00:00.000',
  },
};

const describeWithQueue = pythonProgram('moto_server') === undefined ? describe.skip : describe;

describeWithQueue('redrive, with a queue of the stand-in', () => {
  let standIn: StandIn;
  let sqs: SQSClient;
  let db: TestTable;
  let queueUrl: string;
  let queues = 0;

  beforeAll(async () => {
    [standIn, db] = await Promise.all([startStandIn(), createTestTable()]);
    sqs = new SQSClient({
      endpoint: standIn.endpoint,
      region: STAND_IN_REGION,
      credentials: STAND_IN_CREDENTIALS,
    });
  });
  afterAll(async () => {
    sqs.destroy();
    await Promise.all([standIn.stop(), db.close()]);
  });
  beforeEach(async () => {
    queues += 1;
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `failures-${queues}` }));
    queueUrl = QueueUrl;
  });

  const redrive = (url = queueUrl, args: readonly string[] = []): Promise<Outcome> =>
    callScript('ddb/redrive', [url, ...args], {
      env: { AWS_ENDPOINT_URL: db.endpoint, DDB_MESSAGE_TABLE: db.tableName, DATA_DIR: '/nonexistent' },
    });
  const send = (body: unknown) =>
    sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(body) }));
  /** Numbers of visible messages, and of messages that a consumer has received. */
  async function queued(): Promise<readonly [visible: string | undefined, hidden: string | undefined]> {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
    );
    return [Attributes?.ApproximateNumberOfMessages, Attributes?.ApproximateNumberOfMessagesNotVisible];
  }
  /** Creates a group whose stream was not followed: its summary shows an older message. */
  async function staleGroup(): Promise<string> {
    const { groupId } = await addGroup(db.table, {
      userIds: ['ada', 'grace'],
      length: 3,
      summary: { last_seq: 1, last_by: 'kay' },
      message: () => ({ user_uuid: 'kay' }),
    });
    return groupId;
  }
  const isRight = async (groupId: string) =>
    (await compareSummaries(db.newContext(), groupId)).differences.length === 0;
  const skip = (keys: readonly Key[]) => sqsFailureQueue(sqs, queueUrl)(keys);

  it('rebuilds the groups of records that the function skipped, and empties the queue', async () => {
    const [one, other, third] = await Promise.all([staleGroup(), staleGroup(), staleGroup()]);
    await skip([messageKey(one, 2), messageKey(other, 3)]);
    await skip([messageKey(one, 3)]);
    expect(await succeeds(redrive())).toMatch(
      /^2 messages of the queue done: 3 groups rebuilt, 2 items repaired/,
    );
    expect(await Promise.all([one, other, third].map(isRight))).toEqual([true, true, false]);
    expect(await queued()).toEqual(['0', '0']);
    expect(await succeeds(redrive())).toMatch(/^0 messages of the queue done: 0 groups rebuilt, 0 items/);
  });

  it('rebuilds all groups for a batch that Lambda gave up', async () => {
    const groupIds = await Promise.all([staleGroup(), staleGroup()]);
    await send(GIVEN_UP);
    await succeeds(redrive());
    expect(await Promise.all(groupIds.map(isRight))).toEqual([true, true]);
    expect(await queued()).toEqual(['0', '0']);
  });

  it('leaves messages that it cannot process in the queue, visible to the next consumer, and says why', async () => {
    const groupId = await staleGroup();
    const broken = { ...messageItem({ groupId, seq: 2 }), rev: 'zero' } as unknown as Key;
    await putItem(db.table, broken);
    await skip([broken]);
    await send({ something: 'else' });
    await skip([messageKey(await staleGroup(), 1)]);
    const { status, stdout, stderr } = await redrive();
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'redrive: 2 messages stay in the queue: the report says why\n',
    });
    expect(stdout).toMatch(/GRP#\S+ {2}MSG#0{11}2 {2}has no valid rev\n/);
    expect(stdout).toMatch(/it was sent neither by the function nor by Lambda\n/);
    expect(stdout).toMatch(/\n1 message of the queue done/);
    expect(await queued()).toEqual(['2', '0']);
    // After a correction by hand, they can be processed.
    await putItem(db.table, messageItem({ groupId, seq: 2, user_uuid: 'kay' }));
    expect((await redrive()).stdout).toMatch(/\n1 message of the queue done: 1 group rebuilt/);
    expect(await isRight(groupId)).toBe(true);
  });

  it('processes the messages that the function itself puts into the queue', async () => {
    const groupId = await staleGroup();
    const handler = createHandler({
      ...streamStores(db.table),
      events: inProcessLiveEvents().events,
      failures: sqsFailureQueue(sqs, queueUrl),
      logger: createLogger('silent'),
    });
    const { pk, sk } = messageKey(groupId, 3);
    const image = { pk: { S: pk }, sk: { S: sk }, seq: { S: 'three' } };
    await handler({
      Records: [
        { eventName: 'INSERT', dynamodb: { Keys: { pk: { S: pk }, sk: { S: sk } }, NewImage: image } },
      ],
    });
    expect(await queued()).toEqual(['1', '0']);
    await deleteItem(db.table, messageKey('nobody', 1));
    expect(await succeeds(redrive())).toMatch(/^1 message of the queue done: 1 group rebuilt, 1 item/);
  });

  it('says why it cannot start', async () => {
    await failsWith(redrive(`${queueUrl}-not`), /the queue cannot be read: .*queue does not exist/i);
    await failsWith(
      redrive('http://127.0.0.1:9/queue'),
      /the queue cannot be read: nothing answers at http:\/\/127.0.0.1:9/,
    );
    await failsWith(
      redrive('https://sqs.eu-west-1.amazonaws.com/1/x'),
      /is AWS: add `prod` as the last word/,
    );
    await failsWith(redrive('a-queue'), /must be the URL of an SQS queue/);
  });
});
