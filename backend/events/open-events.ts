import type { Logger } from '../logger.ts';
import { openRedis, type Redis } from '../redis.ts';
import type { Events, Publisher } from './changes.ts';
import { InProcessEvents } from './in-process-events.ts';
import { RedisEvents } from './redis-events.ts';
import { RedisMemory } from './redis-memory.ts';
import { InProcessMemory, type ShortMemory } from './short-memory.ts';

/** What live events stand on. */
export interface LiveParts {
  readonly events: Events;
  readonly memory: ShortMemory;
}

/** Of one process alone. */
export function inProcessLive(): LiveParts {
  return { events: new InProcessEvents(), memory: new InProcessMemory() };
}

/**
 * Shared by every process that uses this server and serves this table; of this process alone where there is none.
 * @param redis the process's connection for commands. It is not closed with the events.
 */
export function openLive(parts: {
  readonly url: string | undefined;
  readonly redis: Redis | undefined;
  readonly tableName: string;
  readonly logger: Logger;
}): LiveParts {
  const { url, redis: commands, tableName, logger } = parts;
  if (url === undefined || commands === undefined) return inProcessLive();
  const openSubscriber = () => openRedis(url, logger);
  return {
    events: new RedisEvents({ commands, openSubscriber, tableName, logger }),
    memory: new RedisMemory(commands, tableName),
  };
}

/** How long the Lambda waits for a connection: it begins without one, and may be frozen for long with another. */
const PATIENCE_MS = 2_000;

/**
 * For who only publishes, and has time: the connection is opened with the first change, and waited for then and
 * whenever it was lost.
 */
export function openPublisher(parts: {
  readonly url: string;
  readonly tableName: string;
  readonly logger: Logger;
}): Publisher & { close(): Promise<void> } {
  const { url, tableName, logger } = parts;
  const open = () => {
    const commands = openRedis(url, logger);
    const openSubscriber = () => openRedis(url, logger);
    const events = new RedisEvents({ commands, openSubscriber, tableName, logger, patienceMs: PATIENCE_MS });
    return { commands, events };
  };
  let opened: ReturnType<typeof open> | undefined;
  return {
    publish: (change) => (opened ??= open()).events.publish(change),
    close: async () => opened?.commands.close(),
  };
}
