import type { Calls } from '../api/calls.ts';
import { ApiError, codeOf } from '../api/api-error.ts';
import { newRequestKey } from '../api/request-key.ts';
import type { AttachedFile, Message } from '../api/shapes.ts';
import { backoffMs } from '../backoff.ts';
import * as is from '../checks.ts';
import type { Device } from '../device.ts';
import {
  attempt,
  discard,
  fail,
  hold,
  type Log,
  moveAfter,
  type Outgoing,
  requeue,
  restore,
  write,
} from './log.ts';
import { keptQuote, type Quote } from './quotes.ts';

/** How many attempts are made before the sender sees that the message waits, or that it failed. */
const ATTEMPTS = 4;
const SECOND_MS = 1_000;
const PAGE = 100;

const attachedFile = is.object({
  id: is.string(),
  name: is.string(),
  type: is.string(),
  size: is.int(),
  width: is.optional(is.int()),
  height: is.optional(is.int()),
});

const storedOutgoing = is.known(
  is.array(
    is.object({
      key: is.string(),
      text: is.string(),
      replyTo: is.optional(keptQuote),
      attachments: is.optional(is.array(attachedFile)),
      at: is.number(),
      afterSeq: is.optional(is.int()),
      problem: is.optional(is.string()),
    }),
  ),
);

type SendingApi = Pick<Calls, 'send' | 'listMessages'>;

interface Target {
  readonly uuid: string;
  readonly log: Log;
  update(change: (log: Log) => Log): void;
  take(messages: readonly Message[]): void;
}

/**
 * Sends the messages of one conversation one after another, each with one key in as many attempts as it takes. While no
 * server can store it, a message is held, and the next ones wait: they stay in order. Outgoing messages survive the page:
 * they are sent after a reload of the tab.
 */
export class Sending {
  readonly #api: SendingApi;
  readonly #target: Target;
  readonly #device: Device;
  readonly #storageKey: string;
  #running = false;
  /** How often the connection was restored. */
  #resumes = 0;

  constructor(parts: {
    readonly api: SendingApi;
    readonly conversation: Target;
    readonly device: Device;
    readonly storageKey: string;
  }) {
    this.#api = parts.api;
    this.#target = parts.conversation;
    this.#device = parts.device;
    this.#storageKey = parts.storageKey;
  }

  /** Queues a message. @param attachments uploaded files: a message with files may have no text. */
  send(text: string, replyTo?: Quote, attachments?: readonly AttachedFile[]): void {
    this.#change((log) => write(log, { key: newRequestKey(), text, at: Date.now(), replyTo, attachments }));
    void this.#run();
  }

  retry(key: string): void {
    this.#change((log) => requeue(log, key));
    void this.#run();
  }

  discard(key: string): void {
    this.#change((log) => discard(log, key));
    void this.#run();
  }

  /** The connection is restored: earlier failures do not count. The device's pause ends by itself. */
  resume(): void {
    this.#resumes += 1;
  }

  /** Sends what was outgoing before this tab was reloaded. */
  restore(): void {
    const stored = this.#device.storage.getItem(this.#storageKey);
    if (stored === null) return;
    const outgoing = storedOutgoing(JSON.parse(stored));
    if (!outgoing) return;
    this.#change((log) => restore(log, outgoing));
    void this.#run();
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      for (let next = this.#next(); next && !this.#device.isClosed(); next = this.#next())
        await this.#deliver(next.key);
    } finally {
      this.#running = false;
    }
  }

  #next(): Outgoing | undefined {
    return this.#target.log.outgoing.find(({ state }) => state === 'waiting');
  }

  /** Tries until the message is stored, rejected or discarded. */
  async #deliver(key: string): Promise<void> {
    let resumes = this.#resumes;
    for (let failures = 0; ; failures += 1) {
      this.#change((log) => attempt(log, key));
      const sent = this.#target.log.outgoing.find((outgoing) => outgoing.key === key);
      // Its event may have arrived before the response, or it was discarded.
      if (sent?.state !== 'sending' && sent?.state !== 'held') return;
      try {
        const message = await this.#post(sent);
        this.#target.take([{ ...message, client_key: key }]);
        this.#keep();
        return;
      } catch (error) {
        // The connection was restored during this attempt: earlier failures do not count.
        if (resumes !== this.#resumes) {
          resumes = this.#resumes;
          failures = 0;
        }
        const wasLast = failures + 1 >= ATTEMPTS;
        if (!(error instanceof ApiError && error.isTemporary) || (wasLast && !error.isUnavailable)) {
          this.#change((log) => fail(log, key, codeOf(error)));
          return;
        }
        if (wasLast) this.#change((log) => hold(log, key, error.code));
        await this.#device.pause(
          error.retryAfter === undefined ? backoffMs(failures) : error.retryAfter * SECOND_MS,
        );
        if (this.#device.isClosed()) return;
      }
    }
  }

  async #post(sent: Outgoing): Promise<Message> {
    const { key, text, afterSeq } = sent;
    const to = { message_group_uuid: this.#target.uuid };
    const attachments = sent.attachments?.map(({ id }) => id);
    const message = { to, text, key, replyTo: sent.replyTo?.seq, attachments };
    try {
      return await this.#api.send({ ...message, afterSeq });
    } catch (error) {
      if (afterSeq === undefined || codeOf(error) !== 'after_seq_too_far_behind') throw error;
      const found = await this.#search(key, afterSeq);
      if ('message' in found) return found.message;
      this.#change((log) => moveAfter(log, key, found.end));
      return await this.#api.send({ ...message, afterSeq: found.end });
    }
  }

  /** Reads the log from a seq to its end, for the message that has a key. */
  async #search(key: string, after: number): Promise<{ message: Message } | { end: number }> {
    for (let end = after; ;) {
      const { messages } = await this.#api.listMessages(this.#target.uuid, { after: end, limit: PAGE });
      const message = messages.find(({ client_key }) => client_key === key);
      if (message) return { message };
      end = messages.at(-1)?.seq ?? end;
      if (messages.length < PAGE) return { end };
    }
  }

  #change(change: (log: Log) => Log): void {
    this.#target.update(change);
    this.#keep();
  }

  #keep(): void {
    if (this.#device.isClosed()) return;
    const left = this.#target.log.outgoing.filter(({ state }) => state !== 'stored');
    if (left.length === 0) this.#device.storage.removeItem(this.#storageKey);
    else {
      const kept = left.map(({ key, text, replyTo, attachments, at, afterSeq, state, problem }) => ({
        ...{ key, text, replyTo, attachments, at, afterSeq },
        problem: state === 'failed' ? problem : undefined,
      }));
      this.#device.storage.setItem(this.#storageKey, JSON.stringify(kept));
    }
  }
}
