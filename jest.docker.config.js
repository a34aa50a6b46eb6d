import base from './jest.config.js';
import { dockerAnswers } from './jest.tools.js';

/*
 * `npm run test:docker`: the tests of the stores, the log, the summaries and the stream, on the official engine; and
 * those of `test/docker`, which need other images.
 * Where no Docker engine answers there is nothing to run them on, and it says so.
 */

const runs = dockerAnswers('version');
if (!runs) process.stdout.write('skipped: no Docker engine answers `docker version`\n');

/** @type {import('jest').Config} */
export default {
  ...base,
  testMatch: runs
    ? ['table', 'domain', 'lambdas']
        .map((folder) => `<rootDir>/test/${folder}/**/*.test.ts`)
        .concat('<rootDir>/test/local/stream-pump-table.test.ts', '<rootDir>/test/docker/*.suite.ts')
    : ['<rootDir>/test/docker/none'],
  passWithNoTests: !runs,
  ...(runs && {
    globalSetup: './test/docker/start-engine.ts',
    globalTeardown: './test/docker/stop-engine.ts',
  }),
  testTimeout: 60_000,
};
