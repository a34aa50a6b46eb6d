import DataLoader from 'dataloader';
import { boundedCache } from '../bounded-cache.ts';
import type { Timer } from '../sources.ts';
import type { GroupStore } from '../table/group-store.ts';
import type { NamedGroup } from './model.ts';

/** How long a group that was read for a list is shown to others. */
const LIFE_MS = 1_000;
const MAX_ENTRIES = 20_000;

/** How long a read past the cache waits for others, which share it, in milliseconds. */
const GATHER_MS = 10;

/** Reads METAs of named groups. */
export interface SummaryReader {
  /** Groups by id; those that do not exist are left out. */
  read(groupIds: readonly string[]): Promise<ReadonlyMap<string, NamedGroup>>;
}

type Loader = Pick<DataLoader<string, NamedGroup | undefined>, 'load'>;

/**
 * The METAs of named groups, for lists. All users of a process who look at a group within a second share one read of it,
 * also while it is under way. It never authorises anything.
 */
export class GroupSummaries implements SummaryReader {
  readonly #groups: Pick<GroupStore, 'findMany'>;
  readonly #loader: DataLoader<string, NamedGroup | undefined>;
  readonly #freshLoader: DataLoader<string, NamedGroup | undefined>;

  constructor(groups: Pick<GroupStore, 'findMany'>, timer: Timer = performance) {
    this.#groups = groups;
    this.#loader = new DataLoader((groupIds) => this.#find(groupIds), {
      cacheMap: boundedCache(MAX_ENTRIES, { ttl: LIFE_MS, ttlResolution: 0, perf: timer }),
    });
    this.#freshLoader = new DataLoader((groupIds) => this.#findFresh(groupIds), {
      batchScheduleFn: (run) => setTimeout(run, GATHER_MS),
    });
  }

  read(groupIds: readonly string[]): Promise<ReadonlyMap<string, NamedGroup>> {
    return readBy(this.#loader, groupIds);
  }

  /**
   * Returns a reader for one request that must not see an older summary than the table has now. It reads each group once,
   * past the cache and strongly: 1 R. The cache gets what it read.
   *
   * When an API process starts again, all members of a large group ask at once. The requests of GATHER_MS share a read, which
   * begins after the last of them, so a process reads a group at most 100 times a second.
   */
  fresh(): SummaryReader {
    const loaded = new Map<string, Promise<NamedGroup | undefined>>();
    const load = (groupId: string) => {
      const group = loaded.get(groupId) ?? this.#freshLoader.load(groupId);
      loaded.set(groupId, group);
      return group;
    };
    return { read: (groupIds) => readBy({ load }, groupIds) };
  }

  /** Notes a group that was just read strongly or written. */
  remember(group: NamedGroup): void {
    this.#loader.clear(group.groupId).prime(group.groupId, group);
  }

  async #findFresh(groupIds: readonly string[]): Promise<(NamedGroup | undefined)[]> {
    // A request that comes from now on waits for the next read: this one may be older than what its client knows.
    this.#freshLoader.clearAll();
    const groups = await this.#find(groupIds, true);
    for (const group of groups) if (group) this.remember(group);
    return groups;
  }

  /** Groups in the order of their ids. */
  async #find(groupIds: readonly string[], strong = false): Promise<(NamedGroup | undefined)[]> {
    const groups = await this.#groups.findMany(groupIds, strong);
    const found = new Map(groups.map((group) => [group.groupId, group]));
    return groupIds.map((groupId) => {
      const group = found.get(groupId);
      return group?.kind === 'group' ? group : undefined;
    });
  }
}

async function readBy(loader: Loader, groupIds: readonly string[]): Promise<ReadonlyMap<string, NamedGroup>> {
  const groups = await Promise.all(groupIds.map((groupId) => loader.load(groupId)));
  return new Map(groups.flatMap((group) => (group ? [[group.groupId, group]] : [])));
}
