import { EventsUnavailableError } from '../errors.ts';
import type { Redis } from '../redis.ts';
import type { ShortMemory } from './short-memory.ts';

/** How long somebody waits who is let in by it. */
const DEADLINE_MS = 1_000;

/** The memory of every process that uses one Redis or Valkey. @throws EventsUnavailableError while that is away. */
export class RedisMemory implements ShortMemory {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(redis: Redis, tableName: string) {
    this.#redis = redis;
    this.#prefix = `${tableName}:`;
  }

  async put(key: string, value: string, lifeMs: number): Promise<void> {
    await this.#answer((client) =>
      client.set(this.#prefix + key, value, { expiration: { type: 'PX', value: lifeMs } }),
    );
  }

  async read(key: string): Promise<string | undefined> {
    const value = await this.#answer((client) => client.get(this.#prefix + key));
    return value ?? undefined;
  }

  async claim(key: string, lifeMs: number): Promise<boolean> {
    const answer = await this.#answer((client) =>
      client.set(this.#prefix + key, '', { expiration: { type: 'PX', value: lifeMs }, condition: 'NX' }),
    );
    return answer !== null;
  }

  async #answer<Value>(ask: (client: Redis['client']) => Promise<Value>): Promise<Value> {
    let timer: NodeJS.Timeout | undefined;
    try {
      const timeUp = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(new Error('no answer in time')), DEADLINE_MS);
      });
      return await Promise.race([ask(this.#redis.client), timeUp]);
    } catch (cause) {
      throw new EventsUnavailableError({ cause });
    } finally {
      clearTimeout(timer);
    }
  }
}
