import type { Api, HistoryPlace } from '../api/api.ts';
import { codeOf } from '../api/api-error.ts';
import type { Message } from '../api/shapes.ts';
import { announce, EMPTY_LOG, hasOlder, type Log, missingNewer, receive, showAt, trim } from './log.ts';
import type { Device } from './device.ts';
import { Sending } from './sending.ts';
import { Subject } from './subject.ts';

export interface ConversationState {
  readonly log: Log;
  readonly loading: { readonly first: boolean; readonly older: boolean; readonly newer: boolean };
  /** Whether the end is shown as it grows. Otherwise one reads somewhere before it, and goes there page by page. */
  readonly following: boolean;
  /** Why there is nothing to show, as a code. */
  readonly problem: string | undefined;
}

/** Where what is on its way is kept; without a conversation, what all such places begin with. */
export const outgoingKey = (me: string, uuid = ''): string => `outgoing:${me}:${uuid}`;

/** The problem of a conversation that one is not in any more. */
export const LEFT = 'left';

/** The calls that a conversation makes. */
export type ConversationApi = Pick<Api, 'listMessages' | 'send' | 'editMessage' | 'deleteMessage'>;

/** Where one left off, and how far the log goes. */
export interface ReadPlace {
  readonly last_seq: number;
  readonly read_seq: number;
  readonly unread_count: number;
}

const PAGE = 50;
/** The API's longest page. */
const LONG_PAGE = 100;
/** With more unread than this, a conversation opens where they begin and not at its end. */
const UNREAD_WITHIN_A_PAGE = 80;
/** So many messages of a gap are fetched at once; the rest of a longer one as one scrolls through it. */
const CLOSED_AT_ONCE = 300;
/** What is kept of a conversation that nobody looks at. */
const KEPT = 100;

/** One conversation: what is held of it, and how that follows what the API has. */
export class Conversation {
  readonly uuid: string;
  readonly state: Subject<ConversationState>;
  readonly sending: Sending;
  readonly #api: ConversationApi;
  #closingGap: Promise<void> | undefined;
  /** Where it was opened. */
  #place: ReadPlace | undefined;

  constructor(parts: {
    readonly uuid: string;
    readonly me: string;
    readonly api: ConversationApi;
    readonly device: Device;
  }) {
    this.uuid = parts.uuid;
    this.#api = parts.api;
    this.state = new Subject<ConversationState>({
      log: EMPTY_LOG,
      loading: { first: false, older: false, newer: false },
      following: true,
      problem: undefined,
    });
    this.sending = new Sending({
      api: parts.api,
      conversation: this,
      device: parts.device,
      storageKey: outgoingKey(parts.me, parts.uuid),
    });
  }

  get log(): Log {
    return this.state.get().log;
  }

  update(change: (log: Log) => Log): void {
    const state = this.state.get();
    const log = change(state.log);
    if (log !== state.log) this.state.set({ ...state, log });
  }

  /** Shows the newest messages, or where the unread ones begin when they are many. */
  async open(place: ReadPlace): Promise<void> {
    const { read_seq, unread_count, last_seq } = place;
    this.#place = place;
    this.announce(last_seq);
    this.sending.restore();
    if (this.log.high > 0 || this.state.get().loading.first) return;
    const far = unread_count > UNREAD_WITHIN_A_PAGE && read_seq > 0;
    await this.#load('first', async () => {
      const messages = await this.#fetch(
        far
          ? { around: read_seq, limit: PAGE }
          : { limit: Math.max(PAGE, Math.min(unread_count + 20, LONG_PAGE)) },
      );
      const start = far ? read_seq : messages.at(-1)?.seq;
      if (start === undefined) return;
      this.#setFollowing(!far);
      this.update((log) => showAt(receive(log, messages), start));
    });
  }

  async loadOlder(): Promise<void> {
    const { log, loading } = this.state.get();
    if (log.high === 0 || !hasOlder(log) || loading.older) return;
    await this.#load('older', async () =>
      this.take(await this.#fetch({ before: log.low, limit: LONG_PAGE })),
    );
  }

  async loadNewer(): Promise<void> {
    const { log, loading } = this.state.get();
    if (log.high === 0 || missingNewer(log) === 0 || loading.newer) return;
    await this.#load('newer', async () => {
      this.take(await this.#fetch({ after: log.high, limit: LONG_PAGE }));
    });
  }

  /** Shows the end of the conversation, however far it is from what is shown. */
  async jumpToNewest(): Promise<void> {
    const newest = await this.#fetch({ limit: PAGE });
    const last = newest.at(-1);
    this.#setFollowing(true);
    if (last) this.update((log) => showAt(receive(log, newest), last.seq));
  }

  /** The end of what is there has come into sight: from now on it is followed. */
  reachedEnd(): void {
    if (missingNewer(this.log) === 0) this.#setFollowing(true);
  }

  /** Takes in messages of whatever origin, and closes a gap that they show. */
  take(messages: readonly Message[]): void {
    this.update((log) => receive(log, messages));
    this.#closeSmallGap();
  }

  /** Learns how far the log goes. */
  announce(seq: number): void {
    this.update((log) => announce(log, seq));
    this.#closeSmallGap();
  }

  /**
   * Catches up after the events were interrupted: what was added first, then what was changed among what is held. Opens
   * the conversation where that had failed.
   */
  async refresh(): Promise<void> {
    if (this.log.high === 0) {
      if (this.#place) await this.open(this.#place);
      return;
    }
    await this.#catchUp();
    const { low, high } = this.log;
    if (low === 1) this.take(await this.#fetch({ before: 2, limit: 1 }));
    for (let after = Math.max(1, low - 1); after < high;) {
      const page = await this.#fetch({ after, limit: LONG_PAGE });
      this.take(page);
      after = page.at(-1)?.seq ?? high;
    }
  }

  async edit(seq: number, text: string): Promise<void> {
    this.take([await this.#api.editMessage(this.uuid, seq, text)]);
  }

  async remove(seq: number): Promise<void> {
    this.take([await this.#api.deleteMessage(this.uuid, seq)]);
  }

  /** Lets go of most of what is held: nobody looks at it now. */
  leave(): void {
    const { following } = this.state.get();
    // Who read somewhere in its middle begins at its end the next time.
    this.update((log) =>
      following ? trim(log, KEPT) : { ...EMPTY_LOG, tail: log.tail, outgoing: log.outgoing },
    );
  }

  /** One is not in it any more. */
  end(): void {
    this.state.set({ ...this.state.get(), log: EMPTY_LOG, problem: LEFT });
  }

  /** Fetches what is behind the end of what is shown, as far as it is little; the tail may not be known. */
  async #catchUp(): Promise<void> {
    for (let fetched = 0; fetched < CLOSED_AT_ONCE; fetched += LONG_PAGE) {
      const page = await this.#fetch({ after: this.log.high, limit: LONG_PAGE });
      this.update((log) => receive(log, page));
      if (page.length < LONG_PAGE) return;
    }
    this.#setFollowing(false);
  }

  #closeSmallGap(): void {
    const missing = missingNewer(this.log);
    if (missing === 0 || !this.state.get().following || this.#closingGap) return;
    this.#closingGap = this.#catchUp()
      // What could not be fetched is asked for again after the next event, or when the events are back.
      .catch(() => undefined)
      .finally(() => {
        this.#closingGap = undefined;
      });
  }

  #setFollowing(following: boolean): void {
    const state = this.state.get();
    if (state.following !== following) this.state.set({ ...state, following });
  }

  async #load(what: keyof ConversationState['loading'], load: () => Promise<void>): Promise<void> {
    this.#setLoading(what, true);
    try {
      await load();
      this.state.set({ ...this.state.get(), problem: undefined });
    } catch (error) {
      this.state.set({ ...this.state.get(), problem: codeOf(error) });
    } finally {
      this.#setLoading(what, false);
    }
  }

  #setLoading(what: keyof ConversationState['loading'], value: boolean): void {
    const state = this.state.get();
    this.state.set({ ...state, loading: { ...state.loading, [what]: value } });
  }

  #fetch(place: HistoryPlace): Promise<Message[]> {
    return this.#api.listMessages(this.uuid, place);
  }
}
