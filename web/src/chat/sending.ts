import * as z from 'zod/mini';
import type { Api } from '../api/api.ts';
import { ApiError, codeOf } from '../api/api-error.ts';
import { newRequestKey } from '../api/request-key.ts';
import type { Message } from '../api/shapes.ts';
import { backoffMs } from './backoff.ts';
import type { Device } from './device.ts';
import {
  attempt,
  discard,
  fail,
  type Log,
  moveAfter,
  type Outgoing,
  requeue,
  restore,
  write,
} from './log.ts';

/** Why a message could not be sent that can be sent when the connection is back: there was nobody to take it. */
const NOBODY_THERE: ReadonlySet<string> = new Set(['unreachable', 'starting']);
/** How often a message is tried before its sender is told; it is tried again when the connection is back. */
const ATTEMPTS = 4;
const SECOND_MS = 1_000;
const PAGE = 100;

const storedOutgoing = z.array(
  z.object({
    key: z.string(),
    text: z.string(),
    at: z.number(),
    afterSeq: z.optional(z.int()),
  }),
);

type SendingApi = Pick<Api, 'send' | 'listMessages'>;

interface Target {
  readonly uuid: string;
  readonly log: Log;
  update(change: (log: Log) => Log): void;
  take(messages: readonly Message[]): void;
}

/**
 * Sends what was written in one conversation: one message after the other, each in as many attempts as it takes, with
 * one key. What is on its way outlives the page: it is sent on after a reload of the tab.
 */
export class Sending {
  readonly #api: SendingApi;
  readonly #target: Target;
  readonly #device: Device;
  readonly #storageKey: string;
  #running = false;
  /** How often the connection came back. */
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

  send(text: string): void {
    this.#change((log) => write(log, { key: newRequestKey(), text, at: Date.now() }));
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

  /** Tries again what failed for a reason that has passed: the connection is back. */
  resume(): void {
    this.#resumes += 1;
    for (const sent of this.#target.log.outgoing) {
      if (foundNobody(sent)) this.#change((log) => requeue(log, sent.key));
    }
    void this.#run();
  }

  /** Takes up what an earlier life of this tab had on its way. */
  restore(): void {
    const stored = this.#device.storage.getItem(this.#storageKey);
    if (stored === null) return;
    const outgoing = storedOutgoing.safeParse(JSON.parse(stored));
    if (!outgoing.success) return;
    this.#change((log) => restore(log, outgoing.data));
    void this.#run();
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      for (let next = this.#next(); next; next = this.#next()) await this.#deliver(next.key);
    } finally {
      this.#running = false;
    }
  }

  /** What comes next; nothing while an earlier one has found nobody: it would overtake that one. */
  #next(): Outgoing | undefined {
    const next = this.#target.log.outgoing.find((sent) => sent.state === 'waiting' || foundNobody(sent));
    return next?.state === 'waiting' ? next : undefined;
  }

  async #deliver(key: string): Promise<void> {
    let resumes = this.#resumes;
    for (let failures = 0; ; failures += 1) {
      this.#change((log) => attempt(log, key));
      const sent = this.#target.log.outgoing.find((outgoing) => outgoing.key === key);
      // Its event may have come before the answer, or it was given up.
      if (sent?.state !== 'sending') return;
      try {
        const message = await this.#post(sent);
        this.#target.take([{ ...message, client_key: key }]);
        this.#keep();
        return;
      } catch (error) {
        const passes = error instanceof ApiError && error.passes;
        // The connection came back while this attempt was on its way: what failed before that counts no more.
        if (resumes !== this.#resumes) {
          resumes = this.#resumes;
          failures = 0;
        }
        if (!passes || failures + 1 >= ATTEMPTS) {
          this.#change((log) => fail(log, key, codeOf(error)));
          return;
        }
        await this.#device.pause(
          error.retryAfter === undefined ? backoffMs(failures) : error.retryAfter * SECOND_MS,
        );
      }
    }
  }

  async #post(sent: Outgoing): Promise<Message> {
    const { key, text, afterSeq } = sent;
    const to = { message_group_uuid: this.#target.uuid };
    try {
      return await this.#api.send({ to, text, key, afterSeq });
    } catch (error) {
      if (afterSeq === undefined || codeOf(error) !== 'after_seq_too_far_behind') throw error;
      const found = await this.#search(key, afterSeq);
      if ('message' in found) return found.message;
      this.#change((log) => moveAfter(log, key, found.end));
      return await this.#api.send({ to, text, key, afterSeq: found.end });
    }
  }

  /** Reads the log from a seq to its end, for the message that has a key. */
  async #search(key: string, after: number): Promise<{ message: Message } | { end: number }> {
    for (let end = after; ;) {
      const page = await this.#api.listMessages(this.#target.uuid, { after: end, limit: PAGE });
      const message = page.find(({ client_key }) => client_key === key);
      if (message) return { message };
      end = page.at(-1)?.seq ?? end;
      if (page.length < PAGE) return { end };
    }
  }

  #change(change: (log: Log) => Log): void {
    this.#target.update(change);
    this.#keep();
  }

  #keep(): void {
    const left = this.#target.log.outgoing.filter(({ state }) => state !== 'stored');
    if (left.length === 0) this.#device.storage.removeItem(this.#storageKey);
    else {
      const kept = left.map(({ key, text, at, afterSeq }) => ({ key, text, at, afterSeq }));
      this.#device.storage.setItem(this.#storageKey, JSON.stringify(kept));
    }
  }
}

function foundNobody({ state, problem }: Outgoing): boolean {
  return state === 'failed' && problem !== undefined && NOBODY_THERE.has(problem);
}
