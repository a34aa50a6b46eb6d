import { Command, Option } from 'commander';
import { startEngineBench, startReplayedBench } from './bench.ts';
import { Children } from './children.ts';
import { growingCosts, measureGrowth } from './growth.ts';
import { describeMachine } from './machine.ts';
import { PAGE, writePage } from './page.ts';
import { FULL, type Plan, QUICK } from './plan.ts';
import type { EngineResults, Results } from './results.ts';
import { terminalText } from './terminal.ts';
import { measureCompared, measureThroughput } from './throughput.ts';
import { measureUnits } from './units.ts';

/* `npm run bench`: the API against a bare SDK loop, and the growth curves. Status 1 if a cost grows. */

/** A shell's exit status for a program that a signal ended: 128 plus the signal's number. */
const SIGNAL_STATUS = { SIGINT: 130, SIGTERM: 143 } as const;

// The SDK warns once for each process about the versions of Node that it will support.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

interface Options {
  readonly quick?: true;
  readonly write?: true;
  readonly replay?: true;
}

const options = new Command('npm run bench --')
  .description(
    'Measures the API against a bare AWS SDK loop, in ratios, and how cost and time grow with the data.\n' +
      'Takes six to eight minutes; every part runs in its own process, in memory.',
  )
  .option('--quick', 'half a minute: shows that the benchmark works; the figures are coarse')
  .option('--replay', "only the part with recorded responses in place of the engine's: CPU time and times")
  .addOption(new Option('--write', `also writes ${PAGE}`).conflicts(['quick', 'replay']))
  .parse()
  .opts<Options>();

await main(options.quick ? QUICK : FULL, options);

async function main(plan: Plan, { write, replay }: Options): Promise<void> {
  const children = new Children();
  let stopping: keyof typeof SIGNAL_STATUS | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stopping = signal;
      void children.stop().then(() => process.exit(SIGNAL_STATUS[signal]));
    });
  }
  try {
    const results = await measure(children, plan, replay === true);
    process.stdout.write(terminalText(results));
    if (write && results.onEngine) await writePage({ ...results, onEngine: results.onEngine });
    if (growingCosts(results.onEngine?.growth ?? []).length > 0) process.exitCode = 1;
  } catch (error) {
    // Once the run is being stopped, everything in progress fails.
    if (stopping === undefined) {
      process.stderr.write(
        `bench: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
      process.exitCode = 1;
    }
  } finally {
    await children.stop();
  }
}

async function measure(children: Children, plan: Plan, replayOnly: boolean): Promise<Results> {
  const machine = describeMachine();
  progress('recorded responses');
  const replayed = await startReplayedBench(children, plan);
  const compared = await measureCompared(replayed, plan, progress).finally(() => replayed.close());
  const results = { plan, machine, compared };
  return replayOnly ? results : { ...results, onEngine: await measureOnEngine(children, plan) };
}

async function measureOnEngine(children: Children, plan: Plan): Promise<EngineResults> {
  progress('filling the table');
  const bench = await startEngineBench(children, plan);
  try {
    const units = await measureUnits(bench);
    const throughput = await measureThroughput(bench, plan, progress);
    const growth = await measureGrowth(bench, plan, progress);
    return { engine: bench.engine.name, items: bench.items, throughput, units, growth };
  } finally {
    await bench.close();
  }
}

function progress(text: string): void {
  process.stderr.write(`${new Date().toLocaleTimeString('en-GB')} ${text}\n`);
}
