import { availableParallelism } from 'node:os';
import { dockerAnswers, findChromium } from './jest.tools.js';

/*
 * All suites. TEST_SUITE names the one to run, which `npm run test:<suite>` sets; without it, `npm test` runs `unit`.
 * A suite for which this machine has no Docker or no Chromium says so, and passes without tests.
 */

const base = {
  // A synthesised deployment holds a second package.json.
  modulePathIgnorePatterns: ['<rootDir>/dist/infra/'],
  testEnvironment: './test/runner/environment.js',
  testRunner: './test/runner/runner.js',
  testSequencer: './test/runner/sequencer.js',
  transform: { '\\.ts$': '<rootDir>/jest.transform.js' },
  // Much of a test's time is an engine's: one worker less than there are cores would leave half of two idle.
  maxWorkers: '100%',
  testTimeout: 60_000,
};

/** What the test files of a run share: an engine, and an issuer's key. */
const sharedRun = {
  globalSetup: './test/support/start-run.ts',
  globalTeardown: './test/support/stop-run.ts',
};

/**
 * What each suite adds to the base. Only the suite that is run looks for what it needs.
 * @type {Readonly<Record<string, () => import('jest').Config>>}
 */
const SUITES = {
  /** All that needs nothing but Node. Some of its files wait for processes and timeouts: a third worker fills two cores. */
  unit: () => ({
    ...sharedRun,
    testMatch: files('test/**/*.test.ts'),
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
  }),

  /** Two APIs and the stream's pump, on a faulty network and table. */
  chaos: () => ({ ...sharedRun, testMatch: files('test/chaos/*.suite.ts') }),

  /** Random operations, compared with a model of the logs. */
  model: () => ({ ...sharedRun, testMatch: files('test/model/*.suite.ts') }),

  /** Stores, log, summaries and stream on the official engine, and the tests that need other images. */
  docker: () => {
    if (!dockerAnswers('version')) return skipped('no Docker engine answers `docker version`');
    return {
      globalSetup: './test/docker/start-engine.ts',
      globalTeardown: './test/docker/stop-engine.ts',
      testMatch: files(
        'test/{table,domain,lambdas}/**/*.test.ts',
        'test/local/stream-pump-table.test.ts',
        'test/docker/*.suite.ts',
      ),
    };
  },

  /** The screens in a real Chromium, on a real `npm start`. */
  browser: () => {
    if (!hasChromium()) return skipped(NO_CHROMIUM);
    return {
      globalSetup: './test/browser/start-screens.ts',
      globalTeardown: './test/browser/stop-screens.ts',
      testMatch: files('test/browser/*.suite.ts'),
      // A test mostly waits for a screen: one by one they leave two thirds of two cores idle.
      maxWorkers: 2,
      testTimeout: 90_000,
    };
  },

  /**
   * The images, and two people who talk in real browsers through all containers of `docker compose up`, some of which
   * are killed meanwhile. It runs beside other projects: names, ports and data are its own.
   */
  compose: () => {
    if (!dockerAnswers('version') || !dockerAnswers('compose', 'version'))
      return skipped('`docker version` or `docker compose version` does not answer');
    const screens = ['test/compose/screens.suite.ts', 'test/browser/talking.suite.ts'];
    const inBrowser = hasChromium();
    if (!inBrowser) say(`skipped: ${screens.join(', ')}: ${NO_CHROMIUM}`);
    return {
      globalSetup: './test/compose/start-project.ts',
      globalTeardown: './test/compose/stop-project.ts',
      testMatch: files(
        'test/compose/canary.suite.ts',
        'test/compose/images.suite.ts',
        'test/compose/outages.suite.ts',
        ...(inBrowser ? screens : []),
      ),
      // All of it happens to one project.
      maxWorkers: 1,
      testTimeout: 120_000,
    };
  },

  /** The deployment's templates: AWS's rules, cfn-lint, and a stand-in for AWS. What is Python's skips where there is none. */
  infra: () => ({
    globalSetup: './infra/test/support/prepare.ts',
    globalTeardown: './infra/test/support/synthesis-folder.ts',
    testMatch: files('infra/test/*.{test,suite}.ts'),
    testTimeout: 120_000,
  }),
};

const NO_CHROMIUM = 'no Chromium was found; install one, or name it with CHROMIUM_PATH';

/** Whether there is a Chromium, which the tests then find in CHROMIUM_PATH. */
function hasChromium() {
  const chromium = findChromium();
  if (chromium !== undefined) process.env['CHROMIUM_PATH'] = chromium;
  return chromium !== undefined;
}

function files(...patterns) {
  return patterns.map((pattern) => `<rootDir>/${pattern}`);
}

function skipped(why) {
  say(`skipped: ${why}`);
  return { testMatch: files('test/none'), passWithNoTests: true };
}

function say(line) {
  process.stdout.write(`${line}\n`);
}

function suiteToRun() {
  const name = process.env['TEST_SUITE'] ?? 'unit';
  const suite = SUITES[name];
  if (!suite) throw new Error(`TEST_SUITE is ${name}: the suites are ${Object.keys(SUITES).join(', ')}`);
  return suite();
}

/** @type {import('jest').Config} */
export default { ...base, ...suiteToRun() };
