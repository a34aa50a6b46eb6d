import type { Logger } from '../logger.ts';
import type { Recorder } from '../metrics/recorder.ts';
import type { Redis } from '../redis.ts';
import { inProcessLiveEvents, type LiveEvents } from './in-process-live-events.ts';

/** What a process shares with others through Redis, or has for itself. */
export interface Shared {
  readonly live: LiveEvents;
  /** The process's connection for commands; undefined where there is no server. Its owner closes it after the events. */
  readonly redis: Redis | undefined;
}

/**
 * Opens live events for all processes that use this Redis server and this table; for this process alone when there is no
 * server. The client of Redis, whose 400 files take 0.2 s of CPU to load, is loaded only where there is one.
 */
export async function openShared(parts: {
  readonly url: string | undefined;
  readonly tableName: string;
  readonly logger: Logger;
  readonly recorder?: Recorder;
}): Promise<Shared> {
  const { url, ...rest } = parts;
  if (url === undefined) return { live: inProcessLiveEvents(), redis: undefined };
  const { openRedis } = await import('../redis.ts');
  const { openLiveEvents } = await import('./live-events.ts');
  const redis = openRedis(url, rest.logger);
  return { live: openLiveEvents({ url, redis, ...rest }), redis };
}
