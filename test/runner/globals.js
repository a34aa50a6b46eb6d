/*
 * What test files import as `@jest/globals`. The bindings change with each file that a worker runs: a module that several
 * files share, such as those in test/support, sees those of the file that runs.
 */

export let afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest;

/**
 * Sets what the next file sees.
 * @param {typeof import('@jest/globals')} globals
 */
export function setGlobals(globals) {
  ({ afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } = globals);
}
