import { createStore, del, entries, get, set } from 'idb-keyval';
import type { StateStore } from 'oidc-client-ts';
import * as z from 'zod/mini';

/** How long tokens that no tab holds are kept after their last renewal, in milliseconds: browsers restore their tabs. */
const ABANDONED_MS = 24 * 60 * 60 * 1_000;

const kept = z.object({ value: z.string(), at: z.number() });

const database = createStore('cruddur-sessions', 'tokens');

/**
 * Keeps the tokens of one session in IndexedDB, under the session's id. A tab that was duplicated has the same id, so
 * both tabs have the same refresh token, and each must see at once what the other renewed. `sessionStorage` is
 * copied, not shared, and `localStorage` may show another process an old value; a transaction here never does.
 */
export class TokenStore implements StateStore {
  readonly #id: string;
  #held = false;

  constructor(id: string) {
    this.#id = id;
  }

  async get(): Promise<string | null> {
    const found = kept.safeParse(await get(this.#id, database));
    return found.success ? found.data.value : null;
  }

  async set(_key: string, value: string): Promise<void> {
    await set(this.#id, { value, at: Date.now() }, database);
  }

  async remove(): Promise<string | null> {
    const value = await this.get();
    await del(this.#id, database);
    return value;
  }

  async getAllKeys(): Promise<string[]> {
    return (await this.get()) === null ? [] : [this.#id];
  }

  /** Holds the session while this tab lives, and removes the tokens of sessions that no tab holds. */
  hold(): void {
    if (this.#held) return;
    this.#held = true;
    void navigator.locks.request(holdName(this.#id), { mode: 'shared' }, () => new Promise(() => undefined));
    void removeAbandoned();
  }
}

/**
 * Removes tokens that no tab can use: a session ends with its tab. A tab that is being reloaded, or that the browser will
 * restore, holds no lock either: so recently renewed tokens stay.
 */
async function removeAbandoned(): Promise<void> {
  for (const [id, entry] of await entries<string, unknown>(database)) {
    const found = kept.safeParse(entry);
    if (found.success && Date.now() - found.data.at < ABANDONED_MS) continue;
    await navigator.locks.request(holdName(id), { ifAvailable: true }, async (lock) => {
      if (lock) await del(id, database);
    });
  }
}

function holdName(id: string): string {
  return `session-held:${id}`;
}
