import * as z from 'zod/mini';
import { outgoingKey } from '../../../client/src/parts.ts';
import type { Network, Traffic } from './breakable-fetch.ts';
import type { Repair, Report } from './sides.ts';

const outgoing = z.array(z.object({ key: z.string(), problem: z.optional(z.string()) }));
const messages = z.array(z.object({ seq: z.int(), client_key: z.optional(z.string()) }));

/** The most that the API returns at once. */
const PAGE = 100;
const SENT_TO = '/api/messages';
const HISTORY = /^\/api\/messages\/[^/]+$/;

/** What happened since the network was broken. */
interface Break {
  /** The conversation of each message that waited, by its key. */
  readonly waited: Map<string, string>;
  /** Messages that were fetched after it: conversation and seq. */
  readonly fetched: Set<string>;
  arrivals: number;
  stored: number | undefined;
}

/**
 * Observes a side from outside of its screens: what they keep as outgoing, and what their network carries. It reads the server's log
 * to count what is there.
 */
export class Observation implements Traffic {
  readonly #storage: Storage;
  readonly #fetch: typeof globalThis.fetch;
  readonly #onChange: (observed: Pick<Report, 'network' | 'waiting' | 'repair'>) => void;
  #network: Network = 'on';
  #authorization = '';
  #break: Break | undefined;

  /** @param parts.fetch reaches the server always. */
  constructor(parts: {
    readonly storage: Storage;
    readonly fetch: typeof globalThis.fetch;
    readonly onChange: (observed: Pick<Report, 'network' | 'waiting' | 'repair'>) => void;
  }) {
    this.#storage = parts.storage;
    this.#fetch = parts.fetch;
    this.#onChange = parts.onChange;
  }

  networkChanged(network: Network): void {
    if (this.#network === 'on' && network !== 'on')
      this.#break = { waited: new Map(), fetched: new Set(), arrivals: 0, stored: undefined };
    this.#network = network;
    this.outgoingChanged();
  }

  /** Call it whenever the storage has changed. */
  outgoingChanged(): void {
    const waiting = this.#waiting();
    if (this.#network !== 'on') for (const [key, uuid] of waiting) this.#break?.waited.set(key, uuid);
    if (this.#break && this.#network === 'on' && waiting.size === 0) void this.#count(this.#break);
    this.#report();
  }

  responded(request: Request, response: Response): void {
    this.#authorization = request.headers.get('Authorization') ?? this.#authorization;
    const { pathname, searchParams } = new URL(request.url);
    const key = request.headers.get('Idempotency-Key') ?? '';
    if (!this.#break) return;
    if (request.method === 'POST' && pathname === SENT_TO && this.#break.waited.has(key)) {
      this.#break.arrivals += 1;
      this.#report();
    }
    const isRepair = this.#network === 'on' && request.method === 'GET' && searchParams.has('after');
    if (isRepair && response.ok && HISTORY.test(pathname))
      void this.#noteFetched(this.#break, pathname, response.clone());
  }

  async #noteFetched(during: Break, pathname: string, response: Response): Promise<void> {
    const page = messages.safeParse(await response.json());
    for (const { seq, client_key } of page.data ?? [])
      if (client_key === undefined || !during.waited.has(client_key))
        during.fetched.add(`${pathname}#${seq}`);
    this.#report();
  }

  /** Counts how often the server has the messages that waited. */
  async #count(during: Break): Promise<void> {
    const logs = await Promise.all([...new Set(during.waited.values())].map((uuid) => this.#readLog(uuid)));
    const keys = logs.flat().map(({ client_key }) => client_key);
    during.stored = keys.filter((key) => key !== undefined && during.waited.has(key)).length;
    this.#report();
  }

  async #readLog(uuid: string) {
    const headers = { Authorization: this.#authorization };
    const response = await this.#fetch(`${SENT_TO}/${uuid}?limit=${PAGE}`, { headers });
    return messages.parse(await response.json());
  }

  /** The conversations of the messages that wait, by their keys. */
  #waiting(): Map<string, string> {
    const found = new Map<string, string>();
    for (const name of Object.keys(this.#storage)) {
      const [prefix, , uuid] = name.split(':');
      if (uuid === undefined || !outgoingKey('').startsWith(`${prefix}:`)) continue;
      const kept = outgoing.parse(JSON.parse(this.#storage.getItem(name) ?? '[]'));
      for (const { key, problem } of kept) if (problem === undefined) found.set(key, uuid);
    }
    return found;
  }

  #report(): void {
    const repair = this.#break && repairOf(this.#break);
    this.#onChange({ network: this.#network, waiting: this.#waiting().size, ...(repair && { repair }) });
  }
}

function repairOf({ waited, fetched, arrivals, stored }: Break): Repair {
  return {
    waited: waited.size,
    arrivals,
    fetched: fetched.size,
    ...(stored !== undefined && { stored }),
  };
}
