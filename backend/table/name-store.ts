import {
  BatchGetCommand,
  type BatchGetCommandInput,
  type BatchGetCommandOutput,
} from '@aws-sdk/lib-dynamodb';
import type { GroupItem, ProfileItem } from '../../schema/items.ts';
import { groupIdOf, groupKey, type Key, profileKey, profileUserIdOf } from '../../schema/keys.ts';
import { TableUnavailableError } from '../errors.ts';
import { backoff } from './backoff.ts';
import type { Table } from './table.ts';

export interface NameItems {
  /** By user id. */
  readonly profiles: ReadonlyMap<string, ProfileItem>;
  /** By group id. */
  readonly groups: ReadonlyMap<string, GroupItem>;
}

/** BatchGetItem leaves keys unprocessed when it throttles; how often the rest is asked for. */
const MAX_ROUNDS = 5;

/** Reads what lists show of people and groups: the items that names are stored in, once each. */
export class NameStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * One BatchGetItem, eventually consistent: 0.5 R an item.
   * @param userIds and groupIds: at most 100 in all, DynamoDB's limit.
   */
  async read(userIds: Iterable<string>, groupIds: Iterable<string>): Promise<NameItems> {
    const profiles = new Map<string, ProfileItem>();
    const groups = new Map<string, GroupItem>();
    for (const item of await this.#batchGet([
      ...keysOf(userIds, profileKey),
      ...keysOf(groupIds, groupKey),
    ])) {
      const userId = profileUserIdOf(item);
      if (userId === undefined) groups.set(groupIdOf(item) ?? '', item as GroupItem);
      else profiles.set(userId, item as ProfileItem);
    }
    return { profiles, groups };
  }

  async #batchGet(keys: readonly Key[]): Promise<Key[]> {
    const items: Key[] = [];
    let requests: BatchGetCommandInput['RequestItems'] = { [this.#table.name]: { Keys: [...keys] } };
    for (let round = 0; keys.length > 0; round += 1) {
      const page: BatchGetCommandOutput = await this.#table.send(
        new BatchGetCommand({ RequestItems: requests }),
      );
      items.push(...((page.Responses?.[this.#table.name] ?? []) as Key[]));
      requests = page.UnprocessedKeys;
      if (requests === undefined || Object.keys(requests).length === 0) break;
      if (round + 1 === MAX_ROUNDS) throw new TableUnavailableError();
      await backoff(round);
    }
    return items;
  }
}

function keysOf(ids: Iterable<string>, key: (id: string) => Key): Key[] {
  return [...new Set(ids)].map(key);
}
