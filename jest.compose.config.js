import base from './jest.config.js';
import { dockerAnswers, findChromium } from './jest.tools.js';

/*
 * `npm run test:compose`: the images, and two people who talk in real browsers through all the containers of
 * `docker compose up`, some of which are killed meanwhile. Beside other projects: names, ports and data are its own.
 * Where there is no Docker, or no Chromium, it says what is left out.
 */

const docker = dockerAnswers('version') && dockerAnswers('compose', 'version');
if (!docker) {
  process.stdout.write('skipped: `docker version` or `docker compose version` does not answer\n');
}
const chromium = docker ? findChromium() : undefined;
if (chromium !== undefined) process.env['CHROMIUM_PATH'] = chromium;
else if (docker) {
  process.stdout.write(
    'what takes a browser is skipped: no Chromium was found; install one, or say where it is with CHROMIUM_PATH\n',
  );
}

const suites = [
  ...(docker ? ['test/compose/images.suite.ts', 'test/compose/outages.suite.ts'] : []),
  ...(chromium === undefined ? [] : ['test/compose/screens.suite.ts', 'test/browser/talking.suite.ts']),
];

/** @type {import('jest').Config} */
export default {
  ...base,
  testMatch: docker ? suites.map((suite) => `<rootDir>/${suite}`) : ['<rootDir>/test/compose/none'],
  passWithNoTests: !docker,
  ...(docker && {
    globalSetup: './test/compose/start-project.ts',
    globalTeardown: './test/compose/stop-project.ts',
  }),
  // All of it happens to one project.
  maxWorkers: 1,
  testTimeout: 120_000,
};
