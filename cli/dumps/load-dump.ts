import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { UserError } from '../user-error.ts';
import { GROUP_SK, groupIdOf, memberUserIdOf } from '../../schema/keys.ts';
import { itemFault, keyOf } from './item-shapes.ts';
import type { RawItem } from './item-json.ts';
import type { Dump } from './read-dump.ts';
import { putAll, putMissing, type Written } from './write-items.ts';

/** The number of items by what the load did with them. */
export type LoadCounts = Readonly<Record<Written, number>>;

/** Reads and checks a whole dump before anything is written. @throws UserError */
export async function checkDump(dump: Dump, onItem: () => void): Promise<void> {
  for await (const item of dump.items()) {
    const fault = itemFault(item);
    if (fault !== undefined)
      throw new UserError(`${dump.directory} holds an item that ${fault}: ${keyText(item)}`);
    onItem();
  }
}

function keyText({ pk, sk }: RawItem): string {
  return JSON.stringify({ pk: pk?.S, sk: sk?.S });
}

/** Whether a table has no items, by a strongly consistent read. */
export async function isEmpty(client: DynamoDBClient, TableName: string): Promise<boolean> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName, Limit: 1, ConsistentRead: true }));
  return Items.length === 0;
}

/**
 * Writes a dump into a table: messages and profiles first, then the rows of members and META. The API finds a group only
 * by these, so a group that is loaded in part is not shown, and no client can write to the end of half a log.
 *
 * The stream's function may run on the table meanwhile. It receives messages that the rows of the dump already include, or
 * that `rebuild-summaries` will include. A message whose group does not exist yet changes nothing but the deleted seqs, which
 * the log names too. A summary that the function writes before the dump's item is put is the same as the dump's, or the one
 * that rebuilding writes.
 * @param missingOnly puts only the items that are missing, to resume a load that was interrupted.
 */
export async function loadDump(
  client: DynamoDBClient,
  tableName: string,
  dump: Dump,
  options: { readonly missingOnly: boolean; readonly onWritten: (count: number) => void },
): Promise<LoadCounts> {
  const counts = { stored: 0, found: 0, different: 0 };
  const put = options.missingOnly ? putMissing : putAll;
  const onWritten = (what: Written, count: number) => {
    counts[what] += count;
    options.onWritten(count);
  };
  await put(
    client,
    tableName,
    only(dump.items(), (item) => !makesGroup(item)),
    onWritten,
  );
  await put(client, tableName, only(dump.items(), makesGroup), onWritten);
  return counts;
}

/** Whether the API finds a group by this item: META, or a member's row. */
function makesGroup(item: RawItem): boolean {
  const key = keyOf(item);
  return memberUserIdOf(key) !== undefined || (groupIdOf(key) !== undefined && key.sk === GROUP_SK);
}

async function* only(items: AsyncIterable<RawItem>, isWanted: (item: RawItem) => boolean) {
  for await (const item of items) if (isWanted(item)) yield item;
}
