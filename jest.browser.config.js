import base from './jest.config.js';
import { findChromium } from './jest.tools.js';

/*
 * `npm run test:browser`: the screens in a real Chromium, on a real `npm start`. CHROMIUM_PATH names the browser; or else
 * it is looked for under its usual names. Where there is none there is nothing to run them in, and it says so.
 */

const chromium = findChromium();
if (chromium === undefined) {
  process.stdout.write(
    'skipped: no Chromium was found; install one, or say where it is with CHROMIUM_PATH\n',
  );
} else process.env['CHROMIUM_PATH'] = chromium;

/** @type {import('jest').Config} */
export default {
  ...base,
  testMatch: [`<rootDir>/test/browser/${chromium === undefined ? 'none' : '*.suite.ts'}`],
  passWithNoTests: chromium === undefined,
  ...(chromium !== undefined && {
    globalSetup: './test/browser/start-screens.ts',
    globalTeardown: './test/browser/stop-screens.ts',
  }),
  // One browser and one server are all that two cores carry without waiting for each other.
  maxWorkers: 1,
  testTimeout: 90_000,
};
