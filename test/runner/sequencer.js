import { relative } from 'node:path';
import { createRequire } from 'node:module';

/*
 * The order of test files. Without a cache of earlier durations, as in a clean checkout, Jest goes by the size of files. The
 * files here mostly wait, for processes and timeouts, and are short: one that came last would be waited for alone.
 */

const require = createRequire(import.meta.url);
const { default: Sequencer } = require('@jest/test-sequencer');

/** The files that take longest for their size. */
const FIRST = [
  'test/local/start.test.ts',
  'test/bin/restore-drill.test.ts',
  'test/logs/logs.test.ts',
  'test/table/lean-client/failures.test.ts',
  'test/http/tickets.test.ts',
  'test/bin/scripts.test.ts',
  'test/bin/dump.test.ts',
  'test/http/openapi.test.ts',
  'test/readme.test.ts',
  'test/table/client.test.ts',
  'test/http/events.test.ts',
  'test/domain/large-groups.test.ts',
  'test/capacity.test.ts',
  'test/http/engine-down.test.ts',
  'test/http/members-only.test.ts',
  'test/http/permissions.test.ts',
  'test/http/mentions.test.ts',
  'test/texts/sealed-texts.test.ts',
  'test/bin/import-cruddur-random.test.ts',
  'test/client/faulty-network.test.ts',
  'test/local/seed.test.ts',
];

export default class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ context, path }) => FIRST.indexOf(relative(context.config.rootDir, path));
    const sorted = super.sort(tests);
    const first = sorted.filter((test) => rank(test) !== -1).sort((one, other) => rank(one) - rank(other));
    return [...first, ...sorted.filter((test) => rank(test) === -1)];
  }
}
