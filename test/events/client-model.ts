import type { MessageAnswer } from '../../backend/presentation/message.ts';
import type { Caller } from '../support/caller.ts';
import type { EventReader } from '../support/event-reader.ts';

/**
 * What a client does with the events of one conversation: it holds the messages 1..n, takes of each the highest `rev`,
 * and fetches what lies `after` its last one at a gap, and whenever `ready` says that something may be missing.
 */
export class ClientModel {
  readonly #caller: Caller;
  readonly #groupId: string;
  readonly #reader: EventReader;
  readonly #held: MessageAnswer[] = [];
  readonly #seen = new Set<string>();
  #next = 0;
  /** How often it had to fetch. */
  fetches = 0;
  /** Messages that its stream told once more, as they were. */
  doubles = 0;

  constructor(parts: { readonly caller: Caller; readonly groupId: string; readonly reader: EventReader }) {
    this.#caller = parts.caller;
    this.#groupId = parts.groupId;
    this.#reader = parts.reader;
  }

  /** What it shows, oldest first. */
  get shown(): readonly MessageAnswer[] {
    return this.#held;
  }

  /** Deals with what its stream was told since. */
  async follow(): Promise<void> {
    for (; this.#next < this.#reader.events.length; this.#next += 1) {
      const { event, data } = this.#reader.events[this.#next] ?? {};
      if (event === 'ready') await this.#fetch();
      if (event === 'message') await this.#hear(data as MessageAnswer);
    }
  }

  async #hear(message: MessageAnswer): Promise<void> {
    if (message.message_group_uuid !== this.#groupId) return;
    const state = `${message.seq}.${message.rev}`;
    // A deletion is delivered with each publication.
    if (this.#seen.has(state) && message.deleted_at === null) this.doubles += 1;
    this.#seen.add(state);
    if (message.seq > this.#held.length + 1) await this.#fetch();
    this.#take(message);
  }

  async #fetch(): Promise<void> {
    this.fetches += 1;
    // Whoever holds nothing begins with the newest page, which here is the whole log.
    const position = this.#held.length === 0 ? '' : `&after=${this.#held.length}`;
    const path = `/api/messages/${this.#groupId}?limit=100${position}`;
    const newer = await this.#caller.pages<MessageAnswer>(path, 'next');
    for (const message of newer.flat()) this.#take(message);
  }

  #take(message: MessageAnswer): void {
    const known = this.#held[message.seq - 1];
    if (message.seq > this.#held.length + 1) throw new Error(`a gap before ${message.seq}`);
    if (!known || known.rev < message.rev) this.#held[message.seq - 1] = message;
  }
}
