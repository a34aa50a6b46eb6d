import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { requireSecondEdition } from '../../backend/table/edition.ts';
import { sweepFiles, SWEPT_AFTER_DAYS } from '../../backend/domain/remove-files.ts';
import type { FileStore } from '../../backend/files/file-store.ts';
import { openBucket } from '../../backend/files/open-bucket.ts';
import { wire } from '../../backend/wiring.ts';
import { addNotes, command, prodArgument, runAsProgram, type Script } from '../../cli/command.ts';
import { type ConnectionOptions, connectionOptions, withConnection } from '../../cli/connection.ts';
import { countOf } from '../../cli/present-numbers.ts';
import { say } from '../../cli/screen.ts';
import { UserError } from '../../cli/user-error.ts';
import { readDataDir } from '../../local/config.ts';
import { LocalFileStore } from '../../local/files/local-file-store.ts';

interface Options extends ConnectionOptions {
  readonly check?: boolean;
  readonly bucket?: string;
}

/** The command line of `bin/ddb/sweep-files`. */
export const script: Script = (streams) =>
  addNotes(
    connectionOptions(
      command(streams, 'sweep-files', 'Deletes sent files that no message names any more.', [
        './bin/ddb/sweep-files --check',
        './bin/ddb/sweep-files --bucket cruddur-files prod',
      ]),
    )
      .addArgument(prodArgument())
      .option('--check', 'only count them; the exit status is 1 when there are any')
      .option('--bucket <name>', 'the bucket of the files. Default: the files of a local run')
      .action((prod: string | undefined, options: Options) =>
        withConnection(options, prod, async ({ client, table }) => {
          await requireSecondEdition(table);
          const fileStore = await openFiles(client, options.bucket, prod);
          const { check = false } = options;
          const context = { ...wire({ table }), fileStore };
          const { looked, unused } = await sweepFiles(context, { now: new Date(), deletes: !check });
          const found = `${countOf(looked, 'object')} looked at, ${countOf(unused, 'object')}`;
          say(streams.stdout, check ? `${found} that no message names` : `${found} deleted`);
          if (check && unused > 0) throw new UserError('run it without --check to delete them');
        }),
      ),
    `Files of sends that died half-way, and of deleted messages whose files could not be deleted. Objects of the last ${SWEPT_AFTER_DAYS} days are left alone. It may run while clients write, and reads 2 R for each object.`,
  );

async function openFiles(
  { config }: DynamoDBClient,
  bucket: string | undefined,
  prod: string | undefined,
): Promise<FileStore> {
  if (bucket === undefined) {
    if (prod !== undefined) throw new UserError('--bucket: name the bucket of the files');
    return LocalFileStore.openBeside(readDataDir(process.env));
  }
  const { AWS_ENDPOINT_URL_S3: endpoint } = process.env;
  const region = await config.region();
  return openBucket({ bucket, region, ...(endpoint !== undefined && { endpoint }) }, config.credentials);
}

await runAsProgram(import.meta.url, script);
