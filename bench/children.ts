import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answer, Commands } from './calls.ts';

/** A process of the benchmark that handles calls. */
export interface Child<Known extends Commands> {
  readonly pid: number;
  /** Calls a command; fails if the process fails or ends. */
  call<Name extends keyof Known & string>(
    command: Name,
    ...argument: Parameters<Known[Name]>
  ): Promise<Awaited<ReturnType<Known[Name]>>>;
}

const TERM_TIMEOUT_MS = 2_000;

/** The arguments of every Node process of the benchmark, the same for both sides: a loader where Node needs one. */
const NODE_ARGUMENTS =
  'typescript' in process.features && process.features.typescript ? [] : ['--import', 'tsx'];

/**
 * The processes of one run. None outlives it: `stop` ends each by its id, and if this process dies without that, a
 * shell that waits for the end of its input ends them.
 */
export class Children {
  readonly #running = new Set<ChildProcess>();
  readonly #guard = spawn('sh', ['-c', GUARD], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });

  /** Starts a program. Its output is discarded. */
  start(file: string, parameters: readonly string[], stdio: StdioOptions = 'ignore'): ChildProcess {
    const child = spawn(file, parameters, {
      // Not in the terminal's process group: at Ctrl-C only this class ends them.
      detached: true,
      stdio,
    });
    this.#running.add(child);
    child.once('exit', () => this.#running.delete(child));
    if (child.pid !== undefined) this.#guard.stdin.write(`${child.pid}\n`);
    return child;
  }

  /** Starts one of the benchmark's own programs, which handles calls. Its log, on stdout, goes to /dev/null. */
  fork<Known extends Commands>(program: string, nodeOptions: readonly string[] = []): Child<Known> {
    const path = fileURLToPath(new URL(program, import.meta.url));
    const parameters = [...NODE_ARGUMENTS, ...nodeOptions, path];
    const child = this.start(process.execPath, parameters, ['ignore', 'ignore', 'inherit', 'ipc']);
    return new CallableChild<Known>(child, program);
  }

  /** Ends all processes and waits until they are gone. */
  async stop(): Promise<void> {
    await Promise.all([...this.#running].map(end));
    this.#guard.kill('SIGKILL');
  }
}

/** Runs a benchmark, and ends the processes that it started: when it ends, fails, or is stopped by a signal (status 1). */
export async function withChildren(run: (children: Children) => Promise<void>): Promise<void> {
  // The SDK warns once for each process about the versions of Node that it will support.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const children = new Children();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void children.stop().then(() => process.exit(1)));
  }
  try {
    await run(children);
  } finally {
    await children.stop();
  }
}

/** A shell program that reads process ids, one on each line, and ends those processes when its input ends. */
const GUARD = 'while read -r pid; do pids="$pids $pid"; done; kill -9 $pids';

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const tooLong = setTimeout(() => child.kill('SIGKILL'), TERM_TIMEOUT_MS);
  await gone;
  clearTimeout(tooLong);
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

class CallableChild<Known extends Commands> implements Child<Known> {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(child: ChildProcess, program: string) {
    this.#child = child;
    child.on('message', (message) => this.#settle(message as Answer));
    child.once('error', (error) => this.#fail(error));
    child.once('exit', (code, signal) =>
      this.#fail(new Error(`${program} ended (${signal ?? `status ${String(code)}`})`)),
    );
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async call<Name extends keyof Known & string>(
    command: Name,
    ...argument: Parameters<Known[Name]>
  ): Promise<Awaited<ReturnType<Known[Name]>>> {
    this.#lastId += 1;
    const id = this.#lastId;
    const result = await new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, command, argument: argument[0] }, (error) => {
        if (error) this.#settle({ id, failure: error.message });
      });
    });
    return result as Awaited<ReturnType<Known[Name]>>;
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('failure' in answer) waiting?.reject(new Error(answer.failure));
    else waiting?.resolve(answer.result);
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
