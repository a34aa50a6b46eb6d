import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createRequire } from 'node:module';
import getPort from 'get-port';
import { endWithThisProcess } from '../../local/engine/guard.ts';
import { eventually } from './eventually.ts';

// The SDK announces its future minimum version of Node once for each process; in tests that is noise.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

/** A DynamoDB engine of one test. */
export interface Engine {
  readonly endpoint: string;
  readonly port: number;
  readonly pid: number;
  /** Ends it like an operator (SIGTERM) and waits until it is gone. May be called twice. */
  stop(): Promise<void>;
  /** Ends it like a crash (SIGKILL) and waits until it is gone. */
  crash(): Promise<void>;
}

export interface EngineOptions {
  /** Default: a free port. Give the port of an engine that crashed to restart it at the same endpoint. */
  readonly port?: number;
  /** Default: all data is in memory and is lost with the engine. */
  readonly dbPath?: string;
}

const BINARY = createRequire(import.meta.url).resolve('@dynoxide/linux-x64/dynoxide');

/** Starts an engine and waits until it accepts connections. It never outlives the process that started it. */
export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  const port = options.port ?? (await getPort());
  const storage = options.dbPath === undefined ? [] : ['--db-path', options.dbPath];
  const child = spawn(BINARY, ['serve', '--host', '127.0.0.1', '--port', String(port), ...storage], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) throw await spawnFailure(child);
  const guard = endWithThisProcess(pid);
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (isRunning(child)) {
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    }
    guard.kill('SIGKILL');
  };
  try {
    await acceptsConnections(child, port);
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    pid,
    stop: () => end('SIGTERM'),
    crash: () => end('SIGKILL'),
  };
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

async function spawnFailure(child: ChildProcess): Promise<Error> {
  const [cause] = (await once(child, 'error')) as [unknown];
  return new Error('the engine cannot be started', { cause });
}

async function acceptsConnections(child: ChildProcess, port: number): Promise<void> {
  let complaints = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  await eventually(async () => {
    // Checked first: another process may listen on its port.
    if (!isRunning(child)) throw new Error(`the engine ended: ${complaints}`);
    await canConnect(port);
  });
}

async function canConnect(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}
