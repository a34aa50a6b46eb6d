import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { useTestTable } from '../support/test-table.ts';
import { failsWith, callScript, succeeds } from './run-script.ts';

const ROLE = 'arn:aws:iam::123456789012:role/reader';
/** In the five minutes before they expire, the SDK treats credentials as expired. */
const LIFE_MS = 60_000;

const db = useTestTable();
let sts: Server;
let assumed: number;
/** The requests to STS, in order. */
const asked: string[] = [];

beforeEach(async () => {
  assumed = 0;
  asked.length = 0;
  sts = createServer((request, response) => {
    assumed += 1;
    request.setEncoding('utf8').on('data', (text: string) => asked.push(text));
    response.writeHead(200, { 'Content-Type': 'text/xml' }).end(
      `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
        <AccessKeyId>ASIA${assumed}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
        <SessionToken>token</SessionToken>
        <Expiration>${new Date(Date.now() + LIFE_MS).toISOString()}</Expiration>
      </Credentials></AssumeRoleResult></AssumeRoleResponse>`,
    );
  }).listen(0, '127.0.0.1');
  await once(sts, 'listening');
});

afterEach(() => {
  sts.closeAllConnections();
  sts.close();
});

const run = (script: string, ...args: readonly string[]) =>
  callScript(script, [...args, '--role-arn', ROLE], {
    env: {
      AWS_ENDPOINT_URL: db().endpoint,
      AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${(sts.address() as AddressInfo).port}`,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE1234',
      AWS_SECRET_ACCESS_KEY: 'hush',
    },
  });

it('assumes no role without the last word prod', async () => {
  await failsWith(run('ddb/list-tables'), /--role-arn .* last word `prod` only/);
  await failsWith(run('token', 'ada'), /--role-arn .* last word `prod` only/);
  expect(assumed).toBe(0);
});

it('assumes the role again when its credentials expire', async () => {
  // The script lists the tables, and then describes each of them: two requests at least.
  expect(await succeeds(run('ddb/list-tables', 'prod'))).toContain(db().tableName);
  expect(assumed).toBeGreaterThan(1);
});

it('sends the external id that the role in another account requires', async () => {
  await succeeds(run('ddb/list-tables', 'prod', '--external-id', 'a secret of two'));
  expect(new URLSearchParams(asked[0]).get('ExternalId')).toBe('a secret of two');
});

it('refuses an external id without a role', async () => {
  const env = { AWS_ENDPOINT_URL: db().endpoint };
  await failsWith(
    callScript('ddb/list-tables', ['prod', '--external-id', 'x'], { env }),
    /--external-id .* goes with --role-arn only/,
  );
});
