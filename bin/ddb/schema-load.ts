import { requireSecondEdition } from '../../backend/table/edition.ts';
import { loadSchema } from '../../backend/table/schema-loader.ts';
import { command, prodArgument, runAsProgram, type Script } from '../../cli/command.ts';
import { say } from '../../cli/screen.ts';
import { type ConnectionOptions, connectionOptions, withConnection } from '../../cli/connection.ts';

/** The command line of `bin/ddb/schema-load`. */
export const script: Script = (streams) =>
  connectionOptions(
    command(streams, 'schema-load', 'Creates the table, with its index, stream and TTL.', [
      './bin/ddb/schema-load',
      './bin/ddb/schema-load --table another-table',
    ]),
  )
    .addArgument(prodArgument())
    .action((prod: string | undefined, options: ConnectionOptions) =>
      withConnection(options, prod, async ({ client, table, where }) => {
        const { created } = await loadSchema(client, table.name);
        if (!created && prod === undefined) await requireSecondEdition(table);
        const what = created ? 'is created and active' : 'exists already, as the schema says';
        say(streams.stdout, `table ${table.name} at ${where} ${what}`);
      }),
    );

await runAsProgram(import.meta.url, script);
