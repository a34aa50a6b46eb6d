import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { UserError } from '../user-error.ts';
import { groupIdOf, isMessageKey } from '../../schema/keys.ts';
import { itemFault, keyOf } from './item-shapes.ts';
import type { RawItem } from './item-json.ts';
import type { Dump } from './read-dump.ts';
import { putAll, putMissing, type Written } from './write-items.ts';

export type LoadCounts = Readonly<Record<Written, number>>;

/** Reads all of a dump, and finds what is wrong with it, before anything is written. @throws UserError */
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

/** Whether a table has no item at all. Strongly read. */
export async function isEmpty(client: DynamoDBClient, TableName: string): Promise<boolean> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName, Limit: 1, ConsistentRead: true }));
  return Items.length === 0;
}

/**
 * Writes a dump into a table: messages and people first, then the rows and META of groups. Without these there is no
 * group for the API: what was loaded in part is not shown in part, and nobody writes to the end of half a log.
 *
 * The stream's function may be at work on the table meanwhile. What it is told of are messages that the rows of the dump
 * know already, or will be told of by `rebuild-summaries`: a message whose members are not there yet changes nothing; a row
 * that it brings up to date before the dump's row is put says the same as that row, or what rebuilding says of it.
 * @param missingOnly puts only what is not there: to go on after a load that was interrupted.
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

/** Whether it is what a group is known by: META, and its members' rows. */
function makesGroup(item: RawItem): boolean {
  const key = keyOf(item);
  return groupIdOf(key) !== undefined && !isMessageKey(key);
}

async function* only(items: AsyncIterable<RawItem>, isWanted: (item: RawItem) => boolean) {
  for await (const item of items) if (isWanted(item)) yield item;
}
