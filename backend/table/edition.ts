import { ScanCommand, type ScanCommandOutput } from '@aws-sdk/lib-dynamodb';
import { GROUP_SK, groupIdOf, type Key, memberUserIdOf } from '../../schema/keys.ts';
import type { Table } from './table.ts';

/** Items of a page, and pages, that are looked at: the first items of a table that is used hold rows or a META. */
const ITEMS_A_PAGE = 100;
const MAX_PAGES = 3;

/** The table has items of an earlier version, which this one cannot read. */
export class EarlierVersionError extends Error {
  constructor(tableName: string) {
    super(
      `the table ${tableName} has items of an earlier version: drop it with bin/ddb/drop ${tableName}, ` +
        'or remove .data, and start again',
    );
    this.name = 'EarlierVersionError';
  }
}

/**
 * Looks at the first items of a table for groups and members of an earlier version, which have no `log_id`. At most 150 R
 * for items of 4 KB; about 6 R for usual ones, and 0.5 R for an empty table.
 * @throws EarlierVersionError; TableUnavailableError.
 */
export async function requireSecondEdition(table: Table): Promise<void> {
  let startKey: Record<string, unknown> | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page: ScanCommandOutput = await table.send(
      new ScanCommand({
        TableName: table.name,
        Limit: ITEMS_A_PAGE,
        ProjectionExpression: 'pk, sk, log_id',
        ...(startKey && { ExclusiveStartKey: startKey }),
      }),
    );
    const items = (page.Items ?? []) as (Key & { readonly log_id?: unknown })[];
    if (items.some((item) => belongsToLog(item) && item.log_id === undefined)) {
      throw new EarlierVersionError(table.name);
    }
    startKey = page.LastEvaluatedKey;
    if (startKey === undefined) return;
  }
}

/** Whether the item is a member's row or META. */
function belongsToLog(key: Key): boolean {
  return groupIdOf(key) !== undefined && (key.sk === GROUP_SK || memberUserIdOf(key) !== undefined);
}
