import { DeleteTableCommand, type DynamoDBClient, waitUntilTableNotExists } from '@aws-sdk/client-dynamodb';
import { UserError } from '../../cli/user-error.ts';
import { askForName } from '../../cli/ask-for-name.ts';
import { addNotes, command, prodArgument, runAsProgram, type Script } from '../../cli/command.ts';
import { say } from '../../cli/screen.ts';
import { type ConnectionOptions, connectionOptions, withConnection } from '../../cli/connection.ts';
import { describeTable } from '../../cli/describe-table.ts';

const MAX_WAIT_SECONDS = 180;

/** The command line of `bin/ddb/drop`. */
export const script: Script = (streams) =>
  addNotes(
    connectionOptions(
      command(streams, 'drop', 'Deletes a table with everything in it.', [
        './bin/ddb/drop cruddur-messages',
        './bin/ddb/drop old-table --yes',
      ]),
      { table: false },
    )
      .argument('<table>', 'name of the table')
      .addArgument(prodArgument())
      .option('--yes', 'delete without asking for the name of the table')
      .action((name: string, prod: string | undefined, options: ConnectionOptions & { yes?: boolean }) =>
        withConnection({ ...options, table: name }, prod, async ({ client, where }) => {
          await refuse(client, name, where);
          if (!options.yes) {
            await askForName(streams, {
              doing: `This deletes table ${name} at ${where} with everything in it, for ever`,
              name,
              withoutQuestion: 'to delete without a question',
              nothingDone: 'nothing was deleted',
            });
          }
          await client.send(new DeleteTableCommand({ TableName: name }));
          await waitUntilTableNotExists(
            { client, maxWaitTime: MAX_WAIT_SECONDS, minDelay: 1 },
            { TableName: name },
          );
          say(streams.stdout, `table ${name} at ${where} is deleted`);
        }),
      ),
    'It asks for the name of the table first, on this machine too. Without a terminal, in a script for example, it needs --yes. A protected table is not deleted.',
  );

/** @throws UserError for a table that does not exist or is protected, before the question is asked. */
async function refuse(client: DynamoDBClient, name: string, where: string): Promise<void> {
  const table = await describeTable(client, name);
  if (!table)
    throw new UserError(`there is no table ${name} at ${where}: ./bin/ddb/list-tables lists the tables`);
  if (table.DeletionProtectionEnabled === true) {
    throw new UserError(`table ${name} is protected from deletion: switch the protection off first`);
  }
}

await runAsProgram(import.meta.url, script);
