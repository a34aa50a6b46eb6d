import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { HttpRequest } from '@smithy/core/protocols';
import { meterCapacity } from '../../../backend/table/capacity-meter.ts';
import { deferred } from '../../support/deferred.ts';
import { eventually } from '../../support/eventually.ts';
import { type Answer, bodyOf, leanStub, sdkStub, signedAt, type Stub } from './clients.ts';

const TableName = 'cruddur-messages';
const get = () => new GetCommand({ TableName, Key: { pk: 'a' } });
const update = () => new UpdateCommand({ TableName, Key: { pk: 'a' } });

afterEach(() => {
  jest.restoreAllMocks();
});

const HOUR_MS = 3_600_000;
const hoursAhead = (request: HttpRequest) =>
  Math.round((signedAt(request).getTime() - Date.now()) / HOUR_MS) || 0;
const keyIdOf = ({ headers }: HttpRequest) => /Credential=(\w+)/.exec(headers['authorization'] ?? '')?.[1];
const hostsOf = ({ requests }: Stub) => requests.map(({ hostname }) => hostname);

describe('middleware', () => {
  it('that is added after the first request sees the next one', async () => {
    const { client, send } = leanStub({
      answer: () => ({ body: '{"ConsumedCapacity":{"CapacityUnits":2.5}}' }),
    });
    await send(get());
    const meter = meterCapacity(client);
    expect(await meter.measure(() => send(get()))).toMatchObject({ R: 2.5, byOperation: { GetItem: 2.5 } });
    client.middlewareStack.remove('meterCapacity');
    expect(await meter.measure(() => send(get()))).toMatchObject({ R: 0 });
  });

  it('that is added while the first request is made sees the next one', async () => {
    const { client, send } = leanStub();
    const first = send(get());
    const seen: string[] = [];
    client.middlewareStack.add(
      (next, { commandName = '' }) =>
        (args) => {
          seen.push(commandName);
          return next(args);
        },
      {},
    );
    await first;
    await send(get());
    expect(seen.at(-1)).toBe('GetItemCommand');
  });

  it('can change a plain input', async () => {
    const { client, send, requests } = leanStub();
    const Key = { pk: 'b', seq: 2 };
    client.middlewareStack.add((next) => (args) => next({ ...args, input: { ...args.input, Key } }), {});
    await send(get());
    expect(requests.map(bodyOf)).toEqual([
      '{"TableName":"cruddur-messages","Key":{"pk":{"S":"b"},"seq":{"N":"2"}}}',
    ]);
  });
});

describe('credentials', () => {
  /** Credentials that are renewed for each request. */
  const renewing = () => {
    let renewals = 0;
    return () => {
      renewals += 1;
      const accountId = String(100_000_000_000 + renewals);
      const expiration = new Date(Date.now() - 1);
      return Promise.resolve({
        accessKeyId: `AKID${renewals}`,
        secretAccessKey: 'secret',
        accountId,
        expiration,
      });
    };
  };

  it('that are renewed sign the next request, which goes to the endpoint of their account', async () => {
    const [lean, sdk] = [leanStub({ credentials: renewing() }), sdkStub({ credentials: renewing() })];
    for (const { send } of [lean, lean, sdk]) await send(get());
    const [first, second] = lean.requests.map(keyIdOf);
    expect(first).not.toBe(second);
    for (const host of [...hostsOf(lean), ...hostsOf(sdk)]) {
      expect(host).toMatch(/^1\d{11}\.ddb\.eu-central-1\.amazonaws\.com$/);
    }
    expect(new Set(hostsOf(lean)).size).toBe(2);
  });

  it('that cannot be found at first are looked for again', async () => {
    let calls = 0;
    const credentials = () => {
      calls += 1;
      if (calls <= 2) return Promise.reject(new Error('no credentials yet'));
      return Promise.resolve({ accessKeyId: 'AKID', secretAccessKey: 'secret' });
    };
    const { send } = leanStub({ credentials });
    await expect(send(get())).rejects.toThrow('no credentials yet');
    await expect(send(get())).rejects.toThrow('no credentials yet');
    await expect(send(get())).resolves.toMatchObject({ $metadata: { httpStatusCode: 200 } });
  });
});

describe('the first request of an operation', () => {
  it('that is invalid leaves nothing behind for those that follow', async () => {
    const { send } = leanStub();
    const invalid = () => send(new GetCommand({ TableName, Key: { pk: { a: undefined } } }));
    await expect(invalid()).rejects.toThrow('removeUndefinedValues');
    await expect(send(get())).resolves.toBeDefined();
    await expect(invalid()).rejects.toThrow('removeUndefinedValues');
  });

  it('shares what is made of it with others that are sent meanwhile', async () => {
    const { send, requests } = leanStub();
    const keys = ['a', 'b', 'c', 'd'];
    await Promise.all(keys.map((pk) => send(new GetCommand({ TableName, Key: { pk } }))));
    expect(requests.map((request) => JSON.parse(bodyOf(request)) as unknown)).toEqual(
      keys.map((pk) => ({ TableName, Key: { pk: { S: pk } } })),
    );
  });
});

describe('attempts', () => {
  it('of a transaction have one token, and other transactions have others', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0);
    const answer = (_: HttpRequest, attempt: number) => ({ status: attempt % 2 === 1 ? 500 : 200 });
    const { send, requests } = leanStub({ answer, maxAttempts: 3 });
    const transaction = () =>
      new TransactWriteCommand({ TransactItems: [{ Delete: { TableName, Key: { pk: 'a' } } }] });
    await send(transaction());
    await send(transaction());
    const tokens = requests.map(
      (request) => (JSON.parse(bodyOf(request)) as { ClientRequestToken: string }).ClientRequestToken,
    );
    expect(tokens[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(tokens[1]).toBe(tokens[0]);
    expect(tokens[2]).not.toBe(tokens[0]);
    expect(tokens[3]).toBe(tokens[2]);
  });

  it('are counted, numbered and identified as by the SDK, and use the same budget', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0);
    // One success, one after two failures, one failure, and successes that refill a part of the budget.
    const failing = new Set([2, 3, 5, 6, 7]);
    const answer = (_: HttpRequest, attempt: number) => ({ status: failing.has(attempt) ? 500 : 200 });
    const outcomes = await Promise.all(
      [leanStub, sdkStub].map(async (stub) => {
        const { client, send, requests } = stub({ answer, maxAttempts: 3 });
        const attempts = [];
        for (let request = 0; request < 6; request += 1) {
          attempts.push(
            await send(get()).then(
              (output) => output,
              (error: unknown) => ({ $metadata: (error as { $metadata: object }).$metadata }),
            ),
          );
        }
        const { capacity } = (await client.config.retryStrategy()) as unknown as { capacity: number };
        const numbers = requests.map(({ headers }) => headers['amz-sdk-request']);
        const ids = requests.map(({ headers }) => headers['amz-sdk-invocation-id']);
        return { attempts, numbers, capacity, ids: ids.map((id) => ids.indexOf(id)) };
      }),
    );
    const [lean, sdk] = outcomes;
    expect(lean).toEqual(sdk);
    expect(lean?.numbers.slice(0, 4)).toEqual([1, 1, 2, 3].map((number) => `attempt=${number}; max=3`));
  });

  it.each([['lean' as const], ['sdk' as const]])(
    "correct this machine's clock by the response of the first (%s)",
    async (which) => {
      const date = new Date(Date.now() + HOUR_MS).toUTCString();
      const answer = (_: HttpRequest, attempt: number) =>
        attempt === 1
          ? {
              status: 400,
              headers: { date },
              body: '{"__type":"x#InvalidSignatureException","message":"Signature expired"}',
            }
          : {};
      const { send, requests } = (which === 'lean' ? leanStub : sdkStub)({ answer, maxAttempts: 2 });
      await send(get());
      await send(update());
      expect(requests.map(hoursAhead)).toEqual([0, 1, 1]);
    },
  );

  it('of concurrent requests correct a wrong clock each by what it was when they were signed', async () => {
    // The correction is then the same to the millisecond, whichever response it is read from.
    const now = Date.now();
    jest.spyOn(Date, 'now').mockReturnValue(now);
    const headers = { date: new Date(now + HOUR_MS).toUTCString() };
    const expired = { status: 400, headers, body: '{"__type":"x#InvalidSignatureException","message":"no"}' };
    const held = [deferred<Answer>(), deferred<Answer>()];
    const { send, requests } = leanStub({
      answer: (_, attempt) => held[attempt - 1]?.promise ?? {},
      maxAttempts: 2,
    });
    const [first, second] = [send(get()), send(get())];
    await eventually(() => requests.length === 2);
    held[0]?.resolve(expired);
    await first;
    // Another attempt was signed with the right clock before this response arrives.
    held[1]?.resolve(expired);
    await second;
    expect(requests).toHaveLength(4);
  });
});

describe('in a function', () => {
  afterEach(() => {
    delete process.env['AWS_LAMBDA_FUNCTION_NAME'];
    delete process.env['_X_AMZN_TRACE_ID'];
  });

  it('each request has the trace of its own invocation', async () => {
    const { send, requests } = leanStub();
    process.env['AWS_LAMBDA_FUNCTION_NAME'] = 'update-summaries';
    for (const trace of ['Root=1', 'Root=2']) {
      process.env['_X_AMZN_TRACE_ID'] = trace;
      await send(get());
    }
    expect(requests.map(({ headers }) => headers['X-Amzn-Trace-Id'])).toEqual(['Root=1', 'Root=2']);
  });
});

describe('other commands', () => {
  it("are the SDK's, with attribute values", async () => {
    const { client, requests } = leanStub({ answer: () => ({ body: '{"Item":{"n":{"N":"1"}}}' }) });
    const { Item } = await client.send(new GetItemCommand({ TableName, Key: { pk: { S: 'a' } } }));
    expect(Item).toEqual({ n: { N: '1' } });
    expect(requests.map(bodyOf)).toEqual(['{"TableName":"cruddur-messages","Key":{"pk":{"S":"a"}}}']);
  });

  it("can be sent by the SDK's document client too", async () => {
    const { client } = leanStub({ answer: () => ({ body: '{"Item":{"n":{"N":"1"}}}' }) });
    expect(await DynamoDBDocumentClient.from(client).send(get())).toMatchObject({ Item: { n: 1 } });
  });
});
