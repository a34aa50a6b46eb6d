import { GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { NamedGroup } from '../domain/model.ts';
import type { ListingItem } from '../../schema/items.ts';
import {
  groupIdOf,
  groupKey,
  isListingKey,
  LISTINGS_PK,
  listingKey,
  listingsBetween,
} from '../../schema/keys.ts';
import { INBOX_INDEX } from '../../schema/table.ts';
import { conditionalTransaction } from './condition.ts';
import { listedAs, listingWrite } from './group-change.ts';
import { queryItems } from './query.ts';
import type { Table } from './table.ts';

/** The place of a public group in the list of all. */
export interface Listing {
  readonly groupId: string;
  readonly inbox_sk: string;
}

/** The list of public groups. It follows from META, and is written with it: see `changeWrites`. */
export class ListingStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * Public groups whose folded names begin with a prefix, in the order of those names. Eventually consistent, as an index
   * is. 0.5 R for 4 KB. An item that is in the list without a listing's key is left out.
   * @param prefix folded; '' lists all.
   * @param after the `inbox_sk` to continue after.
   */
  async page(prefix: string, limit: number, after?: string): Promise<Listing[]> {
    const [from, to] = listingsBetween(prefix);
    const query = {
      IndexName: INBOX_INDEX,
      KeyConditionExpression: 'inbox_pk = :listings AND inbox_sk BETWEEN :from AND :to',
      ExpressionAttributeValues: {
        ':listings': LISTINGS_PK,
        ':from': after === undefined ? from : `${after}\0`,
        ':to': to,
      },
    };
    return queryItems(this.#table, query, limit, readListing);
  }

  /** The `inbox_sk` of a group in the list of public groups, strongly read; undefined where it is not listed. 1 R. */
  async placeOf(groupId: string): Promise<string | undefined> {
    const { Item } = await this.#table.send(
      new GetCommand({ TableName: this.#table.name, Key: listingKey(groupId), ConsistentRead: true }),
    );
    return (Item as ListingItem | undefined)?.inbox_sk;
  }

  /**
   * Writes or deletes the listing of a group as META says, for a rebuild, if META still has the name and the visibility
   * that were read: between the read and the write the group may be renamed, or change its visibility. 4 W, and 1 W in
   * the index.
   * @returns whether META was unchanged.
   */
  async repair(seen: NamedGroup): Promise<boolean> {
    const TableName = this.#table.name;
    const isPublic = seen.visibility === 'public';
    const { stored } = await conditionalTransaction(
      this.#table.send(
        new TransactWriteCommand({
          TransactItems: [
            {
              ConditionCheck: {
                TableName,
                Key: groupKey(seen.groupId),
                ConditionExpression: isPublic ? NAMED_AND_PUBLIC : NAMED_AND_PRIVATE,
                ExpressionAttributeNames: { '#name': 'name' },
                ExpressionAttributeValues: { ':name': seen.name, ...(isPublic && { ':public': 'public' }) },
              },
            },
            listingWrite(TableName, seen.groupId, listedAs(seen)),
          ],
        }),
      ),
    );
    return stored;
  }
}

const NAMED_AND_PUBLIC = '#name = :name AND visibility = :public';
const NAMED_AND_PRIVATE = '#name = :name AND attribute_not_exists(visibility)';

function readListing(item: Record<string, unknown>): Listing | undefined {
  const { pk, sk, inbox_sk } = item as ListingItem;
  const groupId = groupIdOf({ pk });
  return groupId !== undefined && isListingKey({ pk, sk }) ? { groupId, inbox_sk } : undefined;
}
