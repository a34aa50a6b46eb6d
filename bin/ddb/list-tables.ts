import { type DynamoDBClient, paginateListTables, type TableDescription } from '@aws-sdk/client-dynamodb';
import { addNotes, command, prodArgument, runAsProgram, type Script } from '../../cli/command.ts';
import { readableBytes } from '../../cli/present-numbers.ts';
import { presentTable, say, type Output } from '../../cli/screen.ts';
import { type ConnectionOptions, connectionOptions, withConnection } from '../../cli/connection.ts';
import { describeTable } from '../../cli/describe-table.ts';

interface TableRow {
  readonly name: string;
  readonly status: string;
  /** On AWS, some hours old; null if the engine does not report it. */
  readonly items: number | null;
  /** The same. An engine that has items and reports 0 bytes does not measure them. */
  readonly size_bytes: number | null;
  /** View type of the stream; null without one. */
  readonly stream: string | null;
  readonly deletion_protection: boolean;
}

const COLUMNS = ['name', 'status', 'items', 'size', 'stream', 'protection'].map((heading) => ({ heading }));

const UNKNOWN = '–';

/** The command line of `bin/ddb/list-tables`. */
export const script: Script = (streams) =>
  addNotes(
    connectionOptions(
      command(streams, 'list-tables', 'Lists the tables.', [
        './bin/ddb/list-tables',
        './bin/ddb/list-tables prod --region eu-west-1',
      ]),
      { table: false },
    )
      .option('--json', 'print JSON')
      .addArgument(prodArgument())
      .action((prod: string | undefined, options: ConnectionOptions & { json?: boolean }) =>
        withConnection(options, prod, async ({ client, where }) => {
          const rows = await readTables(client);
          if (options.json) streams.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
          else if (rows.length === 0) say(streams.stdout, `there are no tables at ${where}`);
          else streams.stdout.write(`${present(streams.stdout, rows)}\n`);
        }),
      ),
    'AWS counts items and sizes every six hours or so. A local engine may not count them at all: an unknown value is shown as –, and as null with --json.',
  );

async function readTables(client: DynamoDBClient): Promise<TableRow[]> {
  const rows: TableRow[] = [];
  for await (const { TableNames = [] } of paginateListTables({ client }, {})) {
    for (const name of TableNames) {
      const table = await describeTable(client, name);
      // It may have been deleted after it was listed.
      if (table) rows.push(toRow(name, table));
    }
  }
  return rows;
}

function toRow(name: string, table: TableDescription): TableRow {
  const { ItemCount: itemCount, TableSizeBytes: bytes } = table;
  return {
    name,
    status: table.TableStatus ?? 'UNKNOWN',
    items: itemCount ?? null,
    size_bytes: bytes === 0 && itemCount !== 0 ? null : (bytes ?? null),
    stream: table.StreamSpecification?.StreamEnabled
      ? (table.StreamSpecification.StreamViewType ?? 'on')
      : null,
    deletion_protection: table.DeletionProtectionEnabled ?? false,
  };
}

function present(output: Output, rows: readonly TableRow[]): string {
  const cells = rows.map((row) => [
    row.name,
    row.status,
    row.items?.toLocaleString('en') ?? UNKNOWN,
    row.size_bytes === null ? UNKNOWN : readableBytes(row.size_bytes),
    row.stream ?? 'none',
    row.deletion_protection ? 'on' : 'off',
  ]);
  return presentTable(output, COLUMNS, cells);
}

await runAsProgram(import.meta.url, script);
