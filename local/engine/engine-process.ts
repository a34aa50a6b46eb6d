import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import getPort from 'get-port';
import type { Logger } from '../../backend/logger.ts';
import { readFileIfThere } from '../data-dir.ts';
import { UserError } from '../../cli/user-error.ts';
import { endWithThisProcess } from './guard.ts';
import { removeEngineRecord, writeEngineRecord } from './engine-record.ts';
import type { EngineProgram } from './engine-program.ts';
import { answers } from './probe.ts';

/** Another process may take a free port before the engine listens on it. */
const START_ATTEMPTS = 3;
const PROBE_PAUSE_MS = 20;
const FIRST_RESTART_PAUSE_MS = 100;
const LONGEST_RESTART_PAUSE_MS = 5_000;
/** From SIGTERM to SIGKILL: the engine's files survive both. */
const TERM_TIMEOUT_MS = 1_000;

/** A running engine, kept running: when it dies it is started again on the same port, so that clients recover. */
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
   * Starts the engine and waits until it answers.
   * @throws UserError when it does not start.
   */
  async start(): Promise<void> {
    writeFileSync(this.#logPath, '');
    for (let attempt = 1; !this.#isStopping(); attempt += 1) {
      this.#port = await getPort({ host: this.#program.host });
      if (await this.#launch()) return;
      if (attempt === START_ATTEMPTS) throw new UserError(`the engine does not start: ${this.#lastWords()}`);
    }
  }

  /** Ends the engine. Its data stays. */
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

  /** Starts one process. False: it ended, or was not heard of in time. */
  async #launch(): Promise<boolean> {
    await this.#program.endOrphans();
    if (this.#isStopping()) return false;
    const child = this.#spawn();
    this.#child = child;
    const { endpoint } = this;
    const record = { endpoint, kind: this.#program.kind };
    writeEngineRecord(this.#dataDir, child.pid === undefined ? record : { ...record, pid: child.pid });
    for (const deadline = Date.now() + this.#program.startTimeoutMs; Date.now() < deadline;) {
      if (!isRunning(child) || this.#isStopping()) return false;
      if ((await answers(endpoint)) && isRunning(child)) {
        child.once('exit', () => void this.#restart(child));
        return true;
      }
      await sleep(PROBE_PAUSE_MS);
    }
    child.kill('SIGKILL');
    return false;
  }

  #spawn(): ChildProcess {
    // What an engine that died wrote stays there to be read.
    const log = openSync(this.#logPath, 'a');
    try {
      // In a process group of its own: Ctrl-C signals a terminal's whole foreground group, and the engine has to
      // outlive the API, which still answers the requests in flight.
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
    for (let pause = FIRST_RESTART_PAUSE_MS; !(await this.#launchQuietly()); pause *= 2) {
      await sleep(Math.min(pause, LONGEST_RESTART_PAUSE_MS), undefined, {
        signal: this.#stopping.signal,
      }).catch(() => undefined);
      if (this.#isStopping()) return;
    }
    this.#logger.info({ endpoint: this.endpoint }, 'the engine answers again');
  }

  async #launchQuietly(): Promise<boolean> {
    try {
      return await this.#launch();
    } catch (error) {
      this.#logger.error({ err: error }, 'the engine cannot be started');
      return false;
    }
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  get #logPath(): string {
    return join(this.#dataDir, 'engine.log');
  }

  /** The last line it wrote: programs end with the reason. */
  #lastWords(): string {
    const line = (readFileIfThere(this.#logPath) ?? '').trim().split('\n').at(-1);
    return `${line === undefined || line === '' ? 'it wrote nothing' : line} (${this.#logPath})`;
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

/** The guard goes with what it guards: its process id may soon belong to another process. */
function guard(child: ChildProcess, pid: number): void {
  const shell = endWithThisProcess(pid);
  child.once('exit', () => shell.kill('SIGKILL'));
}
