import { AsyncLocalStorage } from 'node:async_hooks';
import { ModuleMocker } from 'jest-mock';

/*
 * Jest's environment of a test file: the worker's own globals, which the files of a worker share. What a file changes is
 * put back when it is over: spies, variables of the environment, and what Jest keeps in globals.
 */

/**
 * Each test file has a runner of its own with an AsyncLocalStorage, which Node carries from each promise to the next for as
 * long as the process lives: after 60 files every promise of a worker has 60 stores to carry. So those that a file has used
 * are disabled when it is over. One that is used again is enabled again.
 * @type {Set<AsyncLocalStorage<unknown>>}
 */
const used = new Set();

for (const method of ['run', 'enterWith']) {
  const original = AsyncLocalStorage.prototype[method];
  AsyncLocalStorage.prototype[method] = function noteAndCall(...parameters) {
    used.add(this);
    return original.apply(this, parameters);
  };
}

/** The descriptions of the symbols under which jest-circus keeps a file's tests, its handlers and its timeout. */
const OF_ONE_FILE = ['JEST_STATE_SYMBOL', 'EVENT_HANDLERS', 'TEST_TIMEOUT_SYMBOL'];

export default class Environment {
  // What Jest sets here does not reach the worker's globals, except for the console.
  global = {};
  moduleMocker = new ModuleMocker(globalThis);
  // There are none: tests with a clock of their own pass it.
  fakeTimers = null;
  fakeTimersModern = null;
  #env = process.env;
  #variables = { ...process.env };
  #console = globalThis.console;

  async setup() {
    globalThis.console = this.global.console;
    // Jest's own formatter of stacks knows only the source maps of Jest's transforms: Node's knows those of tsx.
    Error.prepareStackTrace = undefined;
  }

  async teardown() {
    this.moduleMocker.restoreAllMocks();
    globalThis.console = this.#console;
    process.env = this.#env;
    for (const name of Object.keys(process.env)) if (!(name in this.#variables)) delete process.env[name];
    Object.assign(process.env, this.#variables);
    for (const storage of used) storage.disable();
    used.clear();
    for (const symbol of Object.getOwnPropertySymbols(globalThis))
      if (OF_ONE_FILE.includes(symbol.description)) delete globalThis[symbol];
  }

  getVmContext() {
    return null;
  }
}
