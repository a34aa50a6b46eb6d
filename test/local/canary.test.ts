import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import getPort from 'get-port';
import { createLogger } from '../../backend/logger.ts';
import { CANARY_STEPS } from '../../backend/metrics/catalogue.ts';
import { NO_RECORDER } from '../../backend/metrics/recorder.ts';
import { ApiClient } from '../../lambdas/canary/api-client.ts';
import { createHandler } from '../../lambdas/canary/handler.ts';
import { CanaryError, runCanary } from '../../lambdas/canary/run-canary.ts';
import { type CognitoUser, signIn } from '../../lambdas/canary/sign-in.ts';
import { callScript, failsWith, type Outcome, succeeds } from '../bin/run-script.ts';
import { type SmallRun, startSmallRun } from './small-run.ts';

/* The canary, against everything that `npm start` starts. */

let run: SmallRun;
let url: string;
const servers: Server[] = [];
beforeAll(async () => {
  run = await startSmallRun();
  url = `http://localhost:${run.port}`;
});
afterAll(() => run.stop());
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A deployment with a fault: requests that match have a status of 500. */
const startFaulty = (fault: RegExp): Promise<string> =>
  serve(
    createServer((request, response) => {
      const { method, url: path, headers } = request;
      if (fault.test(`${method} ${path}`)) {
        response.writeHead(500).end('["internal_error"]');
        return;
      }
      const own = { ...headers, host: `localhost:${run.port}` };
      const outgoing = forward({ host: '127.0.0.1', port: run.port, method, path, headers: own });
      request.pipe(outgoing);
      outgoing.on('error', () => response.destroy());
      outgoing.on('response', (incoming) => {
        response.writeHead(incoming.statusCode ?? 502, incoming.headers);
        incoming.on('error', () => response.destroy()).pipe(response);
      });
      response.on('close', () => outgoing.destroy());
    }),
  );

/** What the canary sent so far, oldest first. */
async function sentBy(handle: string) {
  const answer = await fetch(`${url}/development/sign-in`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ handle }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const get = async (path: string) =>
    (await fetch(`${url}${path}`, { headers: { Authorization: `Bearer ${token}` } })).json();
  const [group] = (await get('/api/message_groups')) as { uuid: string }[];
  if (!group) throw new Error(`${handle} has no conversation`);
  return (await get(`/api/messages/${group.uuid}`)) as { deleted_at: string | null }[];
}

/** After the steps that succeeded, one line on stderr says which one failed. */
async function failsAt(outcome: Promise<Outcome>, line: RegExp): Promise<void> {
  const { status, stderr } = await outcome;
  expect(status).toBe(1);
  expect(stderr).toMatch(line);
  expect(stderr).toMatch(/^[^\n]+\n$/);
}

describe('bin/canary', () => {
  it('passes every step against a local run, shows their times, and deletes what it sent', async () => {
    const out = await succeeds(callScript('canary', [url]));
    const lines = out.trimEnd().split('\n');
    expect(lines.map((line) => line.split(/ +/)[0])).toEqual([...CANARY_STEPS]);
    for (const line of lines) expect(line).toMatch(/^\S+ +\d+ ms$/);
    // A second run finds its user, its conversation and its list.
    const steps: unknown = JSON.parse(await succeeds(callScript('canary', [url, '--json'])));
    expect(steps).toEqual(CANARY_STEPS.map((step) => ({ step, ms: expect.any(Number) })));
    const sent = await sentBy('canary');
    expect(sent.map(({ deleted_at }) => typeof deleted_at)).toEqual(['string', 'string']);
  });

  it('signs in with a token that it is given, and makes the profile of a user who has none', async () => {
    const { token } = await run.caller('newcomer');
    await succeeds(
      callScript('canary', [url, '--to', 'ada', '--handle', 'newcomer'], { env: { CANARY_TOKEN: token } }),
    );
    expect(await sentBy('newcomer')).toHaveLength(1);
  });

  it.each([
    ['listen', /^GET \/api\/events/],
    ['send', /^POST \/api\/messages/],
    ['read', /^GET \/api\/messages\//],
    ['list', /^GET \/api\/message_groups/],
  ])('fails in one line that names the step %s, and leaves no message', async (step, fault) => {
    const faulty = await startFaulty(fault);
    await failsAt(
      callScript('canary', [faulty, '--handle', 'unlucky']),
      new RegExp(`^canary: ${step}: .* has status 500 `),
    );
    if (step === 'listen' || step === 'send') return;
    for (const { deleted_at } of await sentBy('unlucky')) expect(deleted_at).toEqual(expect.any(String));
  });

  it('fails if the list of conversations does not follow the message', async () => {
    run.flaky.refuse('PutItem', 'InternalServerError', {
      times: 1_000,
      where: ({ body }) => !JSON.stringify(body).includes('MSG#'),
    });
    run.flaky.refuse('UpdateItem', 'InternalServerError', {
      times: 1_000,
      where: ({ body }) => !JSON.stringify(body).includes('MSG#'),
    });
    try {
      await failsAt(
        callScript('canary', [url, '--timeout', '1']),
        /^canary: list: the list of conversations does not follow: is the stream’s function running\?/,
      );
    } finally {
      run.flaky.reset();
    }
  });

  it('acts on another machine only with prod as the last word', async () => {
    await failsWith(callScript('canary', ['https://chat.example.com']), /is not on this machine: add `prod`/);
    await failsWith(callScript('canary', ['prod']), /the URL comes before prod/);
    await failsWith(callScript('canary', ['ftp://localhost']), /must be an http or https URL/);
  });

  it('names what is missing for a sign-in at Cognito', async () => {
    await failsWith(
      callScript('canary', [url], { env: { CANARY_USERNAME: 'canary' } }),
      /CANARY_USERNAME goes with CANARY_PASSWORD, CANARY_CLIENT_ID and AWS_REGION/,
    );
  });

  it('says that nothing responds', async () => {
    const nowhere = `http://localhost:${await getPort()}`;
    await failsWith(callScript('canary', [nowhere]), /^canary: sign-in: .* has no response .*ECONNREFUSED/);
  });
});

describe('a sign-in at Cognito', () => {
  const user: CognitoUser = {
    kind: 'cognito',
    region: 'eu-west-1',
    clientId: 'client',
    username: 'canary@example.com',
    password: 'the-password',
  };
  const client = new ApiClient('http://localhost:1');
  const answers = (status: number, body: object, bodies: string[] = []) =>
    serve(
      createServer((request, response) => {
        void text(request).then((body_) => {
          bodies.push(`${request.headers['x-amz-target'] as string} ${body_}`);
          response.writeHead(status).end(JSON.stringify(body));
        });
      }),
    );

  it('asks with the password, and returns the access token', async () => {
    const bodies: string[] = [];
    const endpoint = await answers(200, { AuthenticationResult: { AccessToken: 'a-token' } }, bodies);
    expect(await signIn(client, { ...user, endpoint })).toBe('a-token');
    expect(bodies).toEqual([
      `AWSCognitoIdentityProviderService.InitiateAuth ${JSON.stringify({
        AuthFlow: 'USER_PASSWORD_AUTH',
        ClientId: 'client',
        AuthParameters: { USERNAME: 'canary@example.com', PASSWORD: 'the-password' },
      })}`,
    ]);
  });

  it('names the reason of a refusal, without the password', async () => {
    const refused = await answers(400, { __type: 'NotAuthorizedException', message: 'the-password' });
    await expect(signIn(client, { ...user, endpoint: refused })).rejects.toThrow(
      /^Cognito refuses the sign-in: NotAuthorizedException$/,
    );
    const challenged = await answers(200, { ChallengeName: 'NEW_PASSWORD_REQUIRED' });
    await expect(signIn(client, { ...user, endpoint: challenged })).rejects.toThrow(/NEW_PASSWORD_REQUIRED$/);
  });
});

describe('the canary’s function', () => {
  async function measure(canaryUrl: string) {
    const recorded: [string, number][] = [];
    const logLines: string[] = [];
    const handle = createHandler({
      readOptions: () =>
        Promise.resolve({
          url: canaryUrl,
          peer: 'canary-peer',
          handle: 'canary',
          signIn: { kind: 'development', handle: 'canary', peer: 'canary-peer' },
        }),
      logger: createLogger('info', { write: (line) => void logLines.push(line) }),
      recorder: { ...NO_RECORDER, record: (metric, value) => void recorded.push([metric, value]) },
    });
    await handle();
    return { recorded, logLines };
  }

  it('records a run without a failure, and the time of each step', async () => {
    const { recorded, logLines } = await measure(url);
    expect(recorded.filter(([metric]) => metric === 'canaryStepDuration')).toHaveLength(CANARY_STEPS.length);
    expect(recorded).toContainEqual(['canaryFailures', 0]);
    expect(logLines).toEqual([]);
  });

  it('records a failure and logs the step, and reports no error, which Lambda would try again', async () => {
    const { recorded, logLines } = await measure(await startFaulty(/^POST \/api\/messages/));
    expect(recorded).toContainEqual(['canaryFailures', 1]);
    expect(logLines.join('')).toContain('send: POST /api/messages has status 500');
  });
});

it('a deployment that responds with something else is named', async () => {
  const other = await serve(createServer((_request, response) => response.writeHead(200).end('<html>')));
  const options = { url: other, peer: 'b', handle: 'a' };
  const development = { kind: 'development', handle: 'a', peer: 'b' } as const;
  await expect(runCanary({ ...options, signIn: development }, () => undefined)).rejects.toThrow(CanaryError);
});
