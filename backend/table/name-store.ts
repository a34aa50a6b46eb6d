import type { Group, Profile } from '../domain/model.ts';
import type { GroupItem, ProfileItem } from '../../schema/items.ts';
import { groupKey, type Key, profileKey, profileUserIdOf } from '../../schema/keys.ts';
import { batchGet } from './batch-get.ts';
import { groupOf, profileOf } from './items.ts';
import type { Table } from './table.ts';

/** Reads what lists show of people and groups: the items that names are stored in, once each. */
export class NameStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** One BatchGetItem for each 100 of them, eventually consistent: 0.5 R an item. */
  async read(
    userIds: Iterable<string>,
    groupIds: Iterable<string>,
  ): Promise<{ readonly profiles: readonly Profile[]; readonly groups: readonly Group[] }> {
    const profiles: Profile[] = [];
    const groups: Group[] = [];
    const keys = [...keysOf(userIds, profileKey), ...keysOf(groupIds, groupKey)];
    for (const item of await batchGet(this.#table, keys)) {
      if (profileUserIdOf(item) === undefined) groups.push(groupOf(item as GroupItem));
      else profiles.push(profileOf(item as ProfileItem));
    }
    return { profiles, groups };
  }
}

function keysOf(ids: Iterable<string>, key: (id: string) => Key): Key[] {
  return [...new Set(ids)].map(key);
}
