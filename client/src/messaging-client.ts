import { type AuthorizedFetch, authorizedFetch, type GetToken } from './api/authorized-fetch.ts';
import { type Calls, createCalls, type InboxPage, type List } from './api/calls.ts';
import { type CacheMode, createHttp, type Http } from './api/http.ts';
import type { Message, MessageGroup, Person, SystemMessage } from './api/shapes.ts';
import { Conversation } from './conversation/conversation.ts';
import { outgoingKey } from './conversation/conversation-state.ts';
import type { Outgoing } from './conversation/log.ts';
import { HeldRows } from './inbox/held-rows.ts';
import { UnreadBadge } from './inbox/unread-badge.ts';
import { pause } from './pause.ts';
import { announceReachable } from './reachable.ts';
import type { LiveEvent } from './stream/events.ts';
import { type LiveStream, ownStream, type StreamParts } from './stream/live-stream.ts';
import type { ClientStore } from './stored/text-storage.ts';
import { Subject } from './subject.ts';
import { Typing } from './typing.ts';

/** How the API is reached. */
export interface AccessOptions {
  /** The API's origin, with a path if it is below one. Default: the origin of the page. */
  readonly baseUrl?: string | undefined;
  readonly getToken: GetToken;
  /** Is called when the API rejects a token, and the one that `getToken` returns then: the session is over. */
  readonly onUnauthorized?: (() => void) | undefined;
  /** Default: the global `fetch`. */
  readonly fetch?: AuthorizedFetch | undefined;
}

/** The calls of the API, with a user's token. */
export interface Access {
  readonly baseUrl: string;
  /** Sends a request with the user's token. */
  readonly fetch: AuthorizedFetch;
  /** Every call of the API, typed by its OpenAPI document. */
  readonly http: Http;
  /** The calls that the client itself makes, by name. */
  readonly calls: Calls;
}

/** Makes the calls of the API without a client: of a user who has no profile yet, or for a program that needs no events. */
export function createAccess({ baseUrl = '', getToken, ...options }: AccessOptions): Access {
  const fetch = authorizedFetch(getToken, options);
  const http = createHttp({ baseUrl, fetch });
  return { baseUrl, fetch, http, calls: createCalls(http) };
}

/** An event of the stream, or a message of a response, once the client has taken it. */
export type ClientEvent =
  | Exclude<LiveEvent, { readonly type: 'message' }>
  /** `isNew`: it is a new message that was not seen before; each may arrive more than once. */
  | { readonly type: 'message'; readonly message: Message; readonly isNew: boolean };

export interface ClientParts {
  readonly me: Person;
  readonly access: Access;
  /** Keeps outgoing messages, and the last messages of conversations. */
  readonly store: ClientStore;
  /** The text that the list shows for a system message. Default: the API's own. */
  readonly systemWords?: ((message: SystemMessage) => string) | undefined;
  /** Makes the stream of events. Default: one of its own. A page shares one with the browser's other tabs: `SharedStream`. */
  readonly makeStream?: ((parts: StreamParts) => LiveStream) | undefined;
}

/** How many conversations keep their messages in memory that nothing shows. */
const KEPT_CONVERSATIONS = 12;

/** States of outgoing messages that are noted for a conversation; the first that applies. */
const NOTED = ['failed', 'held', 'sending'] as const;

/** An outgoing message that is noted for a conversation: the newest one in this state. */
export interface OutgoingNote {
  readonly state: (typeof NOTED)[number];
  /** Its text, or the names of its files where it has none. */
  readonly text: string;
}

/** What a signed-in user sees of their conversations, kept up to date with the API. One for each session. */
export class MessagingClient {
  readonly me: Person;
  readonly http: Http;
  readonly calls: Calls;
  readonly typing = new Typing();
  /** Conversations with messages that are being sent, wait for the server, or could not be sent. */
  readonly outgoing = new Subject<ReadonlyMap<string, OutgoingNote>>(new Map());
  readonly stream: LiveStream;
  /** The rows of the lists of conversations. */
  readonly rows: HeldRows;
  readonly badge: UnreadBadge;
  readonly #store: ClientStore;
  readonly #conversations = new Map<string, Conversation>();
  readonly #listeners = new Set<(event: ClientEvent) => void>();
  /** The newest message that listeners were notified of, by conversation: each arrives at least twice. */
  readonly #newestSeqs = new Map<string, number>();
  #isClosed = false;
  #closed = new AbortController();

  constructor({
    me,
    access,
    store,
    systemWords = ({ message }) => message,
    makeStream = ownStream,
  }: ClientParts) {
    this.me = me;
    this.http = access.http;
    this.calls = access.calls;
    this.#store = store;
    this.rows = new HeldRows({
      me: me.uuid,
      fetch: (uuid) => this.calls.readGroup(uuid),
      change: (uuid, change) => this.calls.changeSettings(uuid, change),
      later,
      onGone: (uuid) => this.tookLeave(uuid),
      systemWords,
    });
    this.badge = new UnreadBadge({ rows: this.rows.rows, fetch: () => this.calls.readUnread(), later });
    this.stream = makeStream({ user: me.uuid, ...access, onEvent: (event) => this.#handle(event) });
  }

  /** Opens the event stream. */
  open(): void {
    this.#isClosed = false;
    this.rows.open();
    this.badge.open();
    this.stream.open();
    if (typeof document === 'undefined') return;
    this.#closed = new AbortController();
    const { signal } = this.#closed;
    // A page that was hidden may end without a further event.
    document.addEventListener('visibilitychange', () => this.#keepHistory(), { signal });
  }

  /** Ends the session: no more events arrive, and nothing more is sent. */
  close(): void {
    this.#keepHistory();
    this.#isClosed = true;
    this.rows.close();
    this.badge.close();
    this.stream.close();
    this.#closed.abort();
  }

  /** Ends the session, and removes what was kept of it. */
  async signOut(): Promise<void> {
    this.close();
    await this.#store.wipe();
  }

  /** Resolves once all that was written so far survives the end of the page. */
  async stored(): Promise<void> {
    await this.#store.settled();
  }

  /** Notifies a listener of what happened, once the stores have it. @returns an unsubscribe function. */
  listen(listener: (event: ClientEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Returns the conversation with an id. The last used keep their messages in memory, and those with outgoing messages. */
  conversation(uuid: string): Conversation {
    const conversation = this.#conversations.get(uuid) ?? this.#open(uuid);
    this.#conversations.delete(uuid);
    this.#conversations.set(uuid, conversation);
    const unused = [...this.#conversations.values()].filter(({ isInUse, log }) => !isInUse && log.high > 0);
    for (const oldest of unused.slice(0, -KEPT_CONVERSATIONS)) oldest.drop();
    return conversation;
  }

  /** Fetches a page of a list of conversations; the first one without a cursor. */
  async listGroups(cursor: string | undefined, list: List, cache?: CacheMode): Promise<InboxPage> {
    const requestedAt = this.rows.moment();
    const page = await this.calls.listGroups(cursor, list, cache);
    this.rows.tookPage(page.groups, { requestedAt, isFirst: cursor === undefined, list });
    if (list === 'default') this.badge.tookPage({ isLast: page.nextCursor === undefined });
    return page;
  }

  /** Marks a conversation as read up to a message. @throws ApiError */
  async markRead(uuid: string, seq: number): Promise<void> {
    this.rows.tookReadMark(await this.calls.markRead(uuid, seq));
  }

  /** Takes the newest state of a group from a response. @param requestedAt by `rows.moment()`. */
  tookGroup(group: MessageGroup, requestedAt?: number): void {
    this.rows.tookRow(group, requestedAt);
    this.#conversations.get(group.uuid)?.announce(group.last_seq);
  }

  /** Removes a conversation of which the user is no longer a member. */
  tookLeave(uuid: string): void {
    this.#conversations.get(uuid)?.end();
    this.#conversations.delete(uuid);
    this.rows.remove(uuid);
    this.#notify({ type: 'left', uuid });
  }

  /** Takes a message of an event, or of a response. */
  tookMessage(message: Message): void {
    const { message_group_uuid: uuid } = message;
    const isNew = message.rev === 0 && message.seq > (this.#newestSeqs.get(uuid) ?? 0);
    if (isNew) this.#newestSeqs.set(uuid, message.seq);
    this.#conversations.get(uuid)?.take([message]);
    this.typing.stopped(uuid, message.user_uuid);
    this.rows.tookMessage(message);
    this.#notify({ type: 'message', message, isNew });
  }

  #open(uuid: string): Conversation {
    const conversation: Conversation = new Conversation({
      uuid,
      me: this.me.uuid,
      api: this.calls,
      device: {
        pause,
        storage: this.#store.outgoing,
        history: this.#store.history,
        isClosed: () => this.#isClosed,
      },
      onChange: () => this.#noteOutgoing(conversation),
    });
    return conversation;
  }

  #keepHistory(): void {
    for (const conversation of this.#conversations.values()) conversation.keep();
  }

  #noteOutgoing({ uuid, log }: Conversation): void {
    const note = noteOf(log.outgoing);
    const noted = this.outgoing.get();
    const known = noted.get(uuid);
    if (known?.state === note?.state && known?.text === note?.text) return;
    const changed = new Map(noted);
    if (note) changed.set(uuid, note);
    else changed.delete(uuid);
    this.outgoing.set(changed);
  }

  #handle(event: LiveEvent): void {
    switch (event.type) {
      case 'ready':
        this.#catchUp();
        break;
      case 'message':
        this.tookMessage(event.message);
        return;
      case 'change':
        this.#conversations.get(event.group)?.takeChange(event.change);
        this.rows.tookChange(event.group, event.change.seqs);
        break;
      case 'reactions':
        this.#conversations.get(event.group)?.annotations.tookReactions(event.seq, event.reactions);
        break;
      case 'pins':
        this.#conversations.get(event.group)?.annotations.tookPins(event.seqs);
        break;
      case 'group':
        this.tookGroup(event.group);
        break;
      case 'left':
        this.tookLeave(event.uuid);
        return;
      case 'typing':
        this.typing.started(event.group, event);
        break;
    }
    this.#notify(event);
    if (event.type === 'ready') announceReachable();
  }

  #notify(event: ClientEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** The stream is live again: brings up to date what is in use, and forgets the rest. */
  #catchUp(): void {
    this.rows.ready();
    this.badge.ready();
    this.#resumeOutgoing();
    for (const conversation of this.#conversations.values()) {
      conversation.sending.resume();
      // If it fails, the next `ready` tries again.
      if (conversation.isInUse) conversation.refresh().catch(() => undefined);
      else conversation.drop();
    }
  }

  /** Sends what was outgoing here before a reload. */
  #resumeOutgoing(): void {
    const prefix = outgoingKey(this.me.uuid);
    for (const key of this.#store.outgoing.keys()) {
      if (key.startsWith(prefix)) this.conversation(key.slice(prefix.length)).sending.restore();
    }
  }
}

function later(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}

function namesOf({ attachments = [] }: Outgoing): string {
  return attachments.map(({ name }) => name).join(', ');
}

function noteOf(outgoing: readonly Outgoing[]): OutgoingNote | undefined {
  for (const state of NOTED) {
    const sent = outgoing.findLast((one) => (one.state === 'waiting' ? 'sending' : one.state) === state);
    if (sent) return { state, text: sent.text === '' ? namesOf(sent) : sent.text };
  }
  return undefined;
}
