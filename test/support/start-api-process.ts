import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { bundledPrograms } from './programs.ts';
import type { TestIssuer } from './test-issuer.ts';
import type { TestTable } from './test-table.ts';

/** An API in another process. */
export interface ApiProcess {
  readonly port: number;
  /** Ends it like a crash, and waits until it is gone. */
  kill(): Promise<void>;
}

/**
 * Starts an API on a table that others also use, and waits until it listens.
 * @param redisUrl the server through which it shares live events; default: it does not share them.
 */
export async function startApiProcess(
  { endpoint, tableName }: Pick<TestTable, 'endpoint' | 'tableName'>,
  { issuer, audience, jwks }: TestIssuer,
  redisUrl?: string,
): Promise<ApiProcess> {
  const child = spawn(join(await bundledPrograms(), 'test/support/api-process'), [], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      ...process.env,
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      DDB_MESSAGE_TABLE: tableName,
      TOKEN_SOURCE: JSON.stringify({ issuer, audience, jwks }),
      ...(redisUrl !== undefined && { REDIS_URL: redisUrl }),
    },
  });
  const gone = once(child, 'exit');
  const firstLine = once(createInterface(child.stdout), 'line') as Promise<[string]>;
  const outcome = await Promise.race([firstLine, gone.then(() => undefined)]);
  if (!outcome) throw new Error('an API process ended before it listened');
  return {
    port: Number(outcome[0]),
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
