import type { Person } from './api/shapes.ts';
import { type AccessOptions, type ClientParts, createAccess, MessagingClient } from './messaging-client.ts';
import { type ClientStore, memoryStore } from './stored/text-storage.ts';

export interface ClientOptions extends AccessOptions, Pick<ClientParts, 'systemWords'> {
  /** The user, where the app knows them. Otherwise they are fetched first. */
  readonly me?: Person | undefined;
  /**
   * Where outgoing messages and the last messages of conversations are kept. Default: IndexedDB where there is one, `memory`
   * elsewhere. An app may bring its own.
   */
  readonly store?: 'memory' | ClientStore | undefined;
}

/**
 * Makes the client of a user, and opens its event stream.
 * @throws ApiError `profile_missing` for a user without a profile; `unreachable` without a server, unless `me` is given.
 */
export async function createMessagingClient(options: ClientOptions): Promise<MessagingClient> {
  const access = createAccess(options);
  const me = options.me ?? (await access.calls.me());
  const [store, makeStream] = await Promise.all([
    openStore(options.store, `cruddur-messaging:${access.baseUrl}:${me.uuid}`),
    streamOfPage(),
  ]);
  const client = new MessagingClient({ me, access, store, makeStream, systemWords: options.systemWords });
  client.open();
  return client;
}

async function openStore(store: ClientOptions['store'], name: string): Promise<ClientStore> {
  if (typeof store === 'object') return store;
  if (store === 'memory' || typeof indexedDB === 'undefined') return memoryStore();
  // A program without a database does not load it.
  const { openDatabaseStore } = await import('./stored/database-store.ts');
  // A browser may refuse to open a database, as some do in private windows.
  return openDatabaseStore(name).catch(memoryStore);
}

/** A page shares its stream with the browser's other tabs. A program, or a worker, does not load that. */
async function streamOfPage(): Promise<ClientParts['makeStream']> {
  if (typeof document === 'undefined') return undefined;
  const { SharedStream } = await import('./stream/shared-stream.ts');
  return (parts) => new SharedStream(parts);
}
