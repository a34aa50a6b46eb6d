import { createClient } from '@redis/client';
import pTimeout, { TimeoutError } from 'p-timeout';
import type { Logger } from './logger.ts';

/** A client of Redis or Valkey. */
export type RedisClient = ReturnType<typeof newClient>;

/** One connection to Redis or Valkey, which reconnects in the background. */
export interface Redis {
  /**
   * Its commands fail at once while it is disconnected (`isReady`); it emits `ready` on each reconnection.
   * A command can stay without a reply for `SILENCE_MS`: a caller with a waiting client sets a shorter timeout.
   */
  readonly client: RedisClient;
  /** Closes the connection, after waiting for pending replies for at most `CLOSE_MS`. */
  close(): Promise<void>;
}

const CONNECT_MS = 2_000;
/** Interval between pings. */
const PING_MS = 2_000;
/** A connection without a reply for this long is closed: a peer that vanished sends no FIN. */
const SILENCE_MS = 5_000;
/** Maximum number of pending commands. Further ones fail, so that an unresponsive server does not fill memory. */
const MAX_PENDING = 10_000;
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 2_000;
/** How long closing waits for pending replies. */
const CLOSE_MS = 500;

/**
 * Opens a connection in the background: it neither waits nor fails when there is nothing to connect to, and tries for
 * ever. Nothing that needs Redis is worth refusing a request for. An outage is logged once, and so is its end.
 * For subscriptions, which take a connection to themselves, call it a second time.
 * @param url redis:// or rediss://; it may hold a password, so only its host and port are logged.
 */
export function openRedis(url: string, logger: Logger): Redis {
  const server = new URL(url).host;
  let closed = false;
  const client = newClient(url, (retries) => (closed ? false : retryDelay(retries)));
  let away = false;
  client.on('error', (err: unknown) => {
    if (away || closed) return;
    away = true;
    logger.warn({ server, err }, 'redis is away');
  });
  client.on('ready', () => {
    if (closed) {
      client.destroy();
      return;
    }
    if (away) logger.info({ server }, 'redis is back');
    away = false;
  });
  connect(client);
  const watch = setInterval(() => void reconnectIfSilent(client), PING_MS).unref();
  return {
    client,
    close: async () => {
      closed = true;
      clearInterval(watch);
      // An attempt to connect that is under way ends by itself, and keeps no process from ending.
      if (client.isReady) await closeClient(client);
      else client.unref();
    },
  };
}

function newClient(url: string, reconnectStrategy: (retries: number) => number | false) {
  return createClient({
    url,
    disableOfflineQueue: true,
    commandsQueueMaxLength: MAX_PENDING,
    socket: { connectTimeout: CONNECT_MS, socketTimeout: SILENCE_MS, reconnectStrategy },
  });
}

/** Retries until it is closed; failures are reported by events. */
function connect(client: RedisClient): void {
  client.connect().catch(() => undefined);
}

/** The client's own socket timeout counts writes as activity, so a busy process would not detect a silent server. */
async function reconnectIfSilent(client: RedisClient): Promise<void> {
  try {
    await pTimeout(client.ping(), { milliseconds: SILENCE_MS });
  } catch (error) {
    // Any other error means that the connection is lost, and the client is already reconnecting.
    if (!(error instanceof TimeoutError) || !client.isReady) return;
    client.emit('error', new Error('no answer', { cause: error }));
    client.destroy();
    connect(client);
  }
}

/** A random time below a bound that doubles: processes that lost one server do not all come back at once. */
function retryDelay(retries: number): number {
  return Math.random() * Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** retries);
}

/** Replies arrive in order: after this one, there are no earlier ones pending. */
async function closeClient(client: RedisClient): Promise<void> {
  await pTimeout(client.ping(), { milliseconds: CLOSE_MS }).catch(() => undefined);
  if (client.isOpen) client.destroy();
}
