import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll } from '@jest/globals';
import { z } from 'zod';
import { PACKAGE_ROOT } from '../../local/config.ts';
import { eventually } from '../support/eventually.ts';
import { bundledPrograms } from '../support/programs.ts';

const READY = /^ready (http:\/\/localhost:\d+)$/m;
const READY_WITHIN_MS = 40_000;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A local run in its own process. */
export interface LocalProcess {
  readonly pid: number;
  readonly exit: Promise<Exit>;
  stdout(): string;
  stderr(): string;
  /** The URL of its `ready` line. */
  ready(): Promise<string>;
  signal(name: NodeJS.Signals): void;
}

export interface StartOptions {
  readonly dataDir: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The program; default: what `npm start` runs, bundled. */
  readonly command?: readonly [string, ...string[]];
}

const packageFile = z.object({ scripts: z.object({ start: z.string() }) });

/** What `npm start` executes, without the shell's `exec`. */
export function startCommand(): [string, ...string[]] {
  const { scripts } = packageFile.parse(JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')));
  const [file = '', ...args] = scripts.start.replace(/^exec /, '').split(' ');
  return [file, ...args];
}

/** The variables that would lead a run, or the SDK, to another place than a test wants. */
const LEADING_ASTRAY =
  /^(AWS_|DDB_|JWT_|PORT$|DATA_DIR$|NODE_ENV$|NODE_OPTIONS$|FRONTEND_URL$|BACKEND_URL$|LOG_LEVEL$|LISTEN_ADDRESS$|ALLOWED_HOSTS$)/;

/** This process's environment without variables that would affect a child. */
export function cleanEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !LEADING_ASTRAY.test(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, value ?? '']));
}

/** Starts local runs. After each test, they and their engines are ended. */
export function useLocalProcesses(): (options: StartOptions) => LocalProcess {
  let programs = '';
  beforeAll(async () => {
    programs = await bundledPrograms();
  });
  const started: { child: ChildProcess; dataDir: string }[] = [];
  afterEach(async () => {
    for (const { child, dataDir } of started.splice(0)) {
      if (isRunning(child)) {
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
      }
      killEngine(dataDir);
    }
  });
  return (options) => {
    const child = start({ command: [join(programs, 'local/start')], ...options });
    started.push({ child, dataDir: options.dataDir });
    return observe(child);
  };
}

/** Reads the engine that a run recorded, if there is one. */
export function enginePid(dataDir: string): number | undefined {
  try {
    return (JSON.parse(readFileSync(join(dataDir, 'engine.json'), 'utf8')) as { pid?: number }).pid;
  } catch {
    return undefined;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A process that ended and was not waited for has no command line.
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}

function start({
  dataDir,
  env,
  command,
}: StartOptions & Required<Pick<StartOptions, 'command'>>): ChildProcess {
  const [file, ...args] = command;
  return spawn(file, args, {
    cwd: PACKAGE_ROOT,
    env: { ...cleanEnvironment(), DATA_DIR: dataDir, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function observe(child: ChildProcess): LocalProcess {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const exit = new Promise<Exit>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  );
  return {
    pid: child.pid ?? 0,
    exit,
    stdout: () => stdout,
    stderr: () => stderr,
    ready: () =>
      eventually(
        () => {
          const url = READY.exec(stdout)?.[1];
          if (url === undefined) throw new Error(`not ready: ${stdout}${stderr}`);
          return url;
        },
        { within: READY_WITHIN_MS },
      ),
    signal: (name) => child.kill(name),
  };
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function killEngine(dataDir: string): void {
  const pid = enginePid(dataDir);
  if (pid !== undefined && isAlive(pid)) process.kill(pid, 'SIGKILL');
}
