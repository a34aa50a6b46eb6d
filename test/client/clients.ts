import {
  announceReachable,
  type ClientStore,
  createMessagingClient,
  memoryStore,
  type Message,
  type MessagingClient,
} from '../../client/src/index.ts';
import { shown } from '../../client/src/conversation/log.ts';
import type { Caller } from '../support/caller.ts';
import type { TestApi } from '../support/api.ts';

/** A network that can be cut, for the clients of a test. */
export class Network {
  isCut = false;
  /** Sends a request; a test may replace it. */
  send = (request: Request): Promise<Response> => fetch(request);
  #cut = new AbortController();

  readonly fetch = (request: Request): Promise<Response> => {
    if (this.isCut) return Promise.reject(new TypeError('the network is cut'));
    return this.send(new Request(request, { signal: AbortSignal.any([request.signal, this.#cut.signal]) }));
  };

  /** Ends all requests that are under way, event streams too. */
  cut(): void {
    this.isCut = true;
    this.#cut.abort();
    this.#cut = new AbortController();
  }

  heal(): void {
    this.isCut = false;
    announceReachable();
  }
}

/** Clients of one test file. `close` closes them all. */
export class Clients {
  readonly #open = new Set<MessagingClient>();
  readonly #api: () => TestApi;

  constructor(api: () => TestApi) {
    this.#api = api;
  }

  /** Opens a client of a user. @param parts.store what an earlier client of the user has kept. */
  async open(
    caller: Caller,
    parts: { readonly network?: Network; readonly store?: ClientStore } = {},
  ): Promise<MessagingClient> {
    const { network = new Network(), store = memoryStore() } = parts;
    const client = await createMessagingClient({
      baseUrl: `http://127.0.0.1:${this.#api().port}`,
      getToken: () => caller.token,
      fetch: network.fetch,
      me: { uuid: caller.userId, handle: caller.handle, display_name: caller.handle },
      store,
    });
    this.#open.add(client);
    return client;
  }

  close(): void {
    for (const client of this.#open) client.close();
    this.#open.clear();
  }
}

/** The texts that a client shows of a conversation. */
export function textsOf(client: MessagingClient, uuid: string): (string | null)[] {
  return messagesOf(client, uuid).map(({ message }) => message);
}

export function messagesOf(client: MessagingClient, uuid: string): Message[] {
  return shown(client.conversation(uuid).log);
}

/** Shows a conversation, as a screen does. */
export async function show(client: MessagingClient, uuid: string): Promise<void> {
  const conversation = client.conversation(uuid);
  conversation.state.subscribe(() => undefined);
  await conversation.open();
}
