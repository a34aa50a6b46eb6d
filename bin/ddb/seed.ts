import { requireSecondEdition } from '../../backend/table/edition.ts';
import { defaultPlan } from '../../local/seed/default-plan.ts';
import { generatedPlan, type SeedSize, seedSize } from '../../local/seed/generated-plan.ts';
import { messageCount, type SeedPlan } from '../../local/seed/plan.ts';
import { seedTable } from '../../local/seed/seed-table.ts';
import { command, parseCount, prodArgument, runAsProgram, type Script } from '../../cli/command.ts';
import { say } from '../../cli/screen.ts';
import { startProgress } from '../../cli/progress-bar.ts';
import { type ConnectionOptions, connectionOptions, withConnection } from '../../cli/connection.ts';

/** The command line of `bin/ddb/seed`. */
export const script: Script = (streams) =>
  connectionOptions(
    command(
      streams,
      'seed',
      'Writes users and conversations. A repetition adds nothing. Without numbers: a small cast.',
      ['./bin/ddb/seed', './bin/ddb/seed --users 20 --groups 50 --messages 1000'],
    ),
  )
    .addArgument(prodArgument())
    .option('--users <n>', 'users to generate', parseCount)
    .option('--groups <n>', 'direct conversations to generate', parseCount)
    .option('--messages <n>', 'messages to generate, in all conversations together', parseCount)
    .action((prod: string | undefined, options: ConnectionOptions & Partial<SeedSize>) => {
      const plan = planFor(options);
      return withConnection(options, prod, async ({ table, where, openEncryption }) => {
        if (prod === undefined) await requireSecondEdition(table);
        const progress = startProgress(streams.stderr, 'messages', messageCount(plan));
        try {
          const into = { table, encryption: await openEncryption() };
          const { people, conversations, sent } = await seedTable(into, plan, () => progress.add(1));
          progress.stop();
          say(
            streams.stdout,
            `table ${table.name} at ${where} has ${people} people and ${conversations} conversations; ` +
              `${sent} of ${messageCount(plan)} messages were new`,
          );
        } finally {
          progress.stop();
        }
      });
    });

function planFor({ users, groups, messages }: Partial<SeedSize>): SeedPlan {
  if (users === undefined && groups === undefined && messages === undefined) return defaultPlan(new Date());
  const given = { ...(users !== undefined && { users }), ...(groups !== undefined && { groups }) };
  return generatedPlan(seedSize({ ...given, ...(messages !== undefined && { messages }) }), new Date());
}

await runAsProgram(import.meta.url, script);
