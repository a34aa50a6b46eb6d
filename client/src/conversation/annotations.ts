import type { Calls } from '../api/calls.ts';
import type { Message, Reaction } from '../api/shapes.ts';
import type { EventReaction } from '../stream/events.ts';
import type { HistoryApi } from './history.ts';
import {
  annotate,
  annotateAll,
  dropReaction,
  type Log,
  receive,
  storedReaction,
  wantedReaction,
  wantReaction,
} from './log.ts';
import { inShownOrder } from './message-versions.ts';

/** The calls that change reactions and pins. */
export type AnnotationsApi = Pick<Calls, 'react' | 'takeBackReaction' | 'pinMessage' | 'unpinMessage'>;

interface Target {
  readonly uuid: string;
  readonly log: Log;
  update(change: (log: Log) => Log): void;
  /** Events or own requests brought what a change of these messages will name. */
  tookNews(messages: readonly Pick<Message, 'seq'>[]): void;
}

/**
 * The reactions to the messages of one conversation, and its pins. They have no version:
 *
 * - *A response may be older than an event* that arrived while it was under way: then it has older reactions. So the moment of
 *   each request is kept, and what an event brought after it counts.
 * - *Of events, and of responses, the later one counts.*
 * - *The user's own reaction* is shown before it is stored, over what the API says, until the last of its requests has a
 *   response. Each emoji of a message has one request at a time, so that two presses arrive in their order.
 * - *An event names some users only.* Where there are more, the user's own reaction is what was known of it.
 */
export class Annotations {
  readonly #api: AnnotationsApi;
  readonly #me: string;
  readonly #target: Target;
  /** Counts the events. */
  #moment = 0;
  /** When an event last brought the reactions to a message. */
  readonly #reactedAt = new Map<number, number>();
  /** The last event of the pins. */
  #pins: { readonly at: number; readonly seqs: ReadonlySet<number> } | undefined;
  /** The requests that are under way, by message and emoji. */
  readonly #running = new Map<string, Promise<void>>();

  constructor(parts: { readonly api: AnnotationsApi; readonly me: string; readonly target: Target }) {
    this.#api = parts.api;
    this.#me = parts.me;
    this.#target = parts.target;
  }

  /** Wraps calls: their responses have what events brought since the request. */
  upToDate(api: HistoryApi): HistoryApi {
    const read = async <Page extends { readonly messages: readonly Message[] }>(
      page: () => Promise<Page>,
    ): Promise<Page> => {
      const askedAt = this.#moment;
      const fetched = await page();
      return { ...fetched, messages: fetched.messages.map((message) => this.#upToDate(message, askedAt)) };
    };
    return {
      listMessages: (uuid, place) => read(() => api.listMessages(uuid, place)),
      listChanges: (uuid, after) => read(() => api.listChanges(uuid, after)),
    };
  }

  /** Takes the event of the reactions to a message. Of a message that is not held, they come with its page. */
  tookReactions(seq: number, reactions: readonly EventReaction[]): void {
    if (!this.#target.log.messages.has(seq)) return;
    this.#reactedAt.set(seq, (this.#moment += 1));
    this.#target.tookNews([{ seq }]);
    this.#target.update((log) =>
      annotate(log, seq, (held) => ({ reactions: this.#ownViewOf(log, held, reactions) })),
    );
  }

  /** Takes the event of the pins: all pinned seqs. */
  tookPins(seqs: readonly number[]): void {
    const pinned = new Set(seqs);
    this.#pins = { at: (this.#moment += 1), seqs: pinned };
    const { log } = this.#target;
    this.#target.tookNews(
      [...log.messages.values()].filter((held) => (held.pinned ?? false) !== pinned.has(held.seq)),
    );
    this.#target.update((now) => annotateAll(now, ({ seq }) => ({ pinned: pinned.has(seq) })));
  }

  /**
   * Adds the user's reaction to a message, or takes it back. It is shown at once.
   * @throws ApiError when it could not be stored: then it is shown as it was.
   */
  react(seq: number, emoji: string, wanted: boolean): Promise<void> {
    this.#target.update((log) => wantReaction(log, { seq, emoji, wanted }));
    const key = `${seq} ${emoji}`;
    const running =
      this.#running.get(key) ?? this.#storeReaction(seq, emoji).finally(() => this.#running.delete(key));
    this.#running.set(key, running);
    return running;
  }

  /** @throws ApiError */
  async pin(seq: number, wanted: boolean): Promise<void> {
    const askedAt = this.#moment;
    const { uuid } = this.#target;
    const message = await (wanted ? this.#api.pinMessage(uuid, seq) : this.#api.unpinMessage(uuid, seq));
    if (this.#pins === undefined || this.#pins.at <= askedAt) this.#target.tookNews([message]);
    this.#target.update((log) => receive(log, [this.#upToDate(message, askedAt)]));
  }

  /** Stores the user's reaction, until the API has what they want last. */
  async #storeReaction(seq: number, emoji: string): Promise<void> {
    const { uuid } = this.#target;
    for (;;) {
      const wanted = wantedReaction(this.#target.log, { seq, emoji });
      if (wanted === undefined) return;
      const askedAt = this.#moment;
      try {
        const message = await (wanted
          ? this.#api.react(uuid, seq, emoji)
          : this.#api.takeBackReaction(uuid, seq, emoji));
        this.#target.update((log) => {
          const now = receive(log, [this.#upToDate(message, askedAt)]);
          return wantedReaction(now, { seq, emoji }) === wanted
            ? storedReaction(now, { seq, emoji, wanted })
            : now;
        });
      } catch (error) {
        this.#target.update((log) => dropReaction(log, { seq, emoji }));
        throw error;
      }
    }
  }

  /** A message of a response, with what events brought since its request. */
  #upToDate(message: Message, askedAt: number): Message {
    const held = this.#target.log.messages.get(message.seq);
    const isReacted = (this.#reactedAt.get(message.seq) ?? 0) > askedAt;
    const pins = this.#pins && this.#pins.at > askedAt ? this.#pins.seqs : undefined;
    if (message.deleted_at !== null || (!isReacted && !pins)) return message;
    return {
      ...message,
      ...(isReacted && held?.reactions && { reactions: held.reactions }),
      ...(pins && { pinned: pins.has(message.seq) }),
    };
  }

  #ownViewOf(log: Log, held: Message, reactions: readonly EventReaction[]): Reaction[] {
    const now = reactions.map(({ emoji, count, users }) => {
      const known =
        wantedReaction(log, { seq: held.seq, emoji }) ??
        held.reactions?.find((one) => one.emoji === emoji)?.reacted;
      const isNamed = users.some(({ user_uuid }) => user_uuid === this.#me);
      return { emoji, count, reacted: isNamed || (count > users.length && known === true) };
    });
    return inShownOrder(now, held.reactions);
  }
}
