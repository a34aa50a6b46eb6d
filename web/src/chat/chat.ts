import { type InfiniteData, QueryClient } from '@tanstack/react-query';
import {
  type Access,
  ApiError,
  type ClientEvent,
  type ClientStore,
  type Conversation,
  type Http,
  type InboxPage,
  type List,
  type Member,
  type Message,
  type MessageGroupView,
  MessagingClient,
  type Person,
  Subject,
  type SystemMessage,
} from '../../../client/src/index.ts';
import { SharedStream } from '../../../client/src/parts.ts';
import { type Api, createApi, type MembersPage } from '../api/api.ts';
import { systemWords } from '../conversation/system-words.ts';
import { concerns, groupAfter, isLarge, membersAfter, pagesAfter } from '../groups/members-after.ts';
import type { AttachmentLimits } from '../session/settings.ts';
import { plain, type Sentence } from '../ui/sentence.ts';
import { Refetching } from './refetching.ts';

/** Keys of the query cache. */
export const listKey = (list: List) => ['inbox', list] as const;
export const groupKey = (uuid: string) => ['group', uuid] as const;
/** Of the pages of a large group's members. */
export const membersKey = (uuid: string) => [...groupKey(uuid), 'members'] as const;
/** Of the members of a large group that searches found. */
export const foundMembersKey = (uuid: string) => [...groupKey(uuid), 'found-members'] as const;

/** Of the pinned messages of a group. */
export const pinsKey = (uuid: string) => ['pins', uuid] as const;

/** The longest pause between attempts to fetch something, in milliseconds: the screen recovers within it. */
const LONGEST_RETRY_PAUSE_MS = 1_000;

/** Outgoing messages are kept for the tab alone, as its session is. */
const TAB_STORE: ClientStore = {
  outgoing: {
    getItem: (key) => sessionStorage.getItem(key),
    setItem: (key, value) => sessionStorage.setItem(key, value),
    removeItem: (key) => sessionStorage.removeItem(key),
    keys: () => Object.keys(sessionStorage),
  },
  settled: () => Promise.resolve(),
  // `Sessions` clears the tab's storage.
  wipe: () => Promise.resolve(),
};

/** The state behind the screens of a signed-in user: the messaging client, and queries. One for each session. */
export class Chat {
  readonly me: Person;
  readonly api: Api;
  /** For calls that are loaded on demand. */
  readonly http: Http;
  /** Code points of a message's text at most. */
  readonly messageMaxChars: number;
  /** Which files messages can have; undefined where they can have none. */
  readonly attachments: AttachmentLimits | undefined;
  readonly queries: QueryClient;
  /** What just happened, for the list of conversations to show until the user opens another conversation. */
  readonly notice = new Subject<Sentence | undefined>(undefined);
  readonly typing: MessagingClient['typing'];
  readonly outgoing: MessagingClient['outgoing'];
  readonly stream: MessagingClient['stream'];
  readonly badge: MessagingClient['badge'];
  /** The rows of the list of conversations. */
  readonly inbox: MessagingClient['rows'];
  readonly #client: MessagingClient;
  readonly #refetching: Refetching;
  #shown: string | undefined;

  constructor(parts: {
    readonly me: Person;
    readonly access: Access;
    readonly messageMaxChars: number;
    readonly attachments: AttachmentLimits | undefined;
  }) {
    this.me = parts.me;
    this.api = createApi(parts.access);
    this.http = parts.access.http;
    this.messageMaxChars = parts.messageMaxChars;
    this.attachments = parts.attachments;
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
    this.#client = new MessagingClient({
      ...parts,
      store: TAB_STORE,
      makeStream: (stream) => new SharedStream(stream),
      systemWords: (message) => plain(systemWords(message, parts.me.uuid)),
    });
    const { typing, outgoing, stream, badge, rows } = this.#client;
    this.typing = typing;
    this.outgoing = outgoing;
    this.stream = stream;
    this.badge = badge;
    this.inbox = rows;
    this.#client.listen((event) => this.#handle(event));
  }

  /** Opens the event stream. */
  open(): void {
    this.#client.open();
  }

  /** Ends the session: no more events arrive, and nothing more is sent. */
  close(): void {
    this.#client.close();
  }

  conversation(uuid: string): Conversation {
    return this.#client.conversation(uuid);
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
    return this.#client.listen((event) => {
      if (event.type === 'message' && event.isNew) listener(event.message);
    });
  }

  /** Fetches a page of a list of conversations; the first one without a cursor. */
  listGroups(cursor: string | undefined, list: List): Promise<InboxPage> {
    return this.#client.listGroups(cursor, list, this.#refetching.cacheMode());
  }

  markRead(uuid: string, seq: number): Promise<void> {
    return this.#client.markRead(uuid, seq);
  }

  /** Takes the newest state of a group from a response. @param requestedAt by `inbox.moment()`. */
  tookGroup(view: MessageGroupView, requestedAt: number): void {
    this.queries.setQueryData(groupKey(view.uuid), view);
    this.#client.tookGroup(view, requestedAt);
  }

  /** Removes a conversation of which the user is no longer a member. */
  tookLeave(uuid: string): void {
    this.#client.tookLeave(uuid);
  }

  #handle(event: ClientEvent): void {
    switch (event.type) {
      case 'ready':
        void this.#refetching.ready();
        break;
      case 'message':
        if (event.message.kind === 'system') this.#tookGroupChange(event.message, event.isNew);
        break;
      case 'pins':
        void this.queries.invalidateQueries({ queryKey: pinsKey(event.group) });
        break;
      case 'group':
        this.queries.setQueryData<MessageGroupView>(groupKey(event.group.uuid), (view) =>
          view && view.last_seq <= event.group.last_seq ? { ...view, ...event.group } : view,
        );
        break;
      case 'left':
        this.queries.removeQueries({ queryKey: groupKey(event.uuid) });
        break;
      case 'change':
      case 'reactions':
      case 'typing':
        break;
    }
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
      this.queries.setQueriesData<readonly Member[]>(
        { queryKey: foundMembersKey(view.uuid) },
        (found) => found && membersAfter(found, message),
      );
    }
    const isFetched = concerns(message, this.me.uuid);
    void this.queries.invalidateQueries({
      queryKey,
      exact: true,
      refetchType: isFetched ? 'active' : 'none',
    });
  }
}
