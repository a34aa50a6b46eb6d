import { type InfiniteData, QueryClient } from '@tanstack/react-query';
import type { Api, MembersPage } from '../api/api.ts';
import { ApiError } from '../api/api-error.ts';
import type { InboxPage, List } from '../api/own-calls.ts';
import { announceReachable } from '../api/reachable.ts';
import type { Message, MessageGroup, MessageGroupView, Person, SystemMessage } from '../api/shapes.ts';
import { concerns, groupAfter, isLarge, pagesAfter } from '../groups/members-after.ts';
import { HeldRows } from '../inbox/held-rows.ts';
import { UnreadBadge } from '../inbox/unread-badge.ts';
import type { Sentence } from '../ui/sentence.ts';
import { Conversation } from './conversation.ts';
import { outgoingKey } from './conversation-state.ts';
import type { LiveEvent } from './events.ts';
import { pause } from './pause.ts';
import { Refetching } from './refetching.ts';
import { SharedStream } from './shared-stream.ts';
import { Subject } from './subject.ts';
import { Typing } from './typing.ts';

/** Keys of the query cache. */
export const listKey = (list: List) => ['inbox', list] as const;
export const groupKey = (uuid: string) => ['group', uuid] as const;
/** Of the pages of a large group's members. */
export const membersKey = (uuid: string) => [...groupKey(uuid), 'members'] as const;

/** Of the pinned messages of a group. */
export const pinsKey = (uuid: string) => ['pins', uuid] as const;

/** The longest pause between attempts to fetch something, in milliseconds: the screen recovers within it. */
const LONGEST_RETRY_PAUSE_MS = 1_000;

/** How many conversations are kept in memory. */
const KEPT_CONVERSATIONS = 12;

/** States of outgoing messages that the list shows for a conversation; the first that applies is shown. */
const NOTED = ['failed', 'held', 'sending'] as const;
export type OutgoingNote = (typeof NOTED)[number];

/** The state behind the screens of a signed-in user: queries, conversations and the event stream. One for each session. */
export class Chat {
  readonly me: Person;
  readonly api: Api;
  /** Code points of a message's text at most. */
  readonly messageMaxChars: number;
  readonly queries: QueryClient;
  readonly typing = new Typing();
  /** Conversations with messages that are being sent, wait for the server, or could not be sent. */
  readonly outgoing = new Subject<ReadonlyMap<string, OutgoingNote>>(new Map());
  /** What just happened, for the list of conversations to show until the user opens another conversation. */
  readonly notice = new Subject<Sentence | undefined>(undefined);
  readonly stream: SharedStream;
  /** The rows of the list of conversations. */
  readonly inbox: HeldRows;
  readonly badge: UnreadBadge;
  readonly #refetching: Refetching;
  readonly #conversations = new Map<string, Conversation>();
  readonly #listeners = new Set<(message: Message) => void>();
  /** The newest message that listeners were notified of, by conversation: each arrives at least twice. */
  readonly #newestSeqs = new Map<string, number>();
  #shown: string | undefined;
  #isClosed = false;

  constructor(parts: {
    readonly me: Person;
    readonly api: Api;
    readonly messageMaxChars: number;
    /** Sends a request with this user's token. */
    readonly fetch: (request: Request) => Promise<Response>;
  }) {
    this.me = parts.me;
    this.api = parts.api;
    this.messageMaxChars = parts.messageMaxChars;
    this.queries = new QueryClient({
      defaultOptions: {
        queries: {
          // Events report changes. Those that they may have missed are fetched when the stream is back.
          staleTime: Infinity,
          refetchOnWindowFocus: false,
          retry: (failures, error) => failures < 3 && error instanceof ApiError && error.isTemporary,
          retryDelay: (failures) => Math.min(250 * 2 ** failures, LONGEST_RETRY_PAUSE_MS),
          // A server on this machine is reachable without a network.
          networkMode: 'always',
        },
      },
    });
    this.#refetching = new Refetching(this.queries);
    this.inbox = new HeldRows({
      me: parts.me.uuid,
      fetch: (uuid) => parts.api.readGroup(uuid),
      change: (uuid, change) => parts.api.changeSettings(uuid, change),
      later,
      onGone: (uuid) => this.tookLeave(uuid),
    });
    this.badge = new UnreadBadge({ rows: this.inbox.rows, fetch: () => parts.api.readUnread(), later });
    this.stream = new SharedStream({
      user: parts.me.uuid,
      fetch: parts.fetch,
      onEvent: (event) => this.#handle(event),
    });
  }

  /** Opens the event stream. */
  open(): void {
    this.#isClosed = false;
    this.inbox.open();
    this.badge.open();
    this.stream.open();
  }

  /** Ends the session: no more events arrive, and nothing more is sent. */
  close(): void {
    this.#isClosed = true;
    this.inbox.close();
    this.badge.close();
    this.stream.close();
  }

  /** Returns the conversation with an id. The last used stay in memory, and those with outgoing messages. */
  conversation(uuid: string): Conversation {
    const conversation = this.#conversations.get(uuid) ?? this.#open(uuid);
    this.#conversations.delete(uuid);
    this.#conversations.set(uuid, conversation);
    for (const [oldest, { log }] of this.#conversations) {
      if (this.#conversations.size <= KEPT_CONVERSATIONS) break;
      if (log.outgoing.length === 0) this.#conversations.delete(oldest);
    }
    return conversation;
  }

  /** Sets which conversation is on the screen. */
  show(uuid: string | undefined): void {
    this.#shown = uuid;
    if (uuid !== undefined) this.notice.set(undefined);
  }

  isShown(uuid: string): boolean {
    return this.#shown === uuid;
  }

  /** Notifies a listener of each new message, once. @returns an unsubscribe function. */
  onMessage(listener: (message: Message) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Fetches a page of a list of conversations; the first one without a cursor. */
  async listGroups(cursor: string | undefined, list: List): Promise<InboxPage> {
    const requestedAt = this.inbox.moment();
    const page = await this.api.listGroups(cursor, list, this.#refetching.cacheMode());
    this.inbox.tookPage(page.groups, { requestedAt, isFirst: cursor === undefined, list });
    if (list === 'default') this.badge.tookPage({ isLast: page.nextCursor === undefined });
    return page;
  }

  async markRead(uuid: string, seq: number): Promise<void> {
    this.inbox.tookReadMark(await this.api.markRead(uuid, seq));
  }

  /** Takes the newest state of a group from a response. @param requestedAt by `inbox.moment()`. */
  tookGroup(view: MessageGroupView, requestedAt: number): void {
    this.queries.setQueryData(groupKey(view.uuid), view);
    this.inbox.tookRow(view, requestedAt);
    this.#conversations.get(view.uuid)?.announce(view.last_seq);
  }

  /** Removes a conversation of which the user is no longer a member. */
  tookLeave(uuid: string): void {
    this.#conversations.get(uuid)?.end();
    this.#conversations.delete(uuid);
    this.inbox.remove(uuid);
    this.queries.removeQueries({ queryKey: groupKey(uuid) });
  }

  tookMessage(message: Message): void {
    const { message_group_uuid: uuid } = message;
    const isNew = message.rev === 0 && message.seq > (this.#newestSeqs.get(uuid) ?? 0);
    if (isNew) this.#newestSeqs.set(uuid, message.seq);
    this.#conversations.get(uuid)?.take([message]);
    this.typing.stopped(uuid, message.user_uuid);
    this.inbox.tookMessage(message);
    if (message.kind === 'system') this.#tookGroupChange(message, isNew);
    if (isNew) for (const listener of this.#listeners) listener(message);
  }

  /**
   * Brings a group up to date after a system message. A large group is not fetched for that: each join would cause a request of
   * thousands of members. Its number of members may be wrong for a moment; it is fetched when it is opened the next time.
   */
  #tookGroupChange(message: SystemMessage, isNew: boolean): void {
    const queryKey = groupKey(message.message_group_uuid);
    const view = this.queries.getQueryData<MessageGroupView>(queryKey);
    if (!view || !isLarge(view)) {
      void this.queries.invalidateQueries({ queryKey });
      return;
    }
    if (isNew) {
      this.queries.setQueryData(queryKey, groupAfter(view, message));
      this.queries.setQueryData<InfiniteData<MembersPage>>(
        membersKey(view.uuid),
        (data) => data && { ...data, pages: pagesAfter(data.pages, message) },
      );
    }
    const isFetched = concerns(message, this.me.uuid);
    void this.queries.invalidateQueries({
      queryKey,
      exact: true,
      refetchType: isFetched ? 'active' : 'none',
    });
  }

  #open(uuid: string): Conversation {
    const conversation = new Conversation({
      uuid,
      me: this.me.uuid,
      api: this.api,
      device: { pause, storage: sessionStorage, isClosed: () => this.#isClosed },
    });
    conversation.state.subscribe(() => this.#noteOutgoing(conversation));
    return conversation;
  }

  #noteOutgoing({ uuid, log }: Conversation): void {
    const states = new Set(log.outgoing.map(({ state }) => state));
    const state = NOTED.find((noted) => states.has(noted)) ?? (states.has('waiting') ? 'sending' : undefined);
    const noted = this.outgoing.get();
    if (noted.get(uuid) === state) return;
    const changed = new Map(noted);
    if (state === undefined) changed.delete(uuid);
    else changed.set(uuid, state);
    this.outgoing.set(changed);
  }

  #handle(event: LiveEvent): void {
    switch (event.type) {
      case 'ready':
        this.#catchUp();
        announceReachable();
        break;
      case 'message':
        this.tookMessage(event.message);
        break;
      case 'change':
        this.#conversations.get(event.group)?.takeChange(event.change);
        this.inbox.tookChange(event.group, event.change.seqs);
        break;
      case 'reactions':
        this.#conversations.get(event.group)?.annotations.tookReactions(event.seq, event.reactions);
        break;
      case 'pins':
        this.#conversations.get(event.group)?.annotations.tookPins(event.seqs);
        void this.queries.invalidateQueries({ queryKey: pinsKey(event.group) });
        break;
      case 'group':
        this.#tookRow(event.group);
        break;
      case 'left':
        this.tookLeave(event.uuid);
        break;
      case 'typing':
        this.typing.started(event.group, event);
        break;
    }
  }

  #tookRow(group: MessageGroup): void {
    this.inbox.tookRow(group);
    this.#conversations.get(group.uuid)?.announce(group.last_seq);
    this.queries.setQueryData<MessageGroupView>(groupKey(group.uuid), (view) =>
      view && view.last_seq <= group.last_seq ? { ...view, ...group } : view,
    );
  }

  /** The stream is live again: fetches everything on the screen again, and forgets the rest. */
  #catchUp(): void {
    this.inbox.ready();
    this.badge.ready();
    void this.#refetching.ready();
    this.#resumeOutgoing();
    for (const [uuid, conversation] of this.#conversations) {
      conversation.sending.resume();
      if (uuid === this.#shown || conversation.log.outgoing.length > 0) {
        // If it fails, the next `ready` tries again.
        conversation.refresh().catch(() => undefined);
      } else this.#conversations.delete(uuid);
    }
  }

  /** Sends what was outgoing in this tab before a reload. */
  #resumeOutgoing(): void {
    const prefix = outgoingKey(this.me.uuid);
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(prefix)) this.conversation(key.slice(prefix.length)).sending.restore();
    }
  }
}

function later(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}
