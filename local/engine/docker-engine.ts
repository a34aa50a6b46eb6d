import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { EngineProgram } from './engine-program.ts';

const IMAGE = 'amazon/dynamodb-local:3.1.0';
const HOST = '127.0.0.1';
const ENGINE_PORT = 8000;
/** The only origin whose pages may call the engine: without this option, DynamoDB Local allows any web page. */
const OWN_ORIGIN = `http://localhost:${ENGINE_PORT}`;
/** The first start pulls the image. */
const START_TIMEOUT_MS = 180_000;
const DOCKER_TIMEOUT_MS = 10_000;

const run = promisify(execFile);

/** Says whether Docker is installed and its daemon responds. */
export async function dockerAnswers(): Promise<boolean> {
  try {
    await run('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: DOCKER_TIMEOUT_MS });
    return true;
  } catch {
    return false;
  }
}

/** One name for each directory: a second container on the same data cannot be started. */
export function containerName(dataDir: string): string {
  return `cruddur-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`;
}

/** DynamoDB Local in a container, with its data in the data directory. Only this machine can reach it. */
export function dockerEngine(dataDir: string): EngineProgram {
  const data = join(dataDir, 'dynamodb-local');
  const name = containerName(dataDir);
  const user = process.getuid && process.getgid ? ['--user', `${process.getuid()}:${process.getgid()}`] : [];
  return {
    kind: 'docker',
    file: 'docker',
    host: HOST,
    startTimeoutMs: START_TIMEOUT_MS,
    args: (port) => [
      ...['run', '--rm', '--name', name, ...user],
      ...['--publish', `${HOST}:${port}:${ENGINE_PORT}`, '--volume', `${data}:/data`, IMAGE],
      ...['-jar', 'DynamoDBLocal.jar', '-sharedDb', '-dbPath', '/data', '-cors', OWN_ORIGIN],
    ],
    endOrphans: async () => {
      // Otherwise Docker would create it for the root user.
      mkdirSync(data, { recursive: true });
      // Fails if there is no such container, which is the normal case.
      await run('docker', ['rm', '--force', name], { timeout: DOCKER_TIMEOUT_MS }).catch(() => undefined);
    },
  };
}
