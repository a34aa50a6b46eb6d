import { type InfiniteData, QueryClient } from '@tanstack/react-query';
import type { Api, InboxPage } from '../api/api.ts';
import { ApiError } from '../api/api-error.ts';
import { announceReachable } from '../api/reachable.ts';
import type { Message, MessageGroup, MessageGroupView, Person, ReadMark } from '../api/shapes.ts';
import {
  inboxRows,
  type InboxPages,
  withGroup,
  withMessage,
  withoutGroup,
  withReadMark,
} from '../inbox/inbox.ts';
import type { Sentence } from '../ui/sentence.ts';
import { Conversation, outgoingKey } from './conversation.ts';
import type { LiveEvent } from './events.ts';
import { pause } from './pause.ts';
import { SharedStream } from './shared-stream.ts';
import { Subject } from './subject.ts';
import { Typing } from './typing.ts';

export type InboxData = InfiniteData<InboxPage, string | undefined>;

/** Names of what the query cache holds. */
export const INBOX = ['inbox'] as const;
export const groupKey = (uuid: string) => ['group', uuid] as const;

/** The longest pause between attempts to fetch something, in milliseconds: what is on the screen is back within it. */
const LONGEST_RETRY_PAUSE_MS = 1_000;

/** Conversations that are kept open besides the one that is shown. */
const KEPT_CONVERSATIONS = 12;

/** What the list says of a conversation's outgoing messages: what matters most comes first. */
const NOTED = ['failed', 'held', 'sending'] as const;
export type OutgoingNote = (typeof NOTED)[number];

/** Everything that one signed-in person's screens stand on. One for a session: it holds the stream of events. */
export class Chat {
  readonly me: Person;
  readonly api: Api;
  readonly queries: QueryClient;
  readonly typing = new Typing();
  /** Conversations in which something is on its way, waits for the server, or could not be sent. */
  readonly outgoing = new Subject<ReadonlyMap<string, OutgoingNote>>(new Map());
  /** What has just happened, for the list of conversations to say: until one opens another conversation. */
  readonly notice = new Subject<Sentence | undefined>(undefined);
  readonly stream: SharedStream;
  readonly #conversations = new Map<string, Conversation>();
  readonly #listeners = new Set<(message: Message) => void>();
  /** The newest message that listeners were told of, by conversation: each comes at least twice. */
  readonly #heard = new Map<string, number>();
  #shown: string | undefined;
  #isClosed = false;

  constructor(parts: {
    readonly me: Person;
    readonly api: Api;
    /** Sends a request with this person's token. */
    readonly fetch: (request: Request) => Promise<Response>;
  }) {
    this.me = parts.me;
    this.api = parts.api;
    this.queries = new QueryClient({
      defaultOptions: {
        queries: {
          // Events tell of changes; what they may have missed is asked for when they are back.
          staleTime: Infinity,
          refetchOnWindowFocus: false,
          retry: (failures, error) => failures < 3 && error instanceof ApiError && error.passes,
          retryDelay: (failures) => Math.min(250 * 2 ** failures, LONGEST_RETRY_PAUSE_MS),
          // A server on this very machine is within reach without any network.
          networkMode: 'always',
        },
      },
    });
    this.stream = new SharedStream({
      user: parts.me.uuid,
      fetch: parts.fetch,
      onEvent: (event) => this.#handle(event),
    });
  }

  /** Follows the events from now on. */
  open(): void {
    this.#isClosed = false;
    this.stream.open();
  }

  /** The session is over: no more events, and nothing more is sent. */
  close(): void {
    this.#isClosed = true;
    this.stream.close();
  }

  /** The conversation with an id. Those last looked at stay held, and those in which something is on its way. */
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

  /** Which conversation is on the screen. */
  show(uuid: string | undefined): void {
    this.#shown = uuid;
    if (uuid !== undefined) this.notice.set(undefined);
  }

  isShown(uuid: string): boolean {
    return this.#shown === uuid;
  }

  /** Hears of each new message, once. */
  onMessage(listener: (message: Message) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A conversation's row in the list, where the list has it. */
  row(uuid: string): MessageGroup | undefined {
    const inbox = this.queries.getQueryData<InboxData>(INBOX);
    return inbox && inboxRows(inbox.pages.map(({ groups }) => groups)).find((row) => row.uuid === uuid);
  }

  async markRead(uuid: string, seq: number): Promise<void> {
    this.#tookReadMark(await this.api.markRead(uuid, seq));
  }

  /** A group's newest state came as an answer. */
  tookGroup(view: MessageGroupView): void {
    this.queries.setQueryData(groupKey(view.uuid), view);
    this.#changeInbox((pages) => withGroup(pages, view));
    this.#conversations.get(view.uuid)?.announce(view.last_seq);
  }

  /** One is not in a conversation any more. */
  tookLeave(uuid: string): void {
    this.#conversations.get(uuid)?.end();
    this.#conversations.delete(uuid);
    this.#changeInbox((pages) => withoutGroup(pages, uuid));
    this.queries.removeQueries({ queryKey: groupKey(uuid) });
  }

  tookMessage(message: Message): void {
    const { message_group_uuid: uuid } = message;
    const isNew = message.rev === 0 && message.seq > (this.#heard.get(uuid) ?? 0);
    if (isNew) this.#heard.set(uuid, message.seq);
    this.#conversations.get(uuid)?.take([message]);
    this.typing.stopped(uuid, message.user_uuid);
    this.#changeInbox((pages) => withMessage(pages, message, this.me.uuid));
    if (message.kind === 'system') void this.queries.invalidateQueries({ queryKey: groupKey(uuid) });
    if (isNew) for (const listener of this.#listeners) listener(message);
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
      case 'group':
        this.#tookRow(event.group);
        break;
      case 'left':
        this.tookLeave(event.uuid);
        break;
      case 'typing':
        this.typing.heard(event.group, event);
        break;
    }
  }

  #tookRow(group: MessageGroup): void {
    this.#changeInbox((pages) => withGroup(pages, group));
    this.#conversations.get(group.uuid)?.announce(group.last_seq);
    this.queries.setQueryData<MessageGroupView>(groupKey(group.uuid), (view) =>
      view && view.last_seq <= group.last_seq ? { ...view, ...group } : view,
    );
  }

  #tookReadMark(mark: ReadMark): void {
    this.#changeInbox((pages) => withReadMark(pages, mark));
  }

  /** The stream is live, after however long without it: everything on the screen is fetched again, the rest forgotten. */
  #catchUp(): void {
    void this.queries.invalidateQueries();
    this.#takeUpOutgoing();
    for (const [uuid, conversation] of this.#conversations) {
      conversation.sending.resume();
      if (uuid === this.#shown || conversation.log.outgoing.length > 0) {
        // What fails now is caught up with when the stream is back the next time.
        conversation.refresh().catch(() => undefined);
      } else this.#conversations.delete(uuid);
    }
  }

  /** Sends on what this tab had on its way before it was loaded anew. */
  #takeUpOutgoing(): void {
    const prefix = outgoingKey(this.me.uuid);
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(prefix)) this.conversation(key.slice(prefix.length)).sending.restore();
    }
  }

  #changeInbox(change: (pages: InboxPages) => InboxPages): void {
    this.queries.setQueryData<InboxData>(INBOX, (inbox) => {
      if (!inbox) return inbox;
      const changed = change(inbox.pages.map(({ groups }) => groups));
      return {
        ...inbox,
        pages: inbox.pages.map((page, place) => ({ ...page, groups: [...(changed[place] ?? [])] })),
      };
    });
  }
}
