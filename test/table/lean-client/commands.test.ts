import { describe, expect, it } from '@jest/globals';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { NormalizedSchema } from '@smithy/core/schema';
import { SignatureV4 } from '@smithy/signature-v4';
import { HttpRequest } from '@smithy/core/protocols';
import { MADE_ONCE } from '../../../backend/table/lean-client/lean-client.ts';
import { bodyOf, leanStub, sdkStub, signedAt } from './clients.ts';

/** What to do when an upgrade of the SDK breaks a test here. */
const AFTER_AN_UPGRADE =
  'The SDK has changed what backend/table/lean-client relies on. Read the comment above LeanClient, compare the SDK ' +
  'with it, and adapt both that and this test. Until then DDB_CLIENT=sdk runs everything over the SDK alone.';

const TableName = 'cruddur-messages';
const Key = { pk: 'GRP#1', sk: 'MSG#1' };
const Item = {
  ...Key,
  text: 'Hi \u{1f600}',
  seq: 3,
  sealed: new Uint8Array([1, 2, 255]),
  list: [{ a: null }],
};
const condition = {
  ConditionExpression: '#pk = :pk',
  ExpressionAttributeNames: { '#pk': 'pk' },
  ExpressionAttributeValues: { ':pk': 'GRP#1', ':seq': 4 },
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
} as const;
const UpdateExpression = 'SET seq = :seq';

/** Every command on items with most of its members, in an order that is not the schema's. */
const COMMANDS = [
  new GetCommand({ ReturnConsumedCapacity: 'TOTAL', ConsistentRead: true, Key, TableName }),
  new PutCommand({ ...condition, Item, TableName, ReturnValues: 'ALL_OLD' }),
  new UpdateCommand({ UpdateExpression, ...condition, Key, TableName, ReturnValues: 'ALL_NEW' }),
  new DeleteCommand({ ...condition, Key, TableName }),
  new QueryCommand({
    ...{ Limit: 3, ScanIndexForward: false, ExclusiveStartKey: Key, TableName, Select: 'COUNT' },
    ...{ KeyConditionExpression: '#pk = :pk', FilterExpression: 'seq = :seq', IndexName: 'inbox' },
    ...{ ExpressionAttributeNames: condition.ExpressionAttributeNames },
    ...{ ExpressionAttributeValues: condition.ExpressionAttributeValues },
  }),
  new QueryCommand({ TableName, Limit: NaN }),
  new ScanCommand({ TotalSegments: 4, Segment: 0, TableName, ExclusiveStartKey: Key }),
  new BatchGetCommand({ RequestItems: { [TableName]: { Keys: [Key, Key], ConsistentRead: true } } }),
  new BatchWriteCommand({
    RequestItems: { [TableName]: [{ PutRequest: { Item } }, { DeleteRequest: { Key } }] },
  }),
  new TransactGetCommand({ TransactItems: [{ Get: { Key, TableName } }] }),
  new TransactWriteCommand({
    ClientRequestToken: 'token',
    TransactItems: [
      { ConditionCheck: { ...condition, Key, TableName } },
      { Put: { ...condition, Item, TableName } },
      { Delete: { Key, TableName } },
      { Update: { UpdateExpression, ...condition, Key, TableName } },
    ],
  }),
  // With members that no schema has, which the SDK leaves out.
  new GetCommand({ Key, TableName, Unknown: 1, ConsistentRead: undefined } as never),
];

const named = COMMANDS.map((command) => [command.constructor.name, command] as const);
const VARIABLE = /^(amz-sdk-invocation-id|x-amz-date|authorization|content-length)$/;
describe('a request', () => {
  it.each(named)(
    'of %s is the same as the SDK sends, whether it is the first or a later one',
    async (_, command) => {
      const [lean, sdk] = [leanStub(), sdkStub()];
      for (const { send } of [lean, lean, sdk]) await send(command);
      const [first, second, theirs] = [...lean.requests, ...sdk.requests].map(fixed);
      expect(first).toEqual(theirs);
      expect(second).toEqual(theirs);
    },
  );

  it.each(named)("of %s has the signature that the SDK's signer makes for it", async (_, command) => {
    const { client, send, requests } = leanStub({
      credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'session token' },
    });
    await send(command);
    const [request] = requests;
    if (!request) throw new TypeError('nothing was sent');
    const signer = new SignatureV4({ ...client.config, service: 'dynamodb' });
    const signingDate = signedAt(request);
    const { headers } = await signer.sign(HttpRequest.clone(request), { signingDate });
    expect(headers).toEqual(request.headers);
  });
});

/** A request without what is random or of this moment, and without the length, which the HTTP clients write. */
function fixed(request: HttpRequest) {
  const headers = Object.entries(request.headers).filter(([name]) => !VARIABLE.test(name));
  const { method, protocol, hostname, port, path, query } = request;
  return { method, protocol, hostname, port, path, query, body: bodyOf(request), headers: headers.sort() };
}

describe('the SDK of this version', () => {
  /** Fails with a sentence that says what to do. */
  function expectUnchanged(actual: unknown, expected: unknown): void {
    expect({ actual, advice: AFTER_AN_UPGRADE }).toEqual({ actual: expected, advice: AFTER_AN_UPGRADE });
  }

  it('has the middleware that a request needs, and no other', () => {
    const { middlewareStack } = new DynamoDBClient({ region: 'us-east-1' });
    expectUnchanged(middlewareStack.identify(), [
      'loggerMiddleware - initialize',
      'serializerMiddleware - serialize',
      'contentLengthMiddleware - build',
      'getUserAgentMiddleware - build',
      'hostHeaderMiddleware - build',
      'recursionDetectionMiddleware - build',
      'retryMiddleware - finalizeRequest',
      'httpSigningMiddleware (a.k.a. apiKeyMiddleware,tokenMiddleware,awsAuthMiddleware) - finalizeRequest',
      'deserializerMiddleware - deserialize',
    ]);
    // This one is relative to the endpoint's, which is a command's.
    expectUnchanged(
      MADE_ONCE.filter((name) => !middlewareStack.remove(name)),
      [],
    );
  });

  it.each(named)(
    'converts plain values in %s exactly where its schema has attribute values',
    (_, command) => {
      const { inputKeyNodes, outputKeyNodes, clientCommand } = command as unknown as {
        inputKeyNodes: object;
        outputKeyNodes: object;
        clientCommand: { schema: unknown[] };
      };
      const [, , , , input, output] = clientCommand.schema;
      expectUnchanged(leavesOf(NormalizedSchema.of(input as never)), placesOf(inputKeyNodes));
      expectUnchanged(leavesOf(NormalizedSchema.of(output as never)), placesOf(outputKeyNodes));
    },
  );

  it('checks no CRC of a response', async () => {
    const headers = { 'x-amz-crc32': '1' };
    for (const { send } of [
      leanStub({ answer: () => ({ headers }) }),
      sdkStub({ answer: () => ({ headers }) }),
    ]) {
      await expect(send(new GetCommand({ TableName, Key }))).resolves.toMatchObject({});
    }
  });
});

/** The paths of the attribute values in a schema, such as `Items.*.*`. */
function leavesOf(schema: NormalizedSchema, path = ''): string[] {
  if (schema.getName(true) === 'com.amazonaws.dynamodb#AttributeValue') return [path.slice(1)];
  if (schema.isListSchema() || schema.isMapSchema()) return leavesOf(schema.getValueSchema(), `${path}.*`);
  if (!schema.isStructSchema()) return [];
  return [...schema.structIterator()].flatMap(([name, member]) => leavesOf(member, `${path}.${name}`)).sort();
}

/** The same of what lib-dynamodb converts: null is a value, and an object without members is a list or map of values. */
function placesOf(nodes: object | null, path = ''): string[] {
  if (nodes === null) return [path.slice(1)];
  const entries = Object.entries(nodes) as [string, object | null][];
  if (entries.length === 0) return [`${path}.*`.slice(1)];
  return entries.flatMap(([name, node]) => placesOf(node, `${path}.${name}`)).sort();
}
