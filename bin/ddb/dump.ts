import { meterCapacity } from '../../backend/table/capacity-meter.ts';
import { UserError } from '../../cli/user-error.ts';
import {
  addNotes,
  command,
  parseLimit,
  prodArgument,
  runAsProgram,
  UNITS_NOTE,
  type Script,
} from '../../cli/command.ts';
import { say, type Output } from '../../cli/screen.ts';
import { startProgress } from '../../cli/progress-bar.ts';
import { presentUsage, readableBytes } from '../../cli/present-numbers.ts';
import { type ConnectionOptions, connectionOptions, patient, withConnection } from '../../cli/connection.ts';
import { describeTable } from '../../cli/describe-table.ts';
import { type TakenDump, takeDump } from '../../cli/dumps/take-dump.ts';

const DEFAULT_PARTS = 4;
const MAX_PARTS = 256;

interface Options extends ConnectionOptions {
  readonly parts: number;
  readonly json?: boolean;
}

/** The command line of `bin/ddb/dump`. */
export const script: Script = (streams) =>
  addNotes(
    connectionOptions(
      command(
        streams,
        'dump',
        "Writes the whole table into a new directory, in the format of DynamoDB's export to S3.",
        ['./bin/ddb/dump ./monday', './bin/ddb/dump ./monday prod --region eu-west-1 --parts 16'],
      ),
    )
      .argument('<directory>', 'the directory to create')
      .addArgument(prodArgument())
      .option(
        '--parts <n>',
        'how many parts of the table to read at once',
        parseLimit(MAX_PARTS),
        DEFAULT_PARTS,
      )
      .option('--json', 'print JSON')
      .action((directory: string, prod: string | undefined, { parts, json, ...options }: Options) =>
        withConnection(patient(options), prod, async ({ client, table, where }) => {
          const description = await describeTable(client, table.name);
          if (!description) {
            throw new UserError(
              `there is no table ${table.name} at ${where}: ./bin/ddb/list-tables lists the tables`,
            );
          }
          const progress = startProgress(streams.stderr, 'items');
          let taken: TakenDump | undefined;
          try {
            const usage = await meterCapacity(client).measure(async () => {
              taken = await takeDump(client, description, {
                directory,
                parts,
                onItem: () => progress.add(1),
              });
            });
            progress.stop();
            if (taken)
              print(streams.stdout, taken, `table ${table.name} at ${where}`, presentUsage(usage), json);
          } finally {
            progress.stop();
          }
        }),
      ),
    'A dump holds the texts of messages, as they are stored. Only you may read its directory.',
    'Clients may write while it runs. Each conversation is then of one moment, but different conversations are of different moments: after load, run rebuild-summaries. For a point in time, let DynamoDB export the table (docs/operations.md).',
    UNITS_NOTE,
  );

function print(output: Output, taken: TakenDump, what: string, usage: string, json = false): void {
  const { directory, itemCount, files, bytes } = taken;
  if (json) {
    output.write(`${JSON.stringify({ directory, items: itemCount, files, bytes }, null, 2)}\n`);
    return;
  }
  say(
    output,
    `${what} is in ${directory}: ${itemCount.toLocaleString('en')} items, ${readableBytes(bytes)} compressed; ${usage}`,
  );
}

await runAsProgram(import.meta.url, script);
