import type { HistoryPlace } from '../api/calls.ts';
import { codeOf } from '../api/api-error.ts';
import type { Message } from '../api/shapes.ts';
import { Annotations } from './annotations.ts';
import { CatchUp } from './catch-up.ts';
import {
  type ConversationApi,
  type ConversationState,
  farFrom,
  LEFT,
  outgoingKey,
  type ReadPosition,
} from './conversation-state.ts';
import type { Device } from '../device.ts';
import type { LoggedChange } from '../stream/events.ts';
import { History, LONG_PAGE } from './history.ts';
import {
  announce,
  EMPTY_LOG,
  hasOlder,
  held,
  isNews,
  type Log,
  missingNewer,
  receive,
  showAt,
  trim,
} from './log.ts';
import { shownAmong, shownOf } from './quotes.ts';
import { storedLog, storeLog } from '../stored/stored-history.ts';
import { Sending } from './sending.ts';
import { Subject } from '../subject.ts';

const PAGE = 50;
/** Messages of a gap that are fetched at once; the rest of a longer gap is fetched while scrolling. */
const CLOSED_AT_ONCE = 300;
/** A position from which a conversation opens at its end. */
const AT_END: ReadPosition = { last_seq: 0, read_seq: 0, unread_count: 0 };
/** Messages that are kept of a conversation that is not shown. */
const KEPT = 100;

/** One conversation: its log, kept up to date with the API. */
export class Conversation {
  readonly uuid: string;
  readonly state: Subject<ConversationState>;
  readonly sending: Sending;
  /** Reactions and pins. */
  readonly annotations: Annotations;
  readonly #api: ConversationApi;
  readonly #device: Device;
  readonly #history: History;
  #closingGap: Promise<void> | undefined;
  readonly #catchUp: CatchUp;
  readonly #onChange: () => void = () => undefined;
  #isShown = false;
  /** Whether messages were restored, and the end has not been read since. */
  #isRestored = false;
  /** The read position at which it was opened. */
  #position: ReadPosition | undefined;

  constructor(parts: {
    readonly uuid: string;
    readonly me: string;
    readonly api: ConversationApi;
    readonly device: Device;
    /** Is called after each change of the state. */
    readonly onChange?: () => void;
  }) {
    this.uuid = parts.uuid;
    this.#api = parts.api;
    this.#device = parts.device;
    this.annotations = new Annotations({ api: parts.api, me: parts.me, target: this });
    this.#history = new History(parts.uuid, this.annotations.upToDate(parts.api));
    this.#catchUp = new CatchUp(parts.device, () => this.#catchUpOnce());
    this.state = new Subject<ConversationState>({
      log: EMPTY_LOG,
      loading: { first: false, older: false, newer: false },
      following: true,
      problem: undefined,
    });
    if (parts.onChange) this.#onChange = parts.onChange;
    this.sending = new Sending({
      api: parts.api,
      conversation: this,
      device: parts.device,
      storageKey: outgoingKey(parts.me, parts.uuid),
    });
  }

  /** Whether its state has listeners, or it has outgoing messages. */
  get isInUse(): boolean {
    return this.state.isObserved || this.log.outgoing.length > 0;
  }

  get log(): Log {
    return this.state.get().log;
  }

  update(change: (log: Log) => Log): void {
    const state = this.state.get();
    const log = change(state.log);
    if (log !== state.log) this.#set({ ...state, log });
  }

  /**
   * Shows the newest messages, or the first unread ones if there are many. What was kept of the conversation is shown at once, also without
   * a server, and brought up to date.
   * @param position where the user has read to; by default, the end.
   * @param at the seq of a message to show instead.
   */
  async open(position: ReadPosition = AT_END, at?: number): Promise<void> {
    const { unread_count, last_seq } = position;
    this.#position = position;
    this.announce(last_seq);
    this.sending.restore();
    this.#isShown = true;
    void this.#catchUp.ifStale();
    if (this.log.high > 0 || this.state.get().loading.first) return;
    if (at === undefined && this.#restore(position)) return;
    const around = at === undefined ? farFrom(position) : Math.min(at, last_seq);
    const limit = Math.max(PAGE, Math.min(unread_count + 20, LONG_PAGE));
    await this.#load('first', () =>
      around === undefined ? this.#readNewest(limit) : this.#readAround(around),
    );
  }

  /** Shows a message of the open conversation, however far away it is. One that does not exist changes nothing. */
  async show(seq: number): Promise<void> {
    const { low, high, tail } = this.log;
    if (high === 0 || seq > tail || (seq >= low && seq <= high)) return;
    await this.#readAround(seq);
  }

  async loadOlder(): Promise<void> {
    const { log, loading } = this.state.get();
    if (log.high === 0 || !hasOlder(log) || loading.older) return;
    await this.#load('older', () => this.#read({ before: log.low, limit: LONG_PAGE }));
  }

  async loadNewer(): Promise<void> {
    const { log, loading } = this.state.get();
    if (log.high === 0 || missingNewer(log) === 0 || loading.newer) return;
    await this.#load('newer', () => this.#read({ after: log.high, limit: LONG_PAGE }));
  }

  /** Shows the end of the conversation, however far away it is. */
  jumpToNewest(): Promise<void> {
    return this.#readNewest(PAGE);
  }

  /** The user scrolled to the end: from now on new messages are shown as they arrive. */
  reachedEnd(): void {
    if (missingNewer(this.log) === 0) this.#setFollowing(true);
  }

  /** Adds messages of events and of responses to the user's own changes, and closes a gap that they reveal. */
  take(messages: readonly Message[]): void {
    this.#history.tookNews(
      messages.filter((message) => message.rev > 0 && isNews(this.log.messages.get(message.seq), message)),
    );
    this.#add(messages);
  }

  /** Events, or responses to the user's own changes, brought what a change of these messages will name. */
  tookNews(messages: readonly Pick<Message, 'seq'>[]): void {
    this.#history.tookNews(messages);
  }

  /** Takes the number of a change. If not all messages may be as it left them, what was missed is fetched. */
  takeChange(change: LoggedChange): void {
    const mayMiss = this.#history.tookChange(change, shownOf(this.log.messages));
    if (mayMiss && !this.#catchUp.outdate()) void this.#catchUp.soon(() => this.#isShown);
  }

  /** Notes the end of the log. */
  announce(seq: number): void {
    this.update((log) => announce(log, seq));
    this.#closeSmallGap();
  }

  /**
   * Catches up after an interruption of the events: with new messages, then with changes of the known ones. Opens the
   * conversation if that had failed. While the server is busy or unreachable it tries again.
   */
  refresh(): Promise<void> {
    this.#history.interrupted();
    return this.#catchUp.run();
  }

  async edit(seq: number, text: string): Promise<void> {
    this.take([await this.#api.editMessage(this.uuid, seq, text)]);
  }

  async remove(seq: number): Promise<void> {
    this.take([await this.#api.deleteMessage(this.uuid, seq)]);
  }

  /** Keeps the last messages, if they are known to follow each other up to the end. */
  keep(): void {
    const { history } = this.#device;
    const { change } = this.#history;
    const { log } = this;
    if (!history || change === undefined || log.high === 0 || missingNewer(log) > 0) return;
    if (!this.#device.isClosed()) storeLog(history, this.uuid, { messages: held(log), change });
  }

  /** Forgets most messages: the conversation is not shown any more. */
  leave(): void {
    this.keep();
    this.#isShown = false;
    const { following } = this.state.get();
    // A user who was reading older messages starts at the end the next time.
    if (following && !this.#catchUp.isRunning) this.#forgetWith((log) => trim(log, KEPT));
    else this.drop();
  }

  /** Forgets all messages but the outgoing ones: they are fetched again when it is opened. */
  drop(): void {
    this.#forgetWith((log) => ({ ...log, messages: EMPTY_LOG.messages, low: 0, high: 0 }));
    this.#history.forget();
  }

  /** Forgets all messages: the user is no longer a member. */
  end(): void {
    this.#device.history?.removeItem(this.uuid);
    this.#set({ ...this.state.get(), log: EMPTY_LOG, problem: LEFT });
    this.#history.forget();
  }

  /**
   * Forgets messages. An event may have brought a newer version of one than a page has that is under way: for that page, it
   * is as if the event was missed.
   */
  #forgetWith(change: (log: Log) => Log): void {
    this.#history.interrupted();
    this.update(change);
    this.#history.keepNews(shownOf(this.log.messages));
  }

  /** Shows what was kept of the conversation, and brings it up to date. @returns false when there is nothing of use. */
  #restore(position: ReadPosition): boolean {
    const stored = this.#device.history && storedLog(this.#device.history, this.uuid);
    const last = stored?.messages.at(-1);
    if (!stored || !last || farFrom(position) !== undefined) return false;
    this.#history.restored(stored.change);
    this.#isRestored = true;
    this.update((log) => showAt(receive(log, stored.messages), last.seq));
    // While there is no server, it tries again.
    this.#catchUp.run().catch((error: unknown) => {
      this.#set({ ...this.state.get(), problem: codeOf(error) });
    });
    return true;
  }

  async #catchUpOnce(): Promise<void> {
    if (this.#isRestored) {
      // The end may be far away from what was kept.
      await this.#readNewest(PAGE);
      this.#isRestored = false;
    }
    // Messages outside of the shown range are fetched when they are shown.
    this.#forgetWith((log) => trim(log, Infinity));
    if (this.log.high === 0) {
      if (this.#position) await this.open(this.#position);
      return;
    }
    await this.#readNewer();
    const add = (messages: readonly Message[]) => this.#add(shownAmong(messages, this.log.messages));
    if (await this.#history.readChanges(add)) return;
    if (this.log.high > 0) await this.#history.readAgain(this.log, add);
  }

  /** Fetches the messages after the shown ones, up to a limit. The tail may not be known. */
  async #readNewer(): Promise<void> {
    for (let fetched = 0; fetched < CLOSED_AT_ONCE; fetched += LONG_PAGE) {
      const { high } = this.log;
      if (high === 0) return;
      let count = 0;
      await this.#read({ after: high, limit: LONG_PAGE }, (messages) => {
        count = messages.length;
        this.update((log) => receive(log, messages));
      });
      if (count < LONG_PAGE) return;
    }
    this.#setFollowing(false);
  }

  async #readNewest(limit: number): Promise<void> {
    await this.#read({ limit }, (newest) => {
      const last = newest.at(-1);
      this.#setFollowing(true);
      if (last) this.#showAt(newest, last.seq);
    });
  }

  async #readAround(seq: number): Promise<void> {
    await this.#read({ around: seq, limit: PAGE }, (messages) => {
      if (!messages.some((message) => message.seq === seq)) return;
      this.#setFollowing(false);
      this.#showAt(messages, seq);
    });
  }

  #add(messages: readonly Message[]): void {
    this.update((log) => receive(log, messages));
    this.#closeSmallGap();
  }

  #showAt(messages: readonly Message[], seq: number): void {
    this.update((log) => showAt(receive(log, messages), seq));
    this.#closeSmallGap();
  }

  #closeSmallGap(): void {
    const missing = missingNewer(this.log);
    if (missing === 0 || !this.state.get().following || this.#closingGap) return;
    this.#closingGap = this.#readNewer()
      // What could not be fetched is fetched after the next event, or at the next `ready`.
      .catch(() => undefined)
      .finally(() => {
        this.#closingGap = undefined;
      });
  }

  #set(state: ConversationState): void {
    this.state.set(state);
    this.#onChange();
  }

  #setFollowing(following: boolean): void {
    const state = this.state.get();
    if (state.following !== following) this.#set({ ...state, following });
  }

  async #load(what: keyof ConversationState['loading'], load: () => Promise<void>): Promise<void> {
    this.#setLoading(what, true);
    try {
      await load();
      this.#set({ ...this.state.get(), problem: undefined });
    } catch (error) {
      this.#set({ ...this.state.get(), problem: codeOf(error) });
    } finally {
      this.#setLoading(what, false);
    }
  }

  #setLoading(what: keyof ConversationState['loading'], value: boolean): void {
    const state = this.state.get();
    this.#set({ ...state, loading: { ...state.loading, [what]: value } });
  }

  /** Reads a page and adds it. */
  async #read(
    place: HistoryPlace,
    add = (messages: readonly Message[]) => this.#add(messages),
  ): Promise<void> {
    const isOutdated = await this.#history.read(place, add);
    // What cannot be fetched is fetched at the next `ready`.
    if (isOutdated && !this.#catchUp.outdate()) this.#catchUp.run().catch(() => undefined);
  }
}
