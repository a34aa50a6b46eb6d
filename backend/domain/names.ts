import { LRUCache } from 'lru-cache';
import type { GroupItem, ProfileItem } from '../../schema/items.ts';
import { groupIdOf, profileUserIdOf } from '../../schema/keys.ts';
import type { NameStore } from '../table/name-store.ts';

/** What lists show of a person. */
export interface PersonName {
  readonly handle: string;
  readonly display_name: string;
}

/** What lists show of a group. */
export type GroupName = Pick<GroupItem, 'kind' | 'name' | 'member_count'>;

/** A changed name is seen everywhere after this long; in the process that changed it, at once. */
const LIFE_MS = 10_000;
const MAX_ENTRIES = 20_000;

/** Shown for a user whose profile is gone. Nobody can have this handle: one starts with a letter or a digit. */
const NOBODY: PersonName = { handle: '_deleted', display_name: 'Deleted user' };

/**
 * Names of people and groups. They are stored once each, so lists read those they need: one BatchGetItem for what was
 * not read lately. Names only: who is a member of what is never answered from here.
 */
export class Names {
  readonly #store: NameStore;
  readonly #people = new LRUCache<string, PersonName>({ max: MAX_ENTRIES, ttl: LIFE_MS });
  readonly #groups = new LRUCache<string, GroupName>({ max: MAX_ENTRIES, ttl: LIFE_MS });

  constructor(store: NameStore) {
    this.#store = store;
  }

  /** Reads the names of people and groups that are not at hand, so that `person` and `group` know them. */
  async read(userIds: Iterable<string>, groupIds: Iterable<string> = []): Promise<NameReader> {
    const people = gather(userIds, this.#people);
    const groups = gather(groupIds, this.#groups);
    if (people.missing.length + groups.missing.length > 0) {
      const items = await this.#store.read(people.missing, groups.missing);
      for (const [userId, profile] of items.profiles) people.known.set(userId, this.rememberPerson(profile));
      for (const [groupId, group] of items.groups) groups.known.set(groupId, this.rememberGroup(group));
    }
    return {
      person: (userId) => people.known.get(userId) ?? NOBODY,
      hasPerson: (userId) => people.known.has(userId),
      group: (groupId) => groups.known.get(groupId),
    };
  }

  /** Notes a profile that was just read or written. */
  rememberPerson(profile: ProfileItem): PersonName {
    const name = { handle: profile.handle, display_name: profile.display_name };
    const userId = profileUserIdOf(profile);
    if (userId !== undefined) this.#people.set(userId, name);
    return name;
  }

  /** Notes a group that was just read or written. */
  rememberGroup(group: GroupItem): GroupName {
    const name = {
      kind: group.kind,
      member_count: group.member_count,
      ...(group.name && { name: group.name }),
    };
    this.#groups.set(groupIdOf(group) ?? '', name);
    return name;
  }
}

/** Names that were asked for together. */
export interface NameReader {
  /** A user without a profile is shown as deleted: never null, because clients build links of it. */
  readonly person: (userId: string) => PersonName;
  readonly hasPerson: (userId: string) => boolean;
  readonly group: (groupId: string) => GroupName | undefined;
}

/** Values are copied out of the cache at once: an entry may expire while the others are being read. */
function gather<Name extends object>(ids: Iterable<string>, cache: LRUCache<string, Name>) {
  const known = new Map<string, Name>();
  const missing: string[] = [];
  for (const id of new Set(ids)) {
    const name = cache.get(id);
    if (name) known.set(id, name);
    else missing.push(id);
  }
  return { known, missing };
}
