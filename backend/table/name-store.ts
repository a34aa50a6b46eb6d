import type { GroupItem, ProfileItem } from '../../schema/items.ts';
import { groupIdOf, groupKey, type Key, profileKey, profileUserIdOf } from '../../schema/keys.ts';
import { batchGet } from './batch-get.ts';
import type { Table } from './table.ts';

export interface NameItems {
  /** By user id. */
  readonly profiles: ReadonlyMap<string, ProfileItem>;
  /** By group id. */
  readonly groups: ReadonlyMap<string, GroupItem>;
}

/** Reads what lists show of people and groups: the items that names are stored in, once each. */
export class NameStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** One BatchGetItem for each 100 of them, eventually consistent: 0.5 R an item. */
  async read(userIds: Iterable<string>, groupIds: Iterable<string>): Promise<NameItems> {
    const profiles = new Map<string, ProfileItem>();
    const groups = new Map<string, GroupItem>();
    const keys = [...keysOf(userIds, profileKey), ...keysOf(groupIds, groupKey)];
    for (const item of await batchGet(this.#table, keys)) {
      const userId = profileUserIdOf(item);
      if (userId === undefined) groups.set(groupIdOf(item) ?? '', item as GroupItem);
      else profiles.set(userId, item as ProfileItem);
    }
    return { profiles, groups };
  }
}

function keysOf(ids: Iterable<string>, key: (id: string) => Key): Key[] {
  return [...new Set(ids)].map(key);
}
