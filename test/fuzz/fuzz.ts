import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { type ApiUnderFuzz, startApiUnderFuzz } from './api-under-fuzz.ts';
import { type Known, withKnownValues } from './known-values.ts';
import { findSchemathesis, type Schemathesis } from './schemathesis.ts';

/*
 * `npm run test:fuzz`: schemathesis makes requests of the OpenAPI document, right ones and wrong ones, and holds every
 * answer against it. First with any values; then, where the document says "an id" or "a handle", mostly with some that
 * are there, so that what stands behind a 404 is reached too. A seed repeats the requests of a run.
 */

/** Requests that are made of each route's fields, besides those that go through its limits: some 5,000 in all. */
const DEFAULT_EXAMPLES = 100;
/** How many times as many are made with known values, of which fewer are refused at once. */
const MORE_WITH_KNOWN = 1.2;
/** What it answers does not end: its own tests knock at it. */
const STREAMS = ['listenToEvents'];
/** Of one of the two runs, in seconds. Both of them end much sooner, unless the API has become slow. */
const LONGEST_RUN_S = 240;
const DEFAULT_SEED = 1;

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number is needed.');
  return Number(text);
}

const { seed, examples } = new Command('test:fuzz')
  .description('sends the API what its OpenAPI document says, and what it forbids, and checks every answer')
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

/** Whether every answer of both runs was as described. */
async function fuzz(tool: Schemathesis, api: ApiUnderFuzz): Promise<boolean> {
  const directory = mkdtempSync(join(tmpdir(), 'cruddur-fuzz-'));
  try {
    const run = (name: string, known: Known, examples: number) => {
      const document = join(directory, `${name}.json`);
      writeFileSync(document, JSON.stringify(withKnownValues(api.document, known)));
      const isNarrowed = Object.keys(known).length > 0;
      const common = { seed, without: STREAMS, seconds: LONGEST_RUN_S };
      return tool.run({ ...api, ...common, directory, document, isNarrowed, examples });
    };
    const any = await run('any', {}, examples);
    const known = await run('known', api.known, Math.ceil(examples * MORE_WITH_KNOWN));
    return any && known;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
