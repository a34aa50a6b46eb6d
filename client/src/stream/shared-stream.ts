import * as is from '../checks.ts';
import { type Connection, EventStream } from './event-stream.ts';
import { type LiveEvent, parseEvent } from './events.ts';
import type { LiveStream, StreamParts } from './live-stream.ts';
import { pause } from '../pause.ts';
import { Subject } from '../subject.ts';

/** A visible tab asks for its leader when it received nothing for this long, in milliseconds. */
const ASK_AFTER_MS = 2_000;
/** A leader that does not reply within this time is frozen or hangs, in milliseconds. */
const REPLY_WITHIN_MS = 2_000;

/**
 * How long a leader keeps messages for tabs that join, in milliseconds: lists and change logs have a message some seconds after
 * its event, and what such a tab fetches may be without it.
 */
const RECENT_MS = 10_000;

/** Messages between the tabs of one user. A leader's `term` is higher than that of every leader before it. */
const tabMessage = is.union(
  /** `joins`: the tab has just begun, or was resumed. */
  is.object({ kind: is.literals('ask'), joins: is.optional(is.boolean()) }),
  is.object({
    kind: is.literals('leader'),
    term: is.number(),
    connection: is.literals('connecting', 'live', 'offline'),
    isHidden: is.boolean(),
    /** How often the stream was `ready` in this term. */
    readies: is.int(),
  }),
  is.object({ kind: is.literals('event'), term: is.number(), name: is.string(), data: is.string() }),
);
type TabMessage = ReturnType<typeof tabMessage>;

/**
 * The event stream of a user, shared by all tabs of a browser in which they are signed in: a browser opens six HTTP/1.1
 * connections to an origin, and a stream in each tab would use them up.
 *
 * The tab that holds the Web Lock `events:<user>` leads: it opens the stream, and passes each event on over the
 * BroadcastChannel of the same name. Other users' tabs have another lock and another channel. The browser grants the lock
 * to another tab when the leader's is closed. These moments are critical:
 *
 * - *Between two leaders* events are missed. The new leader's stream begins with `ready`, at which all tabs catch up.
 * - *A tab that joins* may have fetched its screen before it could receive events. It asks the leader for its state, and
 *   catches up when the reply says that the stream is live; an event before the reply is ignored. The leader also repeats
 *   the messages of the last seconds, which the API does not send to this stream once more.
 * - *A leader that is frozen* keeps the lock. It releases it at `freeze` and `pagehide`. A browser may also stop a page
 *   without these events, or a page may hang: a tab that gets no reply from the leader steals the lock. Replies are sent
 *   from message events, which browsers do not throttle in hidden tabs, unlike timers.
 * - *A hidden leader that is offline* connects again late, since its timers are throttled: a visible tab steals the lock.
 * - *Two tabs steal at once*, or one steals from a leader that has only just been granted the lock: the last one leads. The
 *   others' locks are broken, at which they close their streams and wait for the lock again.
 * - *A leader that wakes up after its lock was stolen* may still pass on what it had received, before it learns of that.
 *   Other tabs ignore it, since its term is lower.
 *
 * A page that is not secure (`http` on another host than localhost) has no Web Locks: each tab opens its own stream.
 */
export class SharedStream implements LiveStream {
  readonly connection = new Subject<Connection>('connecting');
  readonly #name: string;
  readonly #onEvent: (event: LiveEvent) => void;
  readonly #source: EventStream;
  #opened = new AbortController();
  /** Aborts when this tab leaves the other tabs. */
  #joined: AbortController | undefined;
  #channel: BroadcastChannel | undefined;
  /** Aborts when this tab, the leader, is no longer the leader. */
  #leading: AbortController | undefined;
  /** Aborts the request for the lock when the leader is silent. */
  #waiting = new AbortController();
  /** The term of the newest known leader. */
  #term = 0;
  #readies = 0;
  #receivedAt = -Infinity;
  /** Messages that the own stream received lately. */
  #recent: { readonly at: number; readonly data: string }[] = [];

  constructor({ user, onEvent, ...access }: StreamParts) {
    this.#name = `events:${access.baseUrl}${user}`;
    this.#onEvent = onEvent;
    this.#source = new EventStream({ ...access, onEvent: (name, data) => this.#pass(name, data) });
    this.#source.connection.subscribe(() => this.#follow());
  }

  open(): void {
    this.#opened = new AbortController();
    const { signal } = this.#opened;
    document.addEventListener('freeze', () => this.#leave(), { signal });
    window.addEventListener('pagehide', () => this.#leave(), { signal });
    document.addEventListener('resume', () => this.#join(), { signal });
    window.addEventListener('pageshow', () => this.#join(), { signal });
    this.#join();
  }

  close(): void {
    this.#opened.abort();
    this.#leave();
  }

  #join(): void {
    if (this.#joined) return;
    this.#joined = new AbortController();
    const { signal } = this.#joined;
    if (!('locks' in navigator)) {
      void this.#lead(new AbortController(), signal);
      return;
    }
    this.#term = 0;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.addEventListener('message', ({ data }) => this.#receive(data));
    void this.#compete(signal);
    void this.#watch(signal);
  }

  #leave(): void {
    this.#joined?.abort();
    this.#joined = undefined;
    this.#stepDown();
    this.#channel?.close();
    this.#channel = undefined;
  }

  /** Waits for the lock, and leads while this tab has it. */
  async #compete(left: AbortSignal): Promise<void> {
    while (!left.aborted) {
      this.#waiting = new AbortController();
      const { signal } = this.#waiting;
      await this.#leadWithLock({ signal: AbortSignal.any([left, signal]) }, left);
      if (signal.aborted) await this.#leadWithLock({ steal: true }, left);
    }
  }

  async #leadWithLock(options: LockOptions, left: AbortSignal): Promise<void> {
    const leading = new AbortController();
    try {
      await navigator.locks.request(this.#name, options, () => this.#lead(leading, left));
    } catch (error) {
      // The request was aborted, or another tab stole the lock.
      if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
    } finally {
      // After leaving and joining again, this tab may lead by a later request.
      if (this.#leading === leading) this.#stepDown();
    }
  }

  async #lead(leading: AbortController, left: AbortSignal): Promise<void> {
    if (left.aborted) return;
    this.#leading = leading;
    this.#term = Math.max(Date.now(), this.#term + 1);
    this.#readies = 0;
    const end = new Promise((resolve) => leading.signal.addEventListener('abort', resolve));
    this.#source.open();
    this.#follow();
    await end;
  }

  #stepDown(): void {
    if (!this.#leading) return;
    this.#source.close();
    this.#leading.abort();
    this.#leading = undefined;
  }

  /** Asks for the leader while this tab is visible, and takes its place when there is no reply. */
  async #watch(left: AbortSignal): Promise<void> {
    for (let isNew = true; !left.aborted; isNew = false) {
      const isSilent = performance.now() - this.#receivedAt >= ASK_AFTER_MS;
      if (!this.#leading && (isNew || (isSilent && !document.hidden))) await this.#ask(left, isNew);
      // Becoming visible ends the pause.
      await pause(ASK_AFTER_MS, left);
    }
  }

  async #ask(left: AbortSignal, joins: boolean): Promise<void> {
    const askedAt = performance.now();
    this.#send({ kind: 'ask', joins });
    await new Promise((resolve) => setTimeout(resolve, REPLY_WITHIN_MS));
    // The browser may have stopped this tab meanwhile, so that this timer runs before the reply: then it steals from a
    // healthy leader, and all tabs catch up once.
    if (!left.aborted && !this.#leading && this.#receivedAt < askedAt) this.#waiting.abort();
  }

  /** Follows the connection of the leader's own stream. `live` is announced with its `ready`. */
  #follow(): void {
    const connection = this.#source.connection.get();
    this.connection.set(connection);
    if (connection !== 'live') this.#announce();
  }

  /** Takes an event of the leader's own stream, and passes it on. */
  #pass(name: string, data: string): void {
    const event = parseEvent(name, data);
    if (event?.type === 'ready') {
      this.#readies += 1;
      this.#announce();
    } else if (this.#leading) this.#send({ kind: 'event', term: this.#term, name, data });
    if (event?.type === 'message') {
      this.#dropOldMessages();
      this.#recent.push({ at: performance.now(), data });
    }
    if (event) this.#onEvent(event);
  }

  #repeatMessages(): void {
    if (!this.#leading) return;
    this.#dropOldMessages();
    for (const { data } of this.#recent)
      this.#send({ kind: 'event', term: this.#term, name: 'message', data });
  }

  #dropOldMessages(): void {
    const oldest = performance.now() - RECENT_MS;
    this.#recent = this.#recent.filter(({ at }) => at >= oldest);
  }

  #announce(): void {
    // Without a channel there are no other tabs.
    if (!this.#leading || !this.#channel) return;
    const connection = this.#source.connection.get();
    const state = { connection, isHidden: document.hidden, readies: this.#readies };
    this.#send({ kind: 'leader', term: this.#term, ...state });
  }

  #send(message: TabMessage): void {
    this.#channel?.postMessage(message);
  }

  #receive(data: unknown): void {
    const message = is.known(tabMessage)(data);
    switch (message?.kind) {
      // A tab of another version may send unknown messages.
      case undefined:
        break;
      case 'ask':
        this.#announce();
        if (message.joins === true) this.#repeatMessages();
        break;
      case 'leader':
        this.#receiveState(message);
        break;
      case 'event':
        this.#receiveEvent(message);
        break;
    }
  }

  #receiveState({ term, connection, isHidden, readies }: TabMessage & { readonly kind: 'leader' }): void {
    if (term < this.#term) {
      // That leader does not know yet that its lock was stolen.
      this.#announce();
      return;
    }
    // If this tab led, its lock was stolen.
    this.#stepDown();
    this.#receivedAt = performance.now();
    const isNew = term !== this.#term || readies !== this.#readies;
    this.#term = term;
    this.#readies = readies;
    this.connection.set(connection);
    if (connection === 'live' && isNew) this.#onEvent({ type: 'ready' });
    if (connection === 'offline' && isHidden && !document.hidden) this.#waiting.abort();
  }

  #receiveEvent({ term, name, data }: TabMessage & { readonly kind: 'event' }): void {
    if (term !== this.#term || this.#leading) return;
    this.#receivedAt = performance.now();
    let event: LiveEvent | undefined;
    try {
      event = parseEvent(name, data);
    } catch {
      // The leader's version can read an event that this one cannot: everything is fetched instead.
      event = { type: 'ready' };
    }
    if (event) this.#onEvent(event);
  }
}
