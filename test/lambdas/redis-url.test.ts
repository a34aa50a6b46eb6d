import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { readStreamConfig } from '../../backend/function-config.ts';
import { findRedisUrl } from '../../lambdas/update-summaries/redis-url.ts';

const TABLE = { DDB_MESSAGE_TABLE: 'cruddur-messages' };
const URL_WITH_PASSWORD = 'rediss://:correct-horse@valkey.example:6380';

/** What the service responds, by the secret's id. Any other secret does not exist. */
const SECRETS: Readonly<Record<string, string>> = { valkey: URL_WITH_PASSWORD, other: 'correct-horse' };

let server: Server;
let asked: string[];
beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      const { SecretId } = JSON.parse(body) as { SecretId: string };
      asked.push(SecretId);
      const SecretString = SECRETS[SecretId];
      response.writeHead(SecretString === undefined ? 400 : 200, {
        'Content-Type': 'application/x-amz-json-1.1',
      });
      response.end(
        JSON.stringify(
          SecretString === undefined ? { __type: 'ResourceNotFoundException' } : { SecretString },
        ),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.close();
});

function find(environment: Readonly<Record<string, string>>): Promise<string | undefined> {
  asked = [];
  const { port } = server.address() as AddressInfo;
  return findRedisUrl(
    readStreamConfig({ ...TABLE, ...environment }),
    () =>
      new SecretsManagerClient({
        endpoint: `http://127.0.0.1:${port}`,
        region: 'eu-west-1',
        credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
        maxAttempts: 1,
      }),
  );
}

describe('the URL of Redis', () => {
  it('is the setting itself, or the secret that a setting names, or there is none', async () => {
    expect(await find({ REDIS_URL: 'redis://localhost:6379' })).toBe('redis://localhost:6379');
    expect(await find({})).toBeUndefined();
    expect(asked).toEqual([]);
    expect(await find({ REDIS_URL_SECRET: 'valkey' })).toBe(URL_WITH_PASSWORD);
    expect(asked).toEqual(['valkey']);
  });

  it('cannot be set twice', () => {
    expect(() =>
      readStreamConfig({ ...TABLE, REDIS_URL: 'redis://localhost:6379', REDIS_URL_SECRET: 'valkey' }),
    ).toThrow('REDIS_URL and REDIS_URL_SECRET: set one of them');
  });

  it('fails the start if the secret cannot be read or is no URL, without its content in the error', async () => {
    await expect(find({ REDIS_URL_SECRET: 'missing' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    const failure: unknown = await find({ REDIS_URL_SECRET: 'other' }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TypeError);
    expect(String(failure)).not.toContain('correct-horse');
  });
});
