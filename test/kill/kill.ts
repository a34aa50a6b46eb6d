import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { createPrng, type Prng } from '../support/prng.ts';
import { Senders } from '../support/senders.ts';
import { checkLogsAt, checkSummariesAt } from './checks.ts';
import { oneProcess, type Rig, twoProcesses } from './rigs.ts';

/*
 * `npm run test:kill`: kills the whole process tree with SIGKILL at random moments while senders send with keys, restarts
 * it, and checks the result: each acknowledged message exists once, the logs are dense, no key exists twice, and the
 * summaries become equal to the logs. A seed repeats the moments and the texts of a run.
 */

/** How long the senders work before the kill, in milliseconds. */
const SHORTEST_LOAD_MS = 150;
const LONGEST_LOAD_MS = 1_500;

interface Options {
  readonly rounds: number;
  readonly seed: number;
}

async function runVariant(
  name: string,
  openRig: (dataDir: string) => Promise<Rig>,
  options: Options,
): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cruddur-kill-'));
  const prng = createPrng(options.seed);
  const rig = await openRig(dataDir);
  const senders = new Senders(rig);
  try {
    await rig.start();
    await senders.openConversations();
    for (let round = 1; round <= options.rounds; round += 1) {
      senders.start();
      await playRound(rig, prng);
      await senders.stop();
      await checkLogsAt(await rig.endpoint(), senders.acknowledged);
      await checkSummariesAt(await rig.endpoint());
      process.stdout.write(
        `${name}: round ${round}/${options.rounds}, ${senders.acknowledged.length} sent, all there\n`,
      );
    }
  } finally {
    await senders.abort();
    await rig.stop();
  }
  // Kept after a failure, for analysis.
  rmSync(dataDir, { recursive: true, force: true });
}

/** Load, a kill in the middle of it, and a restart while the senders retry. */
async function playRound(rig: Rig, prng: Prng): Promise<void> {
  await sleep(prng.between(SHORTEST_LOAD_MS, LONGEST_LOAD_MS));
  await rig.kill();
  await rig.start();
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number is needed.');
  return Number(text);
}

const options = new Command('test:kill')
  .description(
    'kills everything at random moments under load, and checks that nothing was lost or duplicated',
  )
  .option('--rounds <n>', 'kills in each variant', wholeNumber, 20)
  .option('--seed <n>', 'repeats the random moments of an earlier run', wholeNumber, Date.now() % 1_000_000)
  .parse()
  .opts<Options>();

process.stdout.write(`seed ${options.seed}: repeat with --seed ${options.seed}\n`);
try {
  await runVariant('one process', oneProcess, options);
  await runVariant('two processes', twoProcesses, options);
  process.stdout.write('nothing was lost, nothing was duplicated\n');
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.stderr.write(`failed with seed ${options.seed}\n`);
  process.exitCode = 1;
}
