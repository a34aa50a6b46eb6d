import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { type ApiUnderFuzz, startApiUnderFuzz } from './api-under-fuzz.ts';
import { type KnownValues, withKnownValues } from './known-values.ts';
import { findSchemathesis, type Schemathesis } from './schemathesis.ts';

/*
 * `npm run test:fuzz`: schemathesis makes requests of the OpenAPI document, valid and invalid, and checks every
 * response against it. First with any values; then, where the document says "an id" or "a handle", mostly with values
 * that exist, so that the code after a 404 check is reached too. A seed repeats the requests of a run.
 */

/** Requests with random values for each route, in addition to those with boundary values: some 5,000 in all. */
const DEFAULT_EXAMPLES = 100;
/** With known values more requests are made, because the API refuses fewer of them at once. */
const MORE_WITH_KNOWN = 1.2;
/** Its response does not end: it has its own tests. */
const STREAMS = ['listenToEvents'];
/** Timeout of one of the two runs, in seconds. Both end much sooner, unless the API has become slow. */
const LONGEST_RUN_S = 240;
const DEFAULT_SEED = 1;

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number is needed.');
  return Number(text);
}

const { seed, examples } = new Command('test:fuzz')
  .description(
    'sends the API requests that its OpenAPI document allows and forbids, and checks every response',
  )
  .option('--seed <n>', 'repeats the requests of an earlier run', wholeNumber, DEFAULT_SEED)
  .option('--examples <n>', "requests of each route's fields", wholeNumber, DEFAULT_EXAMPLES)
  .parse()
  .opts<{ seed: number; examples: number }>();

const schemathesis = await findSchemathesis();
if ('missing' in schemathesis) {
  process.stdout.write(`skipped: ${schemathesis.missing}\n`);
} else {
  process.stdout.write(`seed ${seed}: repeat with --seed ${seed}\n`);
  const api = await startApiUnderFuzz();
  try {
    const held = (await fuzz(schemathesis, api)) && api.faults().length === 0;
    for (const fault of api.faults()) process.stderr.write(`${fault}\n`);
    process.stdout.write(
      `${api.requests()} requests: ${held ? 'every answer was as described' : 'failed'}\n`,
    );
    process.exitCode = held ? 0 : 1;
  } finally {
    await api.stop();
  }
}

/** Runs both parts. Returns whether every response was as described. */
async function fuzz(tool: Schemathesis, api: ApiUnderFuzz): Promise<boolean> {
  const directory = mkdtempSync(join(tmpdir(), 'cruddur-fuzz-'));
  try {
    const run = (name: string, examples: number, known?: KnownValues) => {
      const document = join(directory, `${name}.json`);
      writeFileSync(document, JSON.stringify(known ? withKnownValues(api.document, known) : api.document));
      const isNarrowed = known !== undefined;
      const common = { seed, without: STREAMS, seconds: LONGEST_RUN_S };
      return tool.run({ ...api, ...common, directory, document, isNarrowed, examples });
    };
    const any = await run('any', examples);
    const known = await run('known', Math.ceil(examples * MORE_WITH_KNOWN), api.known);
    return any && known;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
