import { createClient } from '@redis/client';
import pTimeout, { TimeoutError } from 'p-timeout';
import type { Logger } from './logger.ts';

/** What talks to Redis or Valkey. */
export type RedisClient = ReturnType<typeof newClient>;

/** One connection to Redis or Valkey, which comes and goes without anybody waiting for it. */
export interface Redis {
  /**
   * Its commands fail at once while the connection is away (`isReady`); it tells each return with the event `ready`.
   * A command that was sent can stay unanswered for `SILENCE_MS`: who has somebody waiting sets a shorter deadline.
   */
  readonly client: RedisClient;
  /** Closes the connection: what was sent before is answered first, within reason. */
  close(): Promise<void>;
}

const CONNECT_MS = 2_000;
/** A connection is asked for a sign of life so often … */
const PING_MS = 2_000;
/** … and given up when none came for so long: a peer that vanished without a word sends no end. */
const SILENCE_MS = 5_000;
/** Commands that wait for their answer. More of them fail: memory is not for a server that does not answer. */
const MAX_PENDING = 10_000;
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 2_000;
/** How long closing waits for answers that are still to come. */
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

/** It goes on trying until it is closed; what goes wrong is told by events. */
function connect(client: RedisClient): void {
  client.connect().catch(() => undefined);
}

/** The client's own watch over the socket takes what is written for a sign of life, so a busy process would not notice. */
async function reconnectIfSilent(client: RedisClient): Promise<void> {
  try {
    await pTimeout(client.ping(), { milliseconds: SILENCE_MS });
  } catch (error) {
    // Any other error is that of a connection that is away, and is being opened anew already.
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

/** Answers come in order: with this one, those to everything before it have come. */
async function closeClient(client: RedisClient): Promise<void> {
  await pTimeout(client.ping(), { milliseconds: CLOSE_MS }).catch(() => undefined);
  if (client.isOpen) client.destroy();
}
