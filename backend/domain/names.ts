import { LRUCache } from 'lru-cache';
import type { NameStore } from '../table/name-store.ts';
import type { Group, Person, Profile } from './model.ts';

/** What lists show of a person. */
export type PersonName = Pick<Person, 'handle' | 'display_name'>;

/** What lists show of a group. */
export type GroupName = Pick<Group, 'kind' | 'name' | 'member_count'>;

/** After this time a changed name is visible everywhere; in the process that changed it, at once. */
const LIFE_MS = 10_000;
const MAX_ENTRIES = 20_000;

/** Shown for a user whose profile was deleted. No user can have this handle: one starts with a letter or a digit. */
const DELETED_USER: PersonName = { handle: '_deleted', display_name: 'Deleted user' };

/**
 * Names of people and groups. Each is stored once, so lists read those that they need: one BatchGetItem for those that
 * were not read lately. It caches names only, never membership.
 */
export class Names {
  readonly #store: NameStore;
  readonly #people = new LRUCache<string, PersonName>({ max: MAX_ENTRIES, ttl: LIFE_MS });
  readonly #groups = new LRUCache<string, GroupName>({ max: MAX_ENTRIES, ttl: LIFE_MS });

  constructor(store: NameStore) {
    this.#store = store;
  }

  /** Reads the names of these people and groups, from the cache where they are in it. */
  async read(userIds: Iterable<string>, groupIds: Iterable<string> = []): Promise<NameReader> {
    const people = gather(userIds, this.#people);
    const groups = gather(groupIds, this.#groups);
    if (people.missing.length + groups.missing.length > 0) {
      const items = await this.#store.read(people.missing, groups.missing);
      for (const profile of items.profiles) people.known.set(profile.userId, this.rememberPerson(profile));
      for (const group of items.groups) groups.known.set(group.groupId, this.rememberGroup(group));
    }
    return {
      person: (userId) => people.known.get(userId) ?? DELETED_USER,
      hasPerson: (userId) => people.known.has(userId),
      group: (groupId) => groups.known.get(groupId),
    };
  }

  /** Notes a profile that was just read or written. */
  rememberPerson({ userId, handle, display_name }: Person | Profile): PersonName {
    const name = { handle, display_name };
    this.#people.set(userId, name);
    return name;
  }

  /** Notes a group that was just read or written. */
  rememberGroup(group: Group): GroupName {
    const name = {
      kind: group.kind,
      member_count: group.member_count,
      ...(group.name && { name: group.name }),
    };
    this.#groups.set(group.groupId, name);
    return name;
  }
}

/** Names that were read together. */
export interface NameReader {
  /** A user without a profile is shown as deleted: never null, because clients build links from it. */
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
