import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readDynamoConfig } from '../../backend/config.ts';
import { createDynamoClient } from '../../backend/table/client.ts';
import { opaqueTexts } from '../../backend/table/message-codec.ts';
import { MessageStore } from '../../backend/table/message-store.ts';
import { openTable } from '../../backend/table/table.ts';
import { checkLogs } from '../support/log-checks.ts';
import type { Acknowledged } from '../support/senders.ts';

const REBUILD_SUMMARIES = fileURLToPath(new URL('../../bin/ddb/rebuild-summaries', import.meta.url));

const run = promisify(execFile);

/** Reads the logs from the table, and looks for lost or duplicated messages. @throws for the first one. */
export async function checkLogsAt(endpoint: string, acknowledged: readonly Acknowledged[]): Promise<void> {
  const config = readDynamoConfig({ AWS_ENDPOINT_URL: endpoint });
  const client = createDynamoClient(config);
  try {
    await checkLogs(new MessageStore(openTable(client, config.tableName), opaqueTexts()), acknowledged);
  } finally {
    client.destroy();
  }
}

/** Compares all summaries with the logs with the script, which waits a little for the stream. */
export async function checkSummariesAt(endpoint: string): Promise<void> {
  await run(REBUILD_SUMMARIES, ['--check', '--endpoint', endpoint]).catch((error: unknown) => {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`the summaries are not what the logs say: ${stdout}${stderr}`);
  });
}
