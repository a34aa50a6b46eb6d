import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import getPort from 'get-port';
import { openDevelopmentIssuer } from '../../local/development-issuer.ts';
import { runningEngine } from '../../local/engine/engine-record.ts';
import { type Engine, startEngine } from '../support/engine.ts';
import type { Target } from '../support/senders.ts';
import { killTree } from './process-tree.ts';

/** The processes that are killed and restarted: one or more APIs with their engine, on the same data each time. */
export interface Rig extends Target {
  /** Starts everything, and is done when all of it responds. */
  start(): Promise<void>;
  /** Sends SIGKILL to every process. */
  kill(): Promise<void>;
  stop(): Promise<void>;
  /** The current endpoint of the engine. */
  endpoint(): Promise<string>;
}

const PACKAGE_ROOT = fileURLToPath(new URL('../..', import.meta.url));
const START_TIMEOUT_MS = 30_000;

/** `npm start` with its own engine. */
export async function oneProcess(dataDir: string): Promise<Rig> {
  const port = await getPort();
  const issuer = await openDevelopmentIssuer(dataDir);
  let run: ChildProcess | undefined;
  const kill = () => killRun(run);
  return {
    ports: [port],
    signToken: (sub) => issuer.signToken({ sub }),
    start: async () => {
      run = await startRun({ DATA_DIR: dataDir, PORT: String(port) });
    },
    kill,
    stop: kill,
    endpoint: async () => (await runningEngine(dataDir)).endpoint,
  };
}

/** Two APIs, each with its own pump, on one engine that is killed with them. */
export async function twoProcesses(dataDir: string): Promise<Rig> {
  const issuer = await openDevelopmentIssuer(dataDir);
  const enginePort = await getPort();
  const homes = await Promise.all(
    ['one', 'two'].map(async (name) => {
      const home = join(dataDir, name);
      mkdirSync(home);
      // One issuer: both APIs accept its tokens.
      copyFileSync(join(dataDir, 'development-issuer.json'), join(home, 'development-issuer.json'));
      return { home, port: await getPort() };
    }),
  );
  let engine: Engine | undefined;
  let runs: ChildProcess[] = [];
  const kill = async () => {
    await Promise.all([...runs.map(killRun), engine?.crash()]);
  };
  return {
    ports: homes.map(({ port }) => port),
    signToken: (sub) => issuer.signToken({ sub }),
    start: async () => {
      engine = await startEngine({ port: enginePort, dbPath: join(dataDir, 'dynamodb.sqlite') });
      const AWS_ENDPOINT_URL = engine.endpoint;
      runs = await Promise.all(
        homes.map(({ home, port }) => startRun({ DATA_DIR: home, PORT: String(port), AWS_ENDPOINT_URL })),
      );
    },
    kill,
    stop: kill,
    endpoint: () => Promise.resolve(engine?.endpoint ?? ''),
  };
}

/** Starts `npm start`, and waits until it is ready. */
async function startRun(environment: Record<string, string>): Promise<ChildProcess> {
  const run = spawn('npm', ['start'], {
    cwd: PACKAGE_ROOT,
    env: { ...process.env, LOG_LEVEL: 'silent', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`npm start was not ready in time: ${said}`)),
      START_TIMEOUT_MS,
    );
    const note = (text: Buffer) => {
      said += text.toString();
      if (/^ready /m.test(said)) resolve();
    };
    run.stdout.on('data', note);
    run.stderr.on('data', note);
    run.once('exit', () => reject(new Error(`npm start ended: ${said}`)));
    run.once('exit', () => clearTimeout(timer));
  }).catch(async (error: unknown) => {
    await killRun(run);
    throw error;
  });
  return run;
}

async function killRun(run: ChildProcess | undefined): Promise<void> {
  if (run?.pid !== undefined) await killTree(run.pid);
}
