import DataLoader from 'dataloader';
import { boundedCache } from '../bounded-cache.ts';
import type { Timer } from '../sources.ts';
import type { GroupStore } from '../table/group-store.ts';
import type { NamedGroup } from './model.ts';

/** How long a group that was read for a list is shown to others. */
const LIFE_MS = 1_000;
const MAX_ENTRIES = 20_000;

/**
 * The METAs of named groups, for lists. All users of a process who look at a group within a second share one read of it,
 * also while it is under way. It never authorises anything.
 */
export class GroupSummaries {
  readonly #loader: DataLoader<string, NamedGroup | undefined>;

  constructor(groups: Pick<GroupStore, 'findMany'>, timer: Timer = performance) {
    this.#loader = new DataLoader(
      async (groupIds) => {
        const found = new Map((await groups.findMany(groupIds)).map((group) => [group.groupId, group]));
        return groupIds.map((groupId) => {
          const group = found.get(groupId);
          return group?.kind === 'group' ? group : undefined;
        });
      },
      { cacheMap: boundedCache(MAX_ENTRIES, { ttl: LIFE_MS, ttlResolution: 0, perf: timer }) },
    );
  }

  /** Groups by id; those that do not exist are left out. */
  async read(groupIds: readonly string[]): Promise<ReadonlyMap<string, NamedGroup>> {
    const groups = await Promise.all(groupIds.map((groupId) => this.#loader.load(groupId)));
    return new Map(groups.flatMap((group) => (group ? [[group.groupId, group]] : [])));
  }

  /** Notes a group that was just read strongly or written. */
  remember(group: NamedGroup): void {
    this.#loader.clear(group.groupId).prime(group.groupId, group);
  }
}
