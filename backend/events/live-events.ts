import type { Logger } from '../logger.ts';
import type { Recorder } from '../metrics/recorder.ts';
import { openRedis, type Redis } from '../redis.ts';
import type { Publisher } from './changes.ts';
import type { LiveEvents } from './in-process-live-events.ts';
import { RedisEvents } from './redis-events.ts';
import { RedisExpiringStore } from './redis-expiring-store.ts';

/**
 * Opens live events for all processes that use this Redis server and this table.
 * @param redis the process's connection for commands. Closing the events does not close it.
 */
export function openLiveEvents(parts: {
  readonly url: string;
  readonly redis: Redis;
  readonly tableName: string;
  readonly logger: Logger;
  readonly recorder?: Recorder;
}): LiveEvents {
  const { url, redis: commands, ...rest } = parts;
  const { tableName, logger } = rest;
  const openSubscriber = () => openRedis(url, logger);
  return {
    events: new RedisEvents({ commands, openSubscriber, ...rest }),
    expiringStore: new RedisExpiringStore(commands, tableName),
  };
}

/** How long the Lambda waits for a connection: it starts without one, and can lose one while it is frozen. */
const CONNECTION_WAIT_MS = 2_000;

/**
 * Opens a publisher for a process that only publishes and can wait. The first change opens the connection and waits for
 * it; later changes wait for it whenever it was lost.
 */
export function openPublisher(parts: {
  readonly url: string;
  readonly tableName: string;
  readonly logger: Logger;
  readonly recorder?: Recorder;
}): Publisher & { close(): Promise<void> } {
  const { url, ...rest } = parts;
  const { logger } = rest;
  const open = () => {
    const commands = openRedis(url, logger);
    const openSubscriber = () => openRedis(url, logger);
    const events = new RedisEvents({
      commands,
      openSubscriber,
      ...rest,
      connectionWaitMs: CONNECTION_WAIT_MS,
    });
    return { commands, events };
  };
  let opened: ReturnType<typeof open> | undefined;
  return {
    publish: (change) => (opened ??= open()).events.publish(change),
    close: async () => opened?.commands.close(),
  };
}
