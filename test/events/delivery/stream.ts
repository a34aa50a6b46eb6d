import type { EventSink } from '../../../backend/events/user-streams.ts';
import { type Client, eventsIn, type ReceivedEvent } from './client.ts';
import type { Journal } from './journal.ts';
import type { Process } from './process.ts';

/** A client's event stream, which checks everything that is written to it. */
export class Stream implements EventSink {
  readonly process: Process;
  readonly #client: Client;
  readonly #journal: Journal;
  readonly #violations: string[];
  readonly #received = new Set<string>();
  /**
   * Groups that may send it anything: those it was shown, and those of which the process may have found its user's row when
   * the stream was opened, also where that membership ended before `ready`.
   */
  readonly #known = new Set<string>();
  #readyAt = 0;
  #close: () => void = () => undefined;
  #isOpen = false;
  isReady = false;

  constructor(parts: {
    readonly client: Client;
    readonly process: Process;
    readonly journal: Journal;
    readonly violations: string[];
  }) {
    this.process = parts.process;
    this.#client = parts.client;
    this.#journal = parts.journal;
    this.#violations = parts.violations;
  }

  open(): void {
    this.#isOpen = true;
    this.#close = this.process.hub.open(this.#client.userId, this);
  }

  close(): void {
    this.#isOpen = false;
    this.#close();
  }

  write(text: string): void {
    const { userId } = this.#client;
    for (const event of eventsIn(text)) {
      const why = this.#whyNot(event);
      if (why !== undefined) this.#violations.push(`${userId} received ${inShort(event)}: ${why}`);
      if (event.name === 'ready') {
        this.isReady = true;
        this.#readyAt = this.#journal.now;
        for (const groupId of this.#journal.groupsOfEver(userId)) this.#known.add(groupId);
      }
      if (event.name === 'message_group') this.#known.add(event.groupId);
      if (event.name === 'message_group_left') this.#known.delete(event.groupId);
      this.#client.receive(event);
    }
  }

  /** Why this event must not be written now; undefined where it may. */
  #whyNot(event: ReceivedEvent): string | undefined {
    if (!this.#isOpen) return 'the stream is closed';
    if (!this.isReady && event.name !== 'ready') return '`ready` comes first';
    const { userId } = this.#client;
    const { groupId } = event;
    const at = this.#storedAt(event);
    if (at === undefined) return undefined;
    const leftAt = this.#journal.leftAt(groupId, userId);
    const isMember = this.#journal.isMember(groupId, userId);
    if (!isMember && (leftAt === undefined || at > leftAt))
      return 'the user was no member any more when it was stored';
    return event.name === 'message' ? this.#whyNotMessage(event) : undefined;
  }

  #whyNotMessage({ groupId, seq, rev, text }: ReceivedEvent): string | undefined {
    const { userId } = this.#client;
    const stored = this.#journal.version(groupId, seq, rev);
    if (text !== null && text !== stored?.text) return `its text is ${stored?.text ?? '-'}`;
    if (text !== null && this.#journal.isDeleted(groupId, seq)) {
      const why = this.process.whyGone(userId, groupId, seq, text);
      if (why !== undefined) return why;
    }
    // Who joins after `ready` is shown the group first, and then fetches what came before.
    const joinedAt = this.#journal.joinedAt(groupId, userId);
    if (joinedAt > this.#readyAt && !this.#known.has(groupId)) return 'the group was not shown before it';
    const version = `${groupId} ${seq}.${rev}`;
    const isAgain = this.#received.has(version) && this.#journal.neverLeft(groupId, userId);
    this.#received.add(version);
    return isAgain ? 'it was received before' : undefined;
  }

  /** When that was stored what an event tells of; undefined for one that tells of nothing in a log. */
  #storedAt({ name, groupId, seq, rev, change, last_seq }: ReceivedEvent): number | undefined {
    switch (name) {
      case 'message':
        return this.#journal.version(groupId, seq, rev)?.at ?? Infinity;
      case 'change':
        return this.#journal.changeAt(groupId, change) ?? Infinity;
      case 'message_group':
        return this.#journal.version(groupId, last_seq, 0)?.at ?? Infinity;
      default:
        return undefined;
    }
  }
}

const inShort = ({ name, seq, rev, change, text }: ReceivedEvent): string =>
  name === 'message' ? `message ${seq}.${rev} ${text ?? '-'}` : `${name} ${change}`;
