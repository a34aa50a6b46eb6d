import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import getPort from 'get-port';
import pRetry from 'p-retry';
import type { Logger } from '../../backend/logger.ts';
import { readFileIfThere } from '../data-dir.ts';
import { UserError } from '../../cli/user-error.ts';
import { endWithThisProcess } from './guard.ts';
import { removeEngineRecord, writeEngineRecord } from './engine-record.ts';
import type { EngineProgram } from './engine-program.ts';
import { answers } from './probe.ts';

/** Attempts at the first start: another process may take a free port before the engine listens on it. */
const START_ATTEMPTS = 3;
const PROBE_PAUSE_MS = 20;
/** Pauses between attempts to restart the engine: each is twice the one before, up to the longest. */
const FIRST_RESTART_PAUSE_MS = 100;
const LONGEST_RESTART_PAUSE_MS = 5_000;
/** Time between SIGTERM and SIGKILL. The engine's files survive both. */
const TERM_TIMEOUT_MS = 1_000;

/** A running engine. When it dies it is restarted on the same port, so that clients recover. */
export class EngineProcess {
  readonly #program: EngineProgram;
  readonly #dataDir: string;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  #child: ChildProcess | undefined;
  #port = 0;

  constructor(parts: { program: EngineProgram; dataDir: string; logger: Logger }) {
    this.#program = parts.program;
    this.#dataDir = parts.dataDir;
    this.#logger = parts.logger;
    // The engine should not outlive this process, however it ends.
    process.once('exit', this.#killNow);
  }

  get endpoint(): string {
    return `http://${this.#program.host}:${this.#port}`;
  }

  /**
   * Starts the engine and waits until it responds. Returns early when it is stopped meanwhile.
   * @throws UserError when it does not start.
   */
  async start(): Promise<void> {
    writeFileSync(this.#logPath, '');
    const attempt = async (): Promise<void> => {
      this.#port = await getPort({ host: this.#program.host });
      await this.#launch();
    };
    await this.#untilStopped(
      pRetry(attempt, {
        retries: START_ATTEMPTS - 1,
        minTimeout: 0,
        signal: this.#stopping.signal,
        shouldRetry: ({ error }) => error instanceof UserError,
      }),
    );
  }

  /** Ends the engine. Its data remains. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const child = this.#child;
    if (child && isRunning(child)) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await Promise.race([ended, sleep(TERM_TIMEOUT_MS)]);
      if (isRunning(child)) {
        child.kill('SIGKILL');
        await this.#program.endOrphans();
      }
    }
    process.off('exit', this.#killNow);
    removeEngineRecord(this.#dataDir);
  }

  readonly #killNow = (): void => {
    this.#child?.kill('SIGKILL');
  };

  /**
   * Starts one process and waits until it responds.
   * @throws UserError when it ends, or does not respond in time.
   */
  async #launch(): Promise<void> {
    await this.#program.endOrphans();
    this.#stopping.signal.throwIfAborted();
    const child = this.#spawn();
    this.#child = child;
    const { endpoint } = this;
    const record = { endpoint, kind: this.#program.kind };
    writeEngineRecord(this.#dataDir, child.pid === undefined ? record : { ...record, pid: child.pid });
    for (const deadline = Date.now() + this.#program.startTimeoutMs; Date.now() < deadline;) {
      this.#stopping.signal.throwIfAborted();
      if (!isRunning(child)) break;
      if ((await answers(endpoint)) && isRunning(child)) {
        child.once('exit', () => void this.#restart(child));
        return;
      }
      await sleep(PROBE_PAUSE_MS);
    }
    child.kill('SIGKILL');
    throw new UserError(`the engine does not start: ${this.#lastWords()}`);
  }

  #spawn(): ChildProcess {
    // Appended: the output of an engine that died remains readable.
    const log = openSync(this.#logPath, 'a');
    try {
      // In its own process group: Ctrl-C signals the whole foreground group of a terminal, and the engine has to
      // outlive the API, which still responds to the requests in flight.
      const child = spawn(this.#program.file, this.#program.args(this.#port), {
        detached: true,
        stdio: ['ignore', log, log],
      });
      // A program that cannot be run has no pid, and counts as ended.
      child.on('error', () => undefined);
      if (child.pid !== undefined) guard(child, child.pid);
      return child;
    } finally {
      closeSync(log);
    }
  }

  async #restart({ exitCode, signalCode }: ChildProcess): Promise<void> {
    if (this.#isStopping()) return;
    this.#logger.error(
      { status: exitCode, signal: signalCode, last_words: this.#lastWords() },
      'the engine ended by itself, and is started again',
    );
    await this.#untilStopped(
      pRetry(() => this.#relaunch(), {
        retries: Number.POSITIVE_INFINITY,
        minTimeout: FIRST_RESTART_PAUSE_MS,
        maxTimeout: LONGEST_RESTART_PAUSE_MS,
        signal: this.#stopping.signal,
      }),
    );
    if (!this.#isStopping()) this.#logger.info({ endpoint: this.endpoint }, 'the engine answers again');
  }

  /** Launches the engine. Logs errors that are not of the engine itself, and throws one that is always retried. */
  async #relaunch(): Promise<void> {
    try {
      await this.#launch();
    } catch (error) {
      if (error instanceof UserError || this.#isStopping()) throw error;
      this.#logger.error({ err: error }, 'the engine cannot be started');
      // p-retry does not retry a TypeError.
      throw new Error('the engine cannot be started', { cause: error });
    }
  }

  /** Waits for a task that `stop` aborts, without the error that this causes. */
  async #untilStopped(task: Promise<void>): Promise<void> {
    try {
      await task;
    } catch (error) {
      if (!this.#isStopping()) throw error;
    }
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  get #logPath(): string {
    return join(this.#dataDir, 'engine.log');
  }

  /** Returns the last line that the engine wrote, which usually gives the reason why it ended. */
  #lastWords(): string {
    const line = (readFileIfThere(this.#logPath) ?? '').trim().split('\n').at(-1);
    return `${line === undefined || line === '' ? 'it wrote nothing' : line} (${this.#logPath})`;
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

/** Guards a child, and ends the guard with it: the child's process id may soon belong to another process. */
function guard(child: ChildProcess, pid: number): void {
  const shell = endWithThisProcess(pid);
  child.once('exit', () => shell.kill('SIGKILL'));
}
