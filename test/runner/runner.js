import { createRequire, register } from 'node:module';
import { pathToFileURL } from 'node:url';
import { register as registerTypeScript } from 'tsx/esm/api';
import { setGlobals } from './globals.js';

/*
 * Jest's runner of one test file (`testRunner`): jest-circus, except that the file, and what it imports, is loaded by Node
 * itself. Jest's loader gives each file new modules in a new context; with the AWS SDK that took half of the time of
 * `npm test`. Here a worker loads a module once for all its files: only test files are loaded for each run. So state at
 * the top of a module outlives a test file, as it does in a process of the API.
 */

const require = createRequire(import.meta.url);
const { default: runWithCircus } = require('jest-circus/runner');

// The SDK announces its future minimum version of Node once for each process: in tests that is noise.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
registerTypeScript();
register('./hooks.js', import.meta.url);

let runs = 0;

/** The part of Jest's runtime that jest-circus uses. */
function runtimeOf({ moduleMocker }) {
  runs += 1;
  const run = `?run=${runs}`;
  return {
    // jest-circus: its module holds the tests of one file.
    requireInternalModule(path) {
      delete require.cache[path];
      return require(path);
    },
    requireModule: require,
    setGlobalsForRuntime: (globals) => setGlobals({ ...globals, jest: jestObject(moduleMocker) }),
    unstable_shouldLoadAsEsm: () => true,
    unstable_importModule: (path) => import(pathToFileURL(path).href + run),
    enterTestCode: () => undefined,
    leaveTestCode: () => undefined,
  };
}

/** What the tests use of `jest`: nothing that needs Jest's loader, such as mocks of modules. */
function jestObject(mocker) {
  return {
    fn: mocker.fn.bind(mocker),
    spyOn: mocker.spyOn.bind(mocker),
    replaceProperty: mocker.replaceProperty.bind(mocker),
    restoreAllMocks: mocker.restoreAllMocks.bind(mocker),
    setTimeout(ms) {
      globalThis[Symbol.for('TEST_TIMEOUT_SYMBOL')] = ms;
    },
  };
}

/** @type {import('jest-circus').TestFramework} */
export default function runFile(globalConfig, projectConfig, environment, _runtime, path, sendMessageToJest) {
  const runtime = runtimeOf(environment);
  return runWithCircus(globalConfig, projectConfig, environment, runtime, path, sendMessageToJest);
}
