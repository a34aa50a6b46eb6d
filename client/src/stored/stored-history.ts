import { message } from '../api/event-checks.ts';
import type { Message } from '../api/shapes.ts';
import * as is from '../checks.ts';
import type { TextStorage } from './text-storage.ts';

/** How many conversations are kept, and how many messages of each. */
const CONVERSATIONS = 30;
export const STORED_MESSAGES = 50;

/** The last messages of a conversation as they were known. */
export interface StoredLog {
  /** Without a gap, oldest first. */
  readonly messages: readonly Message[];
  /** The change up to which they are current. */
  readonly change: number;
}

const stored: is.Check<StoredLog & { readonly at: number }> = is.object({
  at: is.number(),
  change: is.int(),
  messages: is.array(message),
});
const readStored = is.known(stored);
const readTime = is.known(is.object({ at: is.number() }));

/** Returns what was kept of a conversation. What another version of the client has kept may not be readable. */
export function storedLog(storage: TextStorage, uuid: string): StoredLog | undefined {
  const kept = readStored(parsed(storage.getItem(uuid)));
  return kept && kept.messages.length > 0 ? kept : undefined;
}

/** Keeps the last messages of a conversation, and forgets the conversation that was kept first if there are too many. */
export function storeLog(storage: TextStorage, uuid: string, log: StoredLog): void {
  const messages = log.messages.slice(-STORED_MESSAGES);
  storage.setItem(uuid, JSON.stringify({ at: Date.now(), change: log.change, messages }));
  const keys = storage.keys();
  if (keys.length <= CONVERSATIONS) return;
  const times = keys.map((key) => ({ key, at: readTime(parsed(storage.getItem(key)))?.at ?? 0 }));
  const [oldest] = times.sort((one, other) => one.at - other.at);
  if (oldest) storage.removeItem(oldest.key);
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
}
