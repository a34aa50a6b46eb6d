import { AsyncLocalStorage } from 'node:async_hooks';
import { TestEnvironment } from 'jest-environment-node';

/*
 * Jest's environment for Node, without what it leaves behind. Each test file has a runner of its own with an
 * AsyncLocalStorage, which Node carries from each promise to the next for as long as the process lives: after 60 files
 * every promise of a worker has 60 stores to carry. So those that a file has used are disabled when it is over.
 */

/** @type {Set<AsyncLocalStorage<unknown>>} */
const used = new Set();

for (const method of ['run', 'enterWith']) {
  const original = AsyncLocalStorage.prototype[method];
  AsyncLocalStorage.prototype[method] = function noteAndCall(...parameters) {
    used.add(this);
    return original.apply(this, parameters);
  };
}

export default class Environment extends TestEnvironment {
  async teardown() {
    for (const storage of used) storage.disable();
    used.clear();
    await super.teardown();
  }
}
