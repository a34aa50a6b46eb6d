import DataLoader from 'dataloader';
import { boundedCache } from '../bounded-cache.ts';
import type { GroupDataStore } from '../table/group-data-store.ts';
import type { NamedGroup, OwnData } from './model.ts';

/** Groups whose own data is kept: at most about 10 MB. */
const MAX_ENTRIES = 5_000;

/**
 * Own data of groups, by its id in META: each change has another one, so what is kept never becomes old. A META that is
 * older than the item shows the item as it is. It never authorises anything.
 */
export class GroupData {
  readonly #loader: DataLoader<Key, string | undefined, string>;

  constructor(store: Pick<GroupDataStore, 'findMany'>) {
    this.#loader = new DataLoader(
      async (keys) => {
        const found = await store.findMany([...new Set(keys.map(({ groupId }) => groupId))]);
        const texts = new Map(found.map(({ groupId, text }) => [groupId, text]));
        return keys.map(({ groupId }) => texts.get(groupId));
      },
      { cacheKeyFn: ({ data_id: id }) => id, cacheMap: boundedCache(MAX_ENTRIES) },
    );
  }

  /**
   * A group's own data; undefined where it has none, or it can never be decrypted. 1 R where this process has not read it.
   * @throws TextKeysUnavailableError
   */
  async read({ groupId, data_id }: Pick<NamedGroup, 'groupId' | 'data_id'>): Promise<string | undefined> {
    if (data_id === undefined) return undefined;
    const key = { groupId, data_id };
    const text = await this.#loader.load(key).catch((error: unknown) => {
      this.#loader.clear(key);
      throw error;
    });
    if (text === undefined) this.#loader.clear(key);
    return text;
  }

  /** Notes what was just written. */
  remember(groupId: string, { id, text }: OwnData): void {
    this.#loader.prime({ groupId, data_id: id }, text);
  }
}

type Key = Required<Pick<NamedGroup, 'groupId' | 'data_id'>>;
