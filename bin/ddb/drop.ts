import { DeleteTableCommand, type DynamoDBClient, waitUntilTableNotExists } from '@aws-sdk/client-dynamodb';
import { UserError } from '../../local/user-error.ts';
import { askForName } from '../ask-for-name.ts';
import { command, prodArgument, runCommand } from '../command.ts';
import { type ConnectionOptions, connectionOptions, withConnection } from './connection.ts';
import { describeTable } from './describe-table.ts';

const MAX_WAIT_SECONDS = 180;

const script = connectionOptions(command('drop', 'Deletes a table with everything in it.'), { table: false })
  .argument('<table>', 'name of the table')
  .addArgument(prodArgument())
  .option('--yes', 'do not ask')
  .action((name: string, prod: string | undefined, options: ConnectionOptions & { yes?: boolean }) =>
    withConnection({ ...options, table: name }, prod, async ({ client, where }) => {
      await refuse(client, name, where);
      if (prod !== undefined && !options.yes) {
        await askForName({
          doing: `Deleting ${name} at ${where}, for ever`,
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
      process.stdout.write(`table ${name} at ${where} is deleted\n`);
    }),
  );

/** @throws UserError for a table that is not there or is protected: said before anything is asked. */
async function refuse(client: DynamoDBClient, name: string, where: string): Promise<void> {
  const table = await describeTable(client, name);
  if (!table)
    throw new UserError(`there is no table ${name} at ${where}: ./bin/ddb/list-tables shows those there are`);
  if (table.DeletionProtectionEnabled === true) {
    throw new UserError(`table ${name} is protected from deletion: switch the protection off first`);
  }
}

await runCommand(script);
