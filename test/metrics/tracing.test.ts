import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ulid, ulidToUUID } from 'ulid';
import * as z from 'zod';
import { createLogger } from '../../backend/logger.ts';
import { type OpenedObserver, openObserver } from '../../backend/open-observer.ts';
import { observeTable } from '../../backend/table/observe-table.ts';
import { traceOfMessage } from '../../backend/tracing/message-trace.ts';
import { messageItem } from '../support/factories.ts';
import type { Answer } from '../support/http-client.ts';
import { createHandler } from '../../lambdas/update-summaries/handler.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import type { Caller } from '../support/caller.ts';
import { readEvents } from '../support/event-reader.ts';
import { streamEvent, streamRecord } from '../support/factories.ts';
import { createTestTable, type TestTable } from '../support/test-table.ts';

/* What an operator's collector receives of a message, from the request to the event streams. */

const attribute = z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) });
const spanShape = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  attributes: z.array(attribute),
  links: z.array(z.object({ traceId: z.string() })).default([]),
});
const exportShape = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(spanShape) })) })),
});
type Span = z.output<typeof spanShape>;

const TEXT = 'the secret of the message';
const CALLER = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };

let db: TestTable;
let collector: Server;
let observed: OpenedObserver;
let api: TestApi;
let ada: Caller;
let answer: Answer;
const spans: Span[] = [];
const bodies: string[] = [];

beforeAll(async () => {
  collector = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push(body);
      const { resourceSpans } = exportShape.parse(JSON.parse(body));
      spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const { port } = collector.address() as AddressInfo;
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = `http://127.0.0.1:${port}`;
  const config = { emf: false, capacityEvery: 0, traces: true };
  db = await createTestTable();
  observed = await openObserver({ config, tableName: db.tableName, logger: createLogger('silent') });
  observeTable(db.client);
  api = await startTestApi({ table: db.table, observer: observed.observer });
  ada = await api.person('ada');
  const grace = await api.person('grace');
  const stream = await readEvents(api.port, { token: grace.token });
  await stream.until('ready');
  const traceparent = `00-${CALLER.traceId}-${CALLER.spanId}-01`;
  answer = await ada.post('/api/messages', { handle: 'grace', message: TEXT }, { traceparent });
  await stream.until('message');
  const { message_group_uuid: groupId, uuid: message_uuid, user_uuid } = sent();
  const handle = createHandler({
    ...db.newContext(),
    observer: observed.observer,
    logger: createLogger('silent'),
    failures: () => Promise.resolve(),
  });
  await handle(streamEvent([streamRecord(messageItem({ groupId, message_uuid, user_uuid }))]));
  stream.close();
  await api.stop();
  await observed.stop();
});
afterAll(async () => {
  await db.close();
  await new Promise((resolve) => collector.close(resolve));
});

const sent = () => answer.json() as { message_group_uuid: string; uuid: string; user_uuid: string };
const named = (name: string, traceId: string) =>
  spans.filter((span) => span.name === name && span.traceId === traceId);
const valueOf = ({ attributes }: Span, key: string) =>
  Object.values(attributes.find((one) => one.key === key)?.value ?? {})[0];

describe('a request', () => {
  it('continues its caller’s trace, with its id, its route and its calls of the table', () => {
    const [request, ...others] = named('sendMessage', CALLER.traceId);
    expect(others).toEqual([]);
    expect(request?.parentSpanId).toBe(CALLER.spanId);
    expect(request && valueOf(request, 'cruddur.request_id')).toBe(answer.headers['x-request-id']);
    const calls = spans.filter(({ parentSpanId }) => parentSpanId === request?.spanId);
    expect(calls.map(({ name }) => name)).toContain('TransactWriteItems');
    expect(calls.every((call) => valueOf(call, 'db.system.name') === 'aws.dynamodb')).toBe(true);
  });

  it('has its trace and its message in its log line', () => {
    const line = api.logLines.find((text) => text.includes(String(answer.headers['x-request-id'])));
    expect(JSON.parse(line ?? '')).toMatchObject({
      trace_id: CALLER.traceId,
      message_uuid: sent().uuid,
    });
  });
});

describe('a message', () => {
  it('has a trace that its id is, through the stream’s handler to the event streams', () => {
    const traceId = ulidToUUID(sent().uuid).replaceAll('-', '').toLowerCase();
    const [first, ...others] = named('message', traceId);
    expect(others).toEqual([]);
    expect(first?.parentSpanId ?? '').toBe('');
    for (const name of ['update summaries', 'deliver to event streams']) {
      const found = named(name, traceId);
      expect(found.length).toBeGreaterThan(0);
      for (const span of found) {
        expect(span.parentSpanId).toBe(first?.spanId);
        expect(valueOf(span, 'cruddur.message_uuid')).toBe(sent().uuid);
      }
    }
  });

  it('and the request that wrote it link to each other', () => {
    const { traceId } = traceOfMessage(sent().uuid) ?? { traceId: '' };
    expect(named('message', traceId).flatMap(({ links }) => links)).toEqual([
      expect.objectContaining({ traceId: CALLER.traceId }),
    ]);
    expect(named('sendMessage', CALLER.traceId).flatMap(({ links }) => links)).toEqual([
      expect.objectContaining({ traceId }),
    ]);
  });
});

describe('traces', () => {
  it('have no text, no token and no path', () => {
    const all = bodies.join('\n');
    expect(all).toContain('sendMessage');
    for (const secret of [TEXT, ada.token, '/api/messages']) expect(all).not.toContain(secret);
  });

  it('are of messages whose id is a ULID: another id has none', () => {
    expect(traceOfMessage('no ulid')).toBeUndefined();
    const ids = traceOfMessage(ulid());
    expect(ids?.traceId).toMatch(/^[\da-f]{32}$/);
    expect(ids?.spanId).toBe(ids?.traceId.slice(16));
  });
});
