import type { DynamoDBClient, TableDescription } from '@aws-sdk/client-dynamodb';
import { summaryOf } from './manifests.ts';
import { counted, scanSegment, segments } from './scan-table.ts';
import { GroupReader, wholeGroups } from './whole-groups.ts';
import { NewDump } from './write-dump.ts';

/** A dump that was written. */
export interface TakenDump {
  readonly directory: string;
  readonly itemCount: number;
  readonly files: number;
  /** Size of the compressed data files in bytes. */
  readonly bytes: number;
}

/**
 * Writes a table into a new directory: a data file for each part of it, all parts at once. It holds a page
 * or two for each part in memory, for a table of any size.
 *
 * The dump is not of one point in time: clients may write meanwhile. It includes what was written before a part is read.
 * Each group is of one moment (`wholeGroups`); a profile and the claim of its handle are read separately.
 */
export async function takeDump(
  client: DynamoDBClient,
  table: TableDescription,
  options: { readonly directory: string; readonly parts: number; readonly onItem: () => void },
): Promise<TakenDump> {
  const dump = await NewDump.begin(options.directory);
  const startTime = new Date();
  const tableName = table.TableName ?? '';
  const reader = new GroupReader(client, tableName);
  const failed = new AbortController();
  try {
    const written = await Promise.all(
      segments(options.parts).map(async (segment) => {
        const items = wholeGroups(scanSegment(client, tableName, segment), reader, startTime);
        try {
          return await dump.writeFile(counted(items, options.onItem), failed.signal);
        } catch (error) {
          // The first failure is reported; the other parts are aborted.
          if (!failed.signal.aborted) failed.abort(error);
          throw failed.signal.reason;
        }
      }),
    );
    const itemCount = written.reduce((total, file) => total + file.itemCount, 0);
    const tableArn = table.TableArn ?? tableName;
    const about = { tableArn, tableId: table.TableId, startTime, endTime: new Date(), itemCount };
    await dump.finish(written, summaryOf(about));
    const bytes = written.reduce((total, file) => total + file.bytes, 0);
    return { directory: dump.directory, itemCount, files: written.length, bytes };
  } catch (error) {
    dump.discard();
    throw error;
  }
}
