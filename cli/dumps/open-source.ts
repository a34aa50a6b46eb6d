import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describeTable } from '../describe-table.ts';
import { UserError } from '../user-error.ts';
import type { RawItem } from './item-json.ts';
import { openDump } from './read-dump.ts';
import { scanSegment } from './scan-table.ts';

/** A table or a dump, whose items can be read once each, in any order. */
export interface ItemSource {
  readonly items: () => AsyncIterable<RawItem>;
  /** Known for a dump only. */
  readonly itemCount?: number;
}

/**
 * Opens a table, or the dump in a directory: a word with a slash.
 * @param where the endpoint, as text for a user.
 * @throws UserError for a word that names neither.
 */
export async function openSource(client: DynamoDBClient, where: string, word: string): Promise<ItemSource> {
  if (word.includes('/')) return openDump(word);
  if (await describeTable(client, word))
    return { items: () => scanSegment(client, word, { number: 0, of: 1 }) };
  throw new UserError(
    `there is no table ${word} at ${where}: ./bin/ddb/list-tables lists the tables; a directory needs a slash, ./${word}`,
  );
}
