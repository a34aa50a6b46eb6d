import type { TextStorage } from './stored/text-storage.ts';

/** What a conversation uses of the browser, or of Node. */
export interface Device {
  /** Waits, but no longer than until the server may be reachable. */
  readonly pause: (ms: number) => Promise<unknown>;
  /** Whether the user has signed out: nothing is sent or kept after that. */
  readonly isClosed: () => boolean;
  /** Keeps what is outgoing: it survives the page. */
  readonly storage: TextStorage;
  /** Keeps the last messages of conversations; absent where none are kept. */
  readonly history?: TextStorage | undefined;
}
