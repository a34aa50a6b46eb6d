import { createStore, entries, promisifyRequest, type UseStore } from 'idb-keyval';
import * as is from '../checks.ts';
import { type ClientStore, memoryTexts, type TextStorage } from './text-storage.ts';

/** The owner of what all tabs share. */
const SHARED = '';

/** An owner, and a key. */
const ownedKey = (key: unknown): readonly [string, string] => {
  const [owner = '', text = ''] = is.array(is.string())(key);
  return [owner, text];
};

const readOutgoing = is.known(is.array(is.object({ key: is.string() })));

/**
 * Opens what was kept of a user in IndexedDB. All of it is read once; then reads come from memory, and writes follow.
 *
 * Each text has an owner: histories belong to all tabs, outgoing messages to the tab, or page, that writes them. A page holds the Web Lock
 * of its owner's name while it lives. These moments are critical:
 *
 * - *A page ends, and its messages are unsent.* The next client that opens finds that their owner's lock is free, and takes them over.
 * - *Two clients open at once.* Both ask for that lock; one gets it. It moves the messages in one transaction, which reads them
 *   again: the other finds none.
 * - *A page is frozen* and another one opens. It still holds its lock.
 * - *A message was stored by the API, and the page ended before it knew.* It is sent again with its key, and is stored once.
 * - *One tab signs out.* The others are notified over a BroadcastChannel, and keep nothing more.
 *
 * Where a page has no Web Locks, because it is not secure, the next client takes over all messages: two tabs may then send the same
 * one, with one key.
 * @param name names the user and the API.
 */
export async function openDatabaseStore(name: string): Promise<ClientStore> {
  const database = createStore(name, 'texts');
  const owner = crypto.randomUUID();
  const released = await holdLock(lockName(name, owner));
  await takeOver(name, database, owner);
  const texts = await entries<[string, string], string>(database);
  const of = (wanted: string) =>
    new Map(texts.flatMap(([[by, key], text]) => (by === wanted ? [[key, text]] : [])));
  const writer = new Writer(name, database);
  return {
    outgoing: writer.over(owner, of(owner)),
    history: writer.over(SHARED, of(SHARED)),
    settled: () => writer.settled(),
    wipe: async () => {
      await writer.wipe();
      released();
    },
  };
}

/** Writes what changes in memory to the database, in its order. */
class Writer {
  readonly #database: UseStore;
  readonly #channel: BroadcastChannel;
  #isOver = false;
  #written: Promise<unknown> = Promise.resolve();

  constructor(name: string, database: UseStore) {
    this.#database = database;
    this.#channel = new BroadcastChannel(name);
    this.#channel.addEventListener('message', () => {
      this.#isOver = true;
    });
  }

  over(owner: string, held: Map<string, string>): TextStorage {
    const memory = memoryTexts(held);
    return {
      ...memory,
      setItem: (key, value) => {
        memory.setItem(key, value);
        this.#write((store) => store.put(value, [owner, key]));
      },
      removeItem: (key) => {
        memory.removeItem(key);
        this.#write((store) => store.delete([owner, key]));
      },
    };
  }

  async settled(): Promise<void> {
    await this.#written;
  }

  async wipe(): Promise<void> {
    if (this.#isOver) {
      this.#channel.close();
      return;
    }
    this.#channel.postMessage('wiped');
    this.#write((store) => store.clear());
    this.#isOver = true;
    await this.settled();
    this.#channel.close();
  }

  #write(change: (store: IDBObjectStore) => void): void {
    if (this.#isOver) return;
    const write = () =>
      this.#database('readwrite', (store) => {
        change(store);
        return promisifyRequest(store.transaction);
      });
    // What cannot be written, because the disk is full, is in memory.
    this.#written = this.#written.then(write).catch(() => undefined);
  }
}

/** Takes over the outgoing messages of pages that have ended. */
async function takeOver(name: string, database: UseStore, owner: string): Promise<void> {
  const owners = new Set((await entries<[string, string], string>(database)).map(([[by]]) => by));
  owners.delete(SHARED);
  for (const ended of owners) {
    const move = () => database('readwrite', (store) => moveAll(store, ended, owner));
    if (!hasLocks()) await move();
    else
      await navigator.locks.request(lockName(name, ended), { ifAvailable: true }, async (lock) => {
        if (lock) await move();
      });
  }
}

async function moveAll(store: IDBObjectStore, from: string, to: string): Promise<void> {
  const range = IDBKeyRange.bound([from], [from, []]);
  for (const key of await promisifyRequest(store.getAllKeys(range))) {
    const [, conversation] = ownedKey(key);
    const moved: unknown = await promisifyRequest(store.get(key));
    const own: unknown = await promisifyRequest(store.get([to, conversation]));
    store.put(joined(own, moved), [to, conversation]);
    store.delete(key);
  }
  await promisifyRequest(store.transaction);
}

/** The outgoing messages of two pages for one conversation. */
function joined(one: unknown, other: unknown): string {
  const all = [one, other].flatMap((text) =>
    typeof text === 'string' ? (readOutgoing(JSON.parse(text)) ?? []) : [],
  );
  return JSON.stringify(all);
}

/** Holds a lock until the page ends, or the returned function is called. */
async function holdLock(name: string): Promise<() => void> {
  if (!hasLocks()) return () => undefined;
  return new Promise((resolve) => {
    void navigator.locks.request(name, () => new Promise<void>((release) => resolve(release)));
  });
}

const lockName = (name: string, owner: string): string => `${name}:${owner}`;
const hasLocks = (): boolean => typeof navigator !== 'undefined' && 'locks' in navigator;
