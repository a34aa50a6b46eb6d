import { SingleBar } from 'cli-progress';
import { defaultPlan } from '../../local/seed/default-plan.ts';
import { generatedPlan, type SeedSize, seedSize } from '../../local/seed/generated-plan.ts';
import { messageCount, type SeedPlan } from '../../local/seed/plan.ts';
import { seedTable } from '../../local/seed/seed-table.ts';
import { command, parseCount, prodArgument, runCommand } from '../command.ts';
import { type ConnectionOptions, connectionOptions, withConnection } from './connection.ts';

const script = connectionOptions(
  command(
    'seed',
    'Writes people and conversations. Repeating it doubles nothing. Without numbers: a small cast.',
  ),
)
  .addArgument(prodArgument())
  .option('--users <n>', 'people to generate', parseCount)
  .option('--groups <n>', 'direct conversations to generate', parseCount)
  .option('--messages <n>', 'messages to generate, in all conversations together', parseCount)
  .action((prod: string | undefined, options: ConnectionOptions & Partial<SeedSize>) => {
    const plan = planFor(options);
    return withConnection(options, prod, async ({ table, where }) => {
      const bar = progressBar();
      bar?.start(messageCount(plan), 0);
      try {
        const { people, conversations, sent } = await seedTable(table, plan, () => bar?.increment());
        bar?.stop();
        process.stdout.write(
          `table ${table.name} at ${where} has ${people} people and ${conversations} conversations; ` +
            `${sent} of ${messageCount(plan)} messages were new\n`,
        );
      } finally {
        bar?.stop();
      }
    });
  });

function planFor({ users, groups, messages }: Partial<SeedSize>): SeedPlan {
  if (users === undefined && groups === undefined && messages === undefined) return defaultPlan(new Date());
  const given = { ...(users !== undefined && { users }), ...(groups !== undefined && { groups }) };
  return generatedPlan(seedSize({ ...given, ...(messages !== undefined && { messages }) }), new Date());
}

/** On a terminal only: a log wants no bars. */
function progressBar(): SingleBar | undefined {
  if (!process.stderr.isTTY) return undefined;
  return new SingleBar({
    format: '{bar} {percentage}% · {value} of {total} messages · {eta_formatted} to go',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    stream: process.stderr,
    clearOnComplete: true,
    // Ctrl-C ends the process at once: the terminal must be as it was.
    linewrap: true,
    gracefulExit: false,
  });
}

await runCommand(script);
