import type { RequestListener } from 'node:http';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type RunningServer, startServer } from '../../backend/http/server.ts';
import { ERROR_FORMS, expectFailure } from '../support/answers.ts';
import { FRONT_END, useTestApi } from '../support/api.ts';
import type { Caller } from '../support/caller.ts';
import { deferred } from '../support/deferred.ts';
import { eventually } from '../support/eventually.ts';
import { type Answer, exchange } from '../support/http-client.ts';
import { answersIn, useRawConnections } from '../support/raw-connection.ts';
import { newGroupId } from '../support/factories.ts';

/*
 * What Node's HTTP server would answer by itself: requests that are none, that are broken, or that come too slowly. Each
 * answer is the API's, with its form, its headers and its log line, and comes when it is its turn.
 */

const api = useTestApi();
const open = useRawConnections();
const servers: RunningServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop())));

/** A server of the test's own. */
async function serve(
  ...how: readonly [RequestListener, Parameters<typeof startServer>[2]?]
): Promise<RunningServer> {
  const server = await startServer(how[0], 0, how[1]);
  servers.push(server);
  return server;
}

let ada: Caller;
let grace: Caller;
let groupId: string;

beforeAll(async () => {
  [ada, grace] = [await api().person('ada'), await api().person('grace')];
  ({ message_group_uuid: groupId } = await ada.send({ handle: 'grace', message: 'first' }));
});

const lines = (...parts: readonly string[]) => `${parts.join('\r\n')}\r\n\r\n`;
const GET = 'GET /api/health-check HTTP/1.1';
const HOST = 'Host: localhost';
const GARBAGE = 'garbage\r\n\r\n';
const bearer = ({ token }: Caller) => `Authorization: Bearer ${token}`;

/** Everything that a server sends before it closes the connection. */
async function talk(text: string | Buffer, port = api().port): Promise<Answer[]> {
  const connection = await open(port);
  connection.socket.write(text);
  await connection.closed;
  return answersIn(connection.received());
}

async function onlyAnswer(answers: Promise<Answer[]>): Promise<Answer> {
  const [answer, ...others] = await answers;
  if (!answer) throw new Error('there was no answer');
  expect(others).toEqual([]);
  return answer;
}

/** Demands that the log has one line for an answer, with its status. */
async function expectLogged({ status, headers }: Answer): Promise<Record<string, unknown>> {
  const id = headers['x-request-id'];
  expect(id).toMatch(/^[\w.-]{1,64}$/);
  const logged = await eventually(() => {
    const found = api().logLines.filter((line) => line.includes(`"${String(id)}"`));
    return found.length > 0 && found;
  });
  expect(logged).toHaveLength(1);
  const line = JSON.parse(logged[0] ?? '') as Record<string, unknown>;
  expect(line).toMatchObject({ level: 'info', request_id: id, status });
  return line;
}

let requests = 0;

type Case = readonly [
  name: string,
  request: (headers: readonly string[]) => string,
  status: number,
  code: string,
];

const malformed =
  (first: string, ...own: readonly string[]) =>
  (headers: readonly string[]) =>
    lines(first, HOST, ...headers, ...own);

const REFUSED: readonly Case[] = [
  ['an expectation that nobody knows', malformed(GET, 'Expect: 200-ok'), 417, 'expectation_failed'],
  ['no Host header', (headers) => lines(GET, ...headers), 400, 'request_malformed'],
  [
    'a preflight without a Host header',
    (headers) => lines('OPTIONS /api/messages HTTP/1.1', ...headers),
    400,
    'request_malformed',
  ],
  ['headers of more than 16 KB', malformed(GET, `Cookie: ${'x'.repeat(20_000)}`), 431, 'request_malformed'],
  ['a line that is no header', malformed(GET, 'no header'), 400, 'request_malformed'],
  [
    'a preflight with a line that is no header',
    malformed('OPTIONS /api/messages HTTP/1.1', 'no header'),
    400,
    'request_malformed',
  ],
  ['a header with a control character', malformed(GET, 'X-Note: a\u0001b'), 400, 'request_malformed'],
  ['a method that nobody knows', malformed('FETCH /api/health-check HTTP/1.1'), 400, 'request_malformed'],
  ['a version that nobody knows', malformed('GET /api/health-check HTTP/7.7'), 400, 'request_malformed'],
  [
    'two lengths',
    malformed('POST /api/messages HTTP/1.1', 'Content-Length: 3', 'Content-Length: 4'),
    400,
    'request_malformed',
  ],
  [
    'a length and chunks',
    malformed('POST /api/messages HTTP/1.1', 'Content-Length: 3', 'Transfer-Encoding: chunked'),
    400,
    'request_malformed',
  ],
  ['a target that is no path', malformed('GET mailto:ada@example.com HTTP/1.1'), 400, 'request_malformed'],
  ['an absolute target that is none', malformed('GET http://[::1 HTTP/1.1'), 400, 'request_malformed'],
  ['no host and no path in a target', malformed('GET http:// HTTP/1.1'), 400, 'request_malformed'],
  ['a tunnel', malformed('CONNECT localhost:443 HTTP/1.1'), 404, 'not_found'],
];

describe.each(ERROR_FORMS)(
  'a request that Node would answer by itself is refused as any other: $form',
  (form) => {
    it.each(REFUSED)('%s', async (_name, request, status, code) => {
      requests += 1;
      const id = `request-${requests}`;
      const text = request([`Accept: ${form.accept}`, `Origin: ${FRONT_END}`, `X-Request-Id: ${id}`]);
      const answer = await onlyAnswer(talk(text));
      expectFailure(answer, form, { status, codes: [code] });
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': FRONT_END,
        'x-content-type-options': 'nosniff',
        'x-request-id': id,
        connection: 'close',
      });
      await expectLogged(answer);
    });
  },
);

describe('of what is no request', () => {
  it.each([
    ['a word', GARBAGE],
    ['the beginning of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['the beginning of TLS', Buffer.from('16030100b9010000b50303', 'hex')],
    ['headers too large, in more packets than one', `${GET}\r\nCookie: ${'x'.repeat(100_000)}`],
  ])('%s is refused with an id that the log has', async (_name, bytes) => {
    const answer = await onlyAnswer(talk(bytes));
    expect(answer.json()).toEqual(['request_malformed']);
    const line = await expectLogged(answer);
    expect(JSON.stringify(line)).not.toContain('xxx');
  });

  it('an id, an origin or a form that is not well-formed is not taken over', async () => {
    const headers = ['Origin: http://evil.test', 'X-Request-Id: two words', 'Accept: \u0000'];
    const answer = await onlyAnswer(talk(lines(GET, HOST, ...headers)));
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    expect(answer.headers['x-request-id']).toMatch(/^[\da-f-]{36}$/);
  });
});

describe('a request that is unusual, and HTTP all the same, is answered:', () => {
  it.each([
    ['an offer of WebSocket', lines(GET, HOST, 'Connection: upgrade, close', 'Upgrade: websocket')],
    ['an offer of HTTP/2', lines(GET, HOST, 'Connection: upgrade, close', 'Upgrade: h2c')],
    ['HTTP/1.0 without a Host header', lines('GET /api/health-check HTTP/1.0')],
    [
      'an absolute address',
      lines('GET http://localhost/api/health-check HTTP/1.1', HOST, 'Connection: close'),
    ],
    ['empty lines in front', `\r\n\r\n${lines(GET, HOST, 'Connection: close')}`],
  ])('%s', async (_name, text) => {
    expect(await onlyAnswer(talk(text))).toMatchObject({ status: 200 });
  });

  it('2,500 headers, none of which is dropped', async () => {
    const many = Array.from({ length: 2_500 }, () => 'a:');
    const text = lines('GET /api/users/me HTTP/1.1', HOST, ...many, bearer(ada), 'Connection: close');
    expect(await onlyAnswer(talk(text))).toMatchObject({ status: 200 });
  });

  it('one that waits to be asked for its body', async () => {
    const connection = await open(api().port);
    const body = JSON.stringify({ message: 'waited', message_group_uuid: groupId });
    const head = [HOST, bearer(ada), 'Content-Type: application/json', `Content-Length: ${body.length}`];
    connection.socket.write(lines('POST /api/messages HTTP/1.1', ...head, 'Expect: 100-continue'));
    await connection.until(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
    connection.socket.write(body);
    await connection.until(/HTTP\/1\.1 200 [^]*"waited"/);
  });
});

/** A POST of a message, with its body in one chunk unless it is given. */
function send(message: string, ...headers: readonly string[]): string {
  const body = JSON.stringify({ message, message_group_uuid: groupId });
  const own = [HOST, bearer(ada), 'Content-Type: application/json', ...headers];
  return `${lines('POST /api/messages HTTP/1.1', ...own, `Content-Length: ${body.length}`)}${body}`;
}

describe('answers come in the order of the requests, where', () => {
  it('garbage stands behind a message: it is stored, its answer says so, and then the garbage is refused', async () => {
    const [sent, refused, ...others] = await talk(send('before garbage') + GARBAGE);
    expect(sent).toMatchObject({ status: 200 });
    expect(sent?.json()).toMatchObject({ message: 'before garbage' });
    expect(refused).toMatchObject({ status: 400, text: '["request_malformed"]' });
    expect(others).toEqual([]);
    if (!refused) throw new Error('the garbage was not refused');
    // What the message's own headers say is not about the garbage.
    expect(await expectLogged(refused)).toMatchObject({ path: '*' });
  });

  it('garbage comes while requests are in flight', async () => {
    const released = deferred<undefined>();
    const server = await serve((request, response) => {
      response.setHeader('Content-Length', 2);
      if (request.failure) response.writeHead(400).end('no');
      else if (request.url === '/at-once') response.end('ok');
      else void released.promise.then(() => response.end('ok'));
    });
    const connection = await open(server.port);
    connection.socket.write(lines('GET /1 HTTP/1.1', HOST) + lines('GET /2 HTTP/1.1', HOST));
    connection.socket.write(GARBAGE);
    await exchange(server.port, { path: '/at-once' });
    connection.socket.write(GARBAGE);
    await exchange(server.port, { path: '/at-once' });
    expect(connection.received()).toBe('');
    released.resolve(undefined);
    await connection.closed;
    const answers = answersIn(connection.received()).map(({ status, text }) => ({ status, text }));
    const [ok, no] = [
      { status: 200, text: 'ok' },
      { status: 400, text: 'no' },
    ];
    expect(answers).toEqual([ok, ok, no]);
  });

  it('garbage comes behind a request that is the last one: its answer is the last', async () => {
    const answers = await talk(send('the last one', 'Connection: close') + GARBAGE);
    expect(answers.map(({ status }) => status)).toEqual([200]);
  });

  it('a request without a Host header stands behind another', async () => {
    const answers = await talk(lines(GET, HOST) + lines(GET) + lines(GET, HOST));
    expect(answers.map(({ status }) => status)).toEqual([200, 400]);
  });

  it('garbage comes while an event stream is open: nothing but events is written into it', async () => {
    const connection = await open(api().port);
    connection.socket.write(lines('GET /api/events HTTP/1.1', HOST, bearer(grace)));
    await connection.until(/event: ready/);
    connection.socket.write(GARBAGE);
    await api().request({ path: '/api/health-check' });
    const left = { kind: 'membership', userId: grace.userId, groupId: newGroupId(), seq: 1 } as const;
    await api().context.events.publish(left);
    await connection.until(/event: message_group_left/);
    expect(connection.received().match(/HTTP\/1\.1/g)).toHaveLength(1);
  });
});

/** A POST whose body comes in chunks. */
const chunked = (...chunks: readonly string[]) => {
  const headers = [HOST, bearer(ada), 'Content-Type: application/json', `Origin: ${FRONT_END}`];
  const head = lines('POST /api/messages HTTP/1.1', ...headers, 'Accept: application/problem+json');
  return head.replace('\r\n\r\n', '\r\nTransfer-Encoding: chunked\r\n\r\n') + chunks.join('');
};

describe('a body that breaks off is refused as the app refuses, and stores nothing:', () => {
  it.each([
    ['a chunk without a length', () => chunked('3\r\n{"m\r\n', 'no length\r\n'), 400, 'request_malformed'],
    ['a first chunk without a length', () => chunked('no length\r\n'), 400, 'request_malformed'],
    ['20 KB about a chunk', () => chunked(`3;${'x'.repeat(20_000)}\r\n{"m\r\n`), 413, 'body_too_large'],
  ])('%s', async (_name, request, status, code) => {
    const before = await ada.history(groupId);
    const answer = await onlyAnswer(talk(request()));
    expectFailure(answer, ERROR_FORMS[0], { status, codes: [code] });
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': FRONT_END, connection: 'close' });
    expect(await expectLogged(answer)).toMatchObject({ method: 'POST', path: '/api/messages' });
    expect(await ada.history(groupId)).toEqual(before);
  });

  it('one that its sender ends too early', async () => {
    const connection = await open(api().port);
    connection.socket.end(send('cut off').slice(0, -1));
    await connection.closed;
    expect(answersIn(connection.received())).toMatchObject([{ status: 400, text: '["request_malformed"]' }]);
  });

  it('one behind an answer that did not wait for it: nothing is said twice', async () => {
    const connection = await open(api().port);
    connection.socket.write(chunked('3\r\n{"m\r\n').replace(bearer(ada), 'X-Nobody: 1'));
    await connection.until(/HTTP\/1\.1 401 /);
    connection.socket.write('no length\r\n');
    await connection.closed;
    expect(answersIn(connection.received())).toMatchObject([{ status: 401 }]);
  });
});

describe('a client that takes too long', () => {
  const TIMEOUTS = { headersTimeout: 60, requestTimeout: 60, connectionsCheckingInterval: 20 };
  const impatient = () => serve(api().app, TIMEOUTS);

  it('over its headers is answered with 408', async () => {
    const answer = await onlyAnswer(talk(`${GET}\r\n${HOST}\r\n`, (await impatient()).port));
    expect({ status: answer.status, text: answer.text }).toEqual({
      status: 408,
      text: '["request_timeout"]',
    });
    await expectLogged(answer);
  });

  it('over its body is answered with 408 by the app', async () => {
    const answer = await onlyAnswer(talk(chunked('3\r\n{"m\r\n'), (await impatient()).port));
    expectFailure(answer, ERROR_FORMS[0], { status: 408, codes: ['request_timeout'] });
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': FRONT_END });
  });

  it('over another request, while an event stream is open, is not answered in the stream', async () => {
    const { port } = await impatient();
    const connection = await open(port);
    connection.socket.write(lines('GET /api/events HTTP/1.1', HOST, bearer(grace)));
    await connection.until(/event: ready/);
    connection.socket.write('GET /api/');
    // Its time runs out no earlier than that of the stream's connection.
    expect(await onlyAnswer(talk('GET /api/', port))).toMatchObject({ status: 408 });
    expect(connection.received().match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  it('over its first byte is not answered: the connection is closed', async () => {
    expect(await talk('', (await impatient()).port)).toEqual([]);
  });
});

describe('a refused client', () => {
  it('that goes on sending, and closes nothing, is cut off', async () => {
    const connection = await open(api().port, { allowHalfOpen: true });
    const sending = setInterval(() => connection.socket.write(GARBAGE), 50);
    try {
      await connection.closed;
    } finally {
      clearInterval(sending);
    }
    expect(answersIn(connection.received())).toMatchObject([{ status: 400 }]);
  });

  it('that resets a refused tunnel does no harm', async () => {
    const connection = await open(api().port);
    connection.socket.write(lines('CONNECT localhost:443 HTTP/1.1', HOST));
    await connection.until(/HTTP\/1\.1 404 /);
    connection.socket.resetAndDestroy();
    expect(await api().request({ path: '/api/health-check' })).toMatchObject({ status: 200 });
  });
});
