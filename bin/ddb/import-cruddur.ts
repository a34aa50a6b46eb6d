import { Option } from 'commander';
import { meterCapacity } from '../../backend/table/capacity-meter.ts';
import { requireSecondEdition } from '../../backend/table/edition.ts';
import { askForName } from '../../cli/ask-for-name.ts';
import { addNotes, command, prodArgument, runAsProgram, UNITS_NOTE, type Script } from '../../cli/command.ts';
import {
  type Connection,
  type ConnectionOptions,
  connectionOptions,
  patient,
  withConnection,
} from '../../cli/connection.ts';
import { importCruddur } from '../../cli/cruddur/import-cruddur.ts';
import type { ImportReport } from '../../cli/cruddur/import-report.ts';
import { type OriginalUser, readUsers } from '../../cli/cruddur/read-users.ts';
import { type ItemSource, openSource } from '../../cli/dumps/open-source.ts';
import { counted } from '../../cli/dumps/scan-table.ts';
import { countOf, presentUsage } from '../../cli/present-numbers.ts';
import { type Progress, startProgress } from '../../cli/progress-bar.ts';
import { say, type Output, type Streams } from '../../cli/screen.ts';
import { oneLine } from '../../cli/text-width.ts';
import { UserError } from '../../cli/user-error.ts';

/** Items and users that are printed for a person; --json prints more. */
const MAX_PRINTED = 20;

interface Options extends ConnectionOptions {
  readonly from: string;
  readonly users: string;
  readonly userIdPrefix: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** The command line of `bin/ddb/import-cruddur`. */
export const script: Script = (streams) =>
  addNotes(
    connectionOptions(
      command(
        streams,
        'import-cruddur',
        "Imports the users and the conversations of Cruddur, the bootcamp's application. A repetition adds nothing.",
        [
          './bin/ddb/import-cruddur --from ./export --users users.csv --dry-run',
          './bin/ddb/import-cruddur --from cruddur-old --users users.csv prod',
        ],
      ),
    )
      .addArgument(prodArgument())
      .requiredOption(
        '--from <table or dump>',
        "Cruddur's table at the same endpoint, or the directory of an export: a word with a slash, such as ./export",
      )
      .requiredOption('--users <csv>', "Cruddur's table users: psql's \\copy users to 'users.csv' csv header")
      .addOption(
        new Option('--user-id-prefix <text>', 'what the API puts before the sub of a token')
          .env('AWS_COGNITO_USER_ID_PREFIX')
          .default('', 'none'),
      )
      .option('--dry-run', 'read and report everything, and write nothing')
      .option('--yes', 'do not ask')
      .option('--json', 'print JSON')
      .action(
        (prod: string | undefined, { from, users, userIdPrefix, dryRun, yes, json, ...options }: Options) =>
          withConnection(patient(options), prod, async (connection) => {
            const { client, table, where } = connection;
            if (from === table.name)
              throw new UserError(`${from} cannot be imported into itself: give another --table`);
            const source = await openSource(client, where, from);
            const people = await readUsers(users);
            await requireSecondEdition(table);
            if (prod !== undefined && !yes && !dryRun) await ask(streams, from, connection);
            let report: ImportReport | undefined;
            const usage = await meterCapacity(client).measure(async () => {
              report = await importWithProgress(streams.stderr, { source, people }, connection, {
                userIdPrefix,
                dryRun,
              });
            });
            if (report)
              print(streams.stdout, report, { connection, dryRun, json, cost: presentUsage(usage) });
          }),
      ),
    'A user gets the id that they sign in with, their cognito_user_id. Messages are ordered by their times, and a pair that has several conversations gets one. Everything is marked read. Import before people use the table: messages are appended behind those that exist.',
    'An interrupted import is started again with the same words. The exit status is 1 if an item could not be imported; everything else is. While it runs, a temporary directory (TMPDIR) holds the texts.',
    UNITS_NOTE,
  );

async function ask(streams: Streams, from: string, { table: { name }, where }: Connection): Promise<void> {
  await askForName(streams, {
    doing: `This imports ${from} into ${name} at ${where}`,
    name,
    withoutQuestion: 'to import without a question',
    nothingDone: 'nothing was imported',
  });
}

async function importWithProgress(
  output: Output,
  { source, people }: { readonly source: ItemSource; readonly people: readonly OriginalUser[] },
  { table, openEncryption }: Connection,
  options: { readonly userIdPrefix: string; readonly dryRun: boolean | undefined },
): Promise<ImportReport> {
  let progress: Progress = startProgress(output, 'items read', source.itemCount);
  try {
    const { userIdPrefix, dryRun = false } = options;
    const items = counted(source.items(), () => progress.add(1));
    return await importCruddur(
      { users: people, items },
      {
        into: { table, encryption: await openEncryption() },
        userIdPrefix,
        dryRun,
        onRead: (messages) => {
          progress.stop();
          if (!dryRun) progress = startProgress(output, 'messages', messages);
        },
        onMessage: () => progress.add(1),
      },
    );
  } finally {
    progress.stop();
  }
}

/** Prints the report. @throws UserError if items were left out. */
function print(
  output: Output,
  report: ImportReport,
  { connection, dryRun = false, json = false, cost }: PrintOptions,
): void {
  if (json) output.write(`${JSON.stringify(report, null, 2)}\n`);
  else printText(output, report, { connection, dryRun, cost });
  const { leftOutCount } = report;
  if (leftOutCount === 0) return;
  throw new UserError(
    `${countOf(leftOutCount, 'item')} could not be imported, and everything else ${dryRun ? 'can be' : 'was'}: ` +
      `the report says which, and why`,
  );
}

interface PrintOptions {
  readonly connection: Connection;
  readonly dryRun: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly cost: string;
}

function printText(output: Output, report: ImportReport, { connection, dryRun, cost }: PrintOptions): void {
  const { users, conversations, messages, leftOut, leftOutCount, notes, noteCount } = report;
  for (const { user, note } of notes.slice(0, MAX_PRINTED)) say(output, `user ${oneLine(user)} ${note}`);
  sayMore(output, noteCount, 'user');
  for (const { pk, sk, reason } of leftOut.slice(0, MAX_PRINTED))
    say(output, `${oneLine(`${pk}  ${sk}`)}  ${reason}`);
  sayMore(output, leftOutCount, 'item');
  const merged =
    conversations.merged > 0 ? `, ${conversations.merged} merged into others of their pairs` : '';
  const place = `table ${connection.table.name} at ${connection.where}`;
  const found = `${countOf(conversations.imported, 'conversation')}${merged}`;
  if (dryRun) {
    say(output, `${countOf(messages.read, 'message')} in ${found}, can be imported into ${place}; ${cost}`);
    return;
  }
  const all = `${countOf(users.new + users.found, 'user')} and ${found}`;
  const added = `${messages.new.toLocaleString('en')} of ${countOf(messages.read, 'message')} were new`;
  say(output, `${place} has ${all}; ${added}; ${cost}`);
}

function sayMore(output: Output, count: number, noun: string): void {
  if (count <= MAX_PRINTED) return;
  say(output, `and ${countOf(count - MAX_PRINTED, `more ${noun}`)} (--json)`);
}

await runAsProgram(import.meta.url, script);
