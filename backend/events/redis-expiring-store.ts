import pTimeout from 'p-timeout';
import { EventsUnavailableError } from '../errors.ts';
import type { Redis } from '../redis.ts';
import type { ExpiringStore } from './expiring-store.ts';

/** Timeout of a command: a request waits for it. */
const TIMEOUT_MS = 1_000;

/** The store of all processes that use one Redis or Valkey. @throws EventsUnavailableError while it is unreachable. */
export class RedisExpiringStore implements ExpiringStore {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(redis: Redis, tableName: string) {
    this.#redis = redis;
    this.#prefix = `${tableName}:`;
  }

  async put(key: string, value: string, lifeMs: number): Promise<void> {
    await this.#run((client) =>
      client.set(this.#prefix + key, value, { expiration: { type: 'PX', value: lifeMs } }),
    );
  }

  async get(key: string): Promise<string | undefined> {
    const value = await this.#run((client) => client.get(this.#prefix + key));
    return value ?? undefined;
  }

  async claim(key: string, lifeMs: number): Promise<boolean> {
    const reply = await this.#run((client) =>
      client.set(this.#prefix + key, '', { expiration: { type: 'PX', value: lifeMs }, condition: 'NX' }),
    );
    return reply !== null;
  }

  async #run<Reply>(command: (client: Redis['client']) => Promise<Reply>): Promise<Reply> {
    try {
      return await pTimeout(command(this.#redis.client), { milliseconds: TIMEOUT_MS });
    } catch (cause) {
      throw new EventsUnavailableError({ cause });
    }
  }
}
