import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import * as sdkErrors from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { readDynamoConfig } from '../../../backend/config.ts';
import { createDynamoClient } from '../../../backend/table/client.ts';
import { LeanClient } from '../../../backend/table/lean-client/lean-client.ts';
import { openTable } from '../../../backend/table/table.ts';
import { createLambdaClient } from '../../../lambdas/dynamo-client.ts';
import { plainResult } from '../../support/compare-clients.ts';

/* What becomes of everything that is not a success: the same with our client and with the SDK's. */

beforeEach(() => {
  // The client waits a random part of a longest time between its attempts: this is the shortest.
  jest.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  jest.restoreAllMocks();
});

type Create = typeof createDynamoClient;
type Client = 'lean' | 'sdk';

/** What comes of a write whose first attempts get this answer, and number of attempts. */
async function write(create: Create, DDB_CLIENT: Client, answer: RequestListener, failures = Infinity) {
  let attempts = 0;
  const server = createServer((request, response) => {
    attempts += 1;
    if (attempts <= failures) answer(request, response);
    else response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const AWS_ENDPOINT_URL = `http://127.0.0.1:${port}`;
  const client = create(readDynamoConfig({ AWS_ENDPOINT_URL, DDB_CLIENT, DDB_TIMEOUT_MS: '300' }));
  const put = () => new PutCommand({ TableName: 'cruddur-messages', Item: { pk: 'a' } });
  const send = () =>
    client instanceof LeanClient
      ? client.sendDocument(put())
      : DynamoDBDocumentClient.from(client).send(put());
  try {
    const result = await send().then(
      (output: object) => ({ output }),
      (error: unknown) => ({ error: error as Error }),
    );
    const counted = attempts;
    const mapped = await openTable(client, 'cruddur-messages')
      .send(put())
      .then(
        () => 'stored',
        (error: unknown) => (error as Error).name,
      );
    return { result: { ...plainResult({ result }), socket: undefined }, attempts: counted, mapped };
  } finally {
    client.destroy();
    server.closeAllConnections();
    server.close();
  }
}

const json =
  (status: number, body: object, headers = {}): RequestListener =>
  (_, response) =>
    response.writeHead(status, { 'x-amzn-requestid': 'REQUEST', ...headers }).end(JSON.stringify(body));
const page =
  (status: number, type = 'text/html'): RequestListener =>
  (_, response) =>
    response.writeHead(status, { 'content-type': type }).end('<html><body>a proxy</body></html>');
const empty =
  (status: number): RequestListener =>
  (_, response) =>
    response.writeHead(status).end();
const PREFIX = 'com.amazonaws.dynamodb.v20120810#';
const refusal = (name: string, more = {}, status = 400) =>
  json(status, { __type: `${PREFIX}${name}`, message: `${name}, in words`, ...more });

/** Every exception of the service that the SDK knows. */
const EXCEPTIONS = Object.keys(sdkErrors).filter(
  (name) => /(Exception|Error)$/.test(name) && name !== 'DynamoDBServiceException',
);

const CASES: [string, RequestListener][] = [
  ...EXCEPTIONS.map((name): [string, RequestListener] => [name, refusal(name)]),
  [
    'a condition that does not hold, with the item',
    refusal('ConditionalCheckFailedException', { Item: { pk: { S: 'a' }, n: { N: '1' }, b: { B: 'AQI=' } } }),
  ],
  [
    'a cancelled transaction, with reasons and items',
    refusal('TransactionCanceledException', {
      Message: 'cancelled',
      CancellationReasons: [
        { Code: 'None' },
        { Code: 'ConditionalCheckFailed', Message: 'no', Item: { pk: { S: 'a' }, b: { B: 'AQI=' } } },
      ],
    }),
  ],
  [
    'a transaction that is cancelled by another',
    refusal('TransactionCanceledException', {
      CancellationReasons: [{ Code: 'TransactionConflict' }, { Code: 'None' }],
    }),
  ],
  ['a throttle without a reason', refusal('ThrottlingException')],
  [
    'an invalid request',
    json(400, { __type: 'com.amazon.coral.validate#ValidationException', message: 'invalid' }),
  ],
  ['a request that cannot be read', json(400, { __type: 'com.amazon.coral.service#SerializationException' })],
  [
    'expired credentials',
    json(400, { __type: 'com.amazon.coral.service#ExpiredTokenException', Message: 'expired' }),
  ],
  [
    'an unknown key',
    json(400, { __type: 'com.amazon.coral.service#UnrecognizedClientException', message: 'who?' }),
  ],
  ['an exception that no SDK knows', refusal('NewException', { Detail: { more: [1, 'x'] } })],
  [
    'an exception that is named in a header',
    json(400, { message: 'named' }, { 'x-amzn-errortype': 'ThrottlingException:http://x/' }),
  ],
  ['an exception without a message', json(400, { __type: 'ResourceNotFoundException' })],
  ['an exception without a type', json(400, { message: 'nothing' })],
  ['an error of the service', json(500, { __type: `${PREFIX}InternalServerError`, message: 'internal' })],
  ['a service that is unavailable', json(503, { __type: 'com.amazon.coral.service#ServiceUnavailable' })],
  ['too many requests', json(429, {})],
  [
    'a body that is too large',
    json(413, { __type: 'com.amazon.coral.service#RequestEntityTooLarge', message: 'large' }),
  ],
  ['a page of a proxy with 413', page(413)],
  ['a page of a proxy with 502', page(502)],
  ['a page of a proxy with 403', page(403)],
  ['a page of a proxy with 200', page(200)],
  ['a redirection', empty(301)],
  ['no body with 500', empty(500)],
  ['no body with 400', empty(400)],
  ['no body with 200', empty(200)],
  ['null with 200', (_, response) => response.end('null')],
  ['half of a body of the right length', (_, response) => response.end('{"Attributes":')],
  ['a wrong CRC', json(200, {}, { 'x-amz-crc32': '1' })],
  ['a connection that is cut', (request) => request.socket.destroy()],
];

describe.each<[string, Create]>([
  ['a server', createDynamoClient],
  ['a function', createLambdaClient],
])('the client of %s', (_whose, create) => {
  it.each(CASES)('has the same result and attempts as the SDK for %s', async (_, answer) => {
    const [lean, sdk] = [await write(create, 'lean', answer), await write(create, 'sdk', answer)];
    expect(lean).toEqual(sdk);
  });

  it.each([
    ['a throttle', refusal('ProvisionedThroughputExceededException')],
    ['a conflict', refusal('TransactionConflictException')],
    ['an error of the service', empty(500)],
    ['a connection that is cut', (request) => request.socket.destroy()],
    ['a connection that is cut within the body', halfway],
    ['an answer that does not come', () => undefined],
    ['a body that stops', stopping],
  ])('tries again after %s, and then succeeds', async (_, answer) => {
    expect(await write(create, 'lean', answer, 3)).toMatchObject({ attempts: 4, mapped: 'stored' });
  });
});

/** Begins a body. */
function stopping(_: unknown, response: Parameters<RequestListener>[1]): void {
  response.writeHead(200, { 'content-length': '100' }).write('{"Attributes":');
}

/** Begins a body and cuts the connection. */
function halfway(request: Parameters<RequestListener>[0], response: Parameters<RequestListener>[1]): void {
  response.writeHead(200, { 'content-length': '100' });
  response.write('{"Attributes":', () => request.socket.destroy());
}
