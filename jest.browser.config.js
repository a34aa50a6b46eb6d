import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import base from './jest.config.js';

/*
 * `npm run test:browser`: the screens in a real Chromium, on a real `npm start`. CHROMIUM_PATH names the browser; or else
 * it is looked for under its usual names. Where there is none there is nothing to run them in, and it says so.
 */

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const PLACES = [
  '/snap/bin/chromium',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A path that was named and is none is an error of who named it, not a machine without a browser. */
function findChromium() {
  const named = process.env['CHROMIUM_PATH'];
  if (named !== undefined && named !== '') {
    if (isExecutable(named)) return named;
    throw new Error(`CHROMIUM_PATH is ${named}, which cannot be executed`);
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return [...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))), ...PLACES].find(
    isExecutable,
  );
}

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
