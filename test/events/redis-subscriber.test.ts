import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { type ChannelEvent, groupChannel } from '../../backend/events/changes.ts';
import { encodeChange } from '../../backend/events/payload.ts';
import { RedisEvents } from '../../backend/events/redis-events.ts';
import { openRedis } from '../../backend/redis.ts';
import { eventually } from '../support/eventually.ts';
import { keepLines } from '../local/log-lines.ts';

/* What a subscriber receives of a server that passes on changes as soon as it has taken a subscription. */

const closes: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0).reverse()) await close();
});

const bulk = (text: string) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

const payload = (groupId: string, seq: number) => encodeChange({ kind: 'group', groupId, seq });

/** A stand-in for Valkey: it publishes a change together with the acknowledgement of each subscription. */
class Valkey {
  readonly server: Server;
  /** Payloads that follow the next acknowledgements at once. */
  readonly early: string[] = [];
  readonly #sockets = new Set<Socket>();

  constructor() {
    this.server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket)).on('error', () => undefined);
      socket.on('data', (data) => this.#answer(socket, data.toString()));
    });
  }

  /** Publishes on a channel to all connections. */
  publish(channel: string, text: string): void {
    for (const socket of this.#sockets) socket.write(published(channel, text));
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Each command is an array of texts. */
  #answer(socket: Socket, data: string): void {
    for (const command of data.split(/^\*\d+\r\n/m).slice(1)) {
      const [name = '', ...rest] = [...command.matchAll(/\$\d+\r\n(.*)\r\n/g)].map(([, part = '']) => part);
      if (name !== 'subscribe') socket.write('+OK\r\n');
      else for (const channel of rest) socket.write(this.#acknowledged(channel));
    }
  }

  #acknowledged(channel: string): string {
    const early = this.early.splice(0).map((text) => published(channel, text));
    return [`*3\r\n${bulk('subscribe')}${bulk(channel)}:1\r\n`, ...early].join('');
  }
}

const published = (channel: string, text: string) => `*3\r\n${bulk('message')}${bulk(channel)}${bulk(text)}`;

async function subscribe(valkey: Valkey) {
  valkey.server.listen(0, '127.0.0.1');
  await once(valkey.server, 'listening');
  const { logger } = keepLines();
  const commands = openRedis(`redis://127.0.0.1:${(valkey.server.address() as AddressInfo).port}`, logger);
  const events = new RedisEvents({ commands, openSubscriber: () => commands, tableName: 'a-table', logger });
  closes.push(
    () => valkey.server.close(),
    () => commands.close(),
    () => valkey.cut(),
  );
  await eventually(() => commands.client.isReady);
  const received: ChannelEvent[] = [];
  events.subscribe(groupChannel('g'), (event) => void received.push(event));
  return received;
}

it('is `ready` before any change, at first and after each reconnection', async () => {
  const valkey = new Valkey();
  valkey.early.push(payload('g', 1));
  const received = await subscribe(valkey);
  await eventually(() => received.length > 0);
  const told = () => received.map((event) => (event.kind === 'group' ? event.seq : event.kind));
  valkey.publish('a-table:group:g', payload('g', 2));
  await eventually(() => received.length > 1);
  expect(told()).toEqual(['ready', 2]);
  for (const seq of [4, 6]) {
    valkey.early.push(payload('g', seq - 1));
    const before = received.length;
    valkey.cut();
    await eventually(() => received.length > before);
    valkey.publish('a-table:group:g', payload('g', seq));
    await eventually(() => received.length > before + 1);
  }
  expect(told()).toEqual(['ready', 2, 'ready', 4, 'ready', 6]);
});
