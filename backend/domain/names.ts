import DataLoader from 'dataloader';
import { boundedCache } from '../bounded-cache.ts';
import type { Timer } from '../sources.ts';
import type { ProfileStore } from '../table/profile-store.ts';
import type { Person, Profile } from './model.ts';

/** What lists show of a person. */
export type PersonName = Pick<Person, 'handle' | 'display_name'>;

/** After this time a changed name is visible everywhere; in the process that changed it, at once. */
const LIFE_MS = 10_000;
const MAX_ENTRIES = 20_000;

/** Shown for a user whose profile was deleted. No user can have this handle: one starts with a letter or a digit. */
const DELETED_USER: PersonName = { handle: '_deleted', display_name: 'Deleted user' };

/**
 * Names of people. Each is stored once, so lists read those that they need: one BatchGetItem for those that were not read
 * lately, which all requests of that moment share. It caches names only, never membership.
 */
export class Names {
  readonly #people: DataLoader<string, PersonName | undefined>;

  constructor(profiles: Pick<ProfileStore, 'findMany'>, timer: Timer = performance) {
    this.#people = new DataLoader(
      async (userIds) => {
        const found = await profiles.findMany(userIds);
        const names = new Map(found.map((profile) => [profile.userId, nameOf(profile)]));
        return userIds.map((userId) => names.get(userId));
      },
      { cacheMap: boundedCache(MAX_ENTRIES, { ttl: LIFE_MS, ttlResolution: 0, perf: timer }) },
    );
  }

  /** Reads the names of these people, from the cache where they are in it. */
  async read(userIds: Iterable<string>): Promise<NameReader> {
    const known = new Map<string, PersonName>();
    await Promise.all(
      [...new Set(userIds)].map(async (userId) => {
        const name = await this.#people.load(userId);
        if (name) known.set(userId, name);
        // A profile may be written at any moment: that there is none is not remembered.
        else this.#people.clear(userId);
      }),
    );
    return readerOf(known);
  }

  /** Notes a profile that was just read or written. */
  rememberPerson(person: Person | Profile): PersonName {
    const name = nameOf(person);
    this.#people.clear(person.userId).prime(person.userId, name);
    return name;
  }
}

/** The names of people who were just found by their handles. */
export const namesOf = (people: readonly Person[]): NameReader =>
  readerOf(new Map(people.map((person) => [person.userId, nameOf(person)])));

const readerOf = (known: ReadonlyMap<string, PersonName>): NameReader => ({
  person: (userId) => known.get(userId) ?? DELETED_USER,
  hasPerson: (userId) => known.has(userId),
});

const nameOf = ({ handle, display_name }: Person | Profile): PersonName => ({ handle, display_name });

/** Names that were read together. */
export interface NameReader {
  /** A user without a profile is shown as deleted: never null, because clients build links from it. */
  readonly person: (userId: string) => PersonName;
  readonly hasPerson: (userId: string) => boolean;
}
