import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { meterCapacity } from '../../backend/table/capacity-meter.ts';
import { loadSchema } from '../../backend/table/schema-loader.ts';
import { UserError } from '../../cli/user-error.ts';
import { askForName } from '../../cli/ask-for-name.ts';
import { addNotes, command, prodArgument, runAsProgram, UNITS_NOTE, type Script } from '../../cli/command.ts';
import { say, type Output, type Streams } from '../../cli/screen.ts';
import { type Progress, startProgress } from '../../cli/progress-bar.ts';
import { type ConnectionOptions, connectionOptions, patient, withConnection } from '../../cli/connection.ts';
import { checkDump, isEmpty, type LoadCounts, loadDump } from '../../cli/dumps/load-dump.ts';
import { type Dump, openDump } from '../../cli/dumps/read-dump.ts';
import { presentUsage } from '../../cli/present-numbers.ts';

interface Options extends ConnectionOptions {
  readonly resume?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** The command line of `bin/ddb/load`. */
export const script: Script = (streams) =>
  addNotes(
    connectionOptions(
      command(
        streams,
        'load',
        'Writes a dump, or an export of DynamoDB that was fetched from S3, into an empty table.',
        ['./bin/ddb/load ./monday --table cruddur-messages-drill', './bin/ddb/load ./monday --resume'],
      ),
    )
      .argument('<directory>', 'the directory with manifest-summary.json')
      .addArgument(prodArgument())
      .option(
        '--resume',
        'continue after an interrupted load: put the items that are missing, and change no others',
      )
      .option('--yes', 'do not ask')
      .option('--json', 'print JSON')
      .action(
        (directory: string, prod: string | undefined, { resume = false, yes, json, ...options }: Options) =>
          withConnection(patient(options), prod, async ({ client, table, where }) => {
            const dump = await openDump(directory);
            const place = `table ${table.name} at ${where}`;
            await withProgress(streams.stderr, dump, 'items checked', (progress) =>
              checkDump(dump, () => progress.add(1)),
            );
            if (prod !== undefined && !yes) await ask(streams, dump, table.name, where);
            await loadSchema(client, table.name);
            await refuseItems(client, table.name, { place, directory, resume });
            let counts: LoadCounts | undefined;
            const usage = await meterCapacity(client).measure(() =>
              withProgress(streams.stderr, dump, 'items', async (progress) => {
                const settings = { missingOnly: resume, onWritten: (count: number) => progress.add(count) };
                counts = await loadDump(client, table.name, dump, settings);
              }),
            );
            if (counts) print(streams.stdout, counts, place, presentUsage(usage), json);
          }),
      ),
    'The whole dump is checked before anything is written. The table is created if it does not exist. No client may use it before load has ended; then run rebuild-summaries, and switch over to it (docs/operations.md).',
    UNITS_NOTE,
  );

async function ask(
  streams: Streams,
  { itemCount, tableArn, time }: Dump,
  name: string,
  where: string,
): Promise<void> {
  await askForName(streams, {
    doing: `This loads ${itemCount.toLocaleString('en')} items of ${tableArn}, as of ${time}, into ${name} at ${where}`,
    name,
    withoutQuestion: 'to load without a question',
    nothingDone: 'nothing was loaded',
  });
}

/** @throws UserError for a table that has items, unless an interrupted load is resumed. */
async function refuseItems(
  client: DynamoDBClient,
  name: string,
  {
    place,
    directory,
    resume,
  }: { readonly place: string; readonly directory: string; readonly resume: boolean },
): Promise<void> {
  if (resume || (await isEmpty(client, name))) return;
  throw new UserError(
    `${place} has items: give another --table, or --resume if they come from an interrupted load of ${directory}`,
  );
}

async function withProgress(
  output: Output,
  { itemCount }: Dump,
  noun: string,
  task: (progress: Progress) => Promise<void>,
): Promise<void> {
  const progress = startProgress(output, noun, itemCount);
  try {
    await task(progress);
  } finally {
    progress.stop();
  }
}

function print(
  output: Output,
  { stored, found, different }: LoadCounts,
  place: string,
  usage: string,
  json = false,
): void {
  if (json) {
    output.write(`${JSON.stringify({ stored, found, different }, null, 2)}\n`);
    return;
  }
  const others = [
    ...(found > 0 ? [`${found.toLocaleString('en')} existed already`] : []),
    ...(different > 0
      ? [`${different.toLocaleString('en')} exist in another state, and were left unchanged`]
      : []),
  ];
  say(
    output,
    `${place}: ${[`${stored.toLocaleString('en')} items were loaded`, ...others].join(', ')}; ${usage}`,
  );
}

await runAsProgram(import.meta.url, script);
