import { answer, type CacheMode, type Http } from './http.ts';
import { cursorOf, nextAfter } from './paging.ts';
import type { Badge, Message, MessageGroup, MessageGroupView, Person, ReadMark } from './shapes.ts';

/** The calls that the client itself makes. They throw an ApiError for every failure. */
export type Calls = ReturnType<typeof createCalls>;

/** A position in a conversation's history; without one, its end. */
export interface HistoryPlace {
  readonly limit: number;
  readonly before?: number;
  readonly after?: number;
  readonly around?: number;
}

export interface HistoryPage {
  /** Oldest first. */
  readonly messages: readonly Message[];
  /**
   * Of a page without a position or with `before`: the number of the conversation's newest change, read before the page. The
   * page holds everything up to it.
   */
  readonly lastChange: number | undefined;
}

/** Messages that were edited or deleted after a change, as they are now. */
export interface ChangesPage {
  readonly messages: readonly Message[];
  /** The last change that this page holds; undefined when there are none. */
  readonly lastChange: number | undefined;
  /** The change after which the next page begins; undefined on the last page. */
  readonly next: number | undefined;
}

export interface NewMessage {
  /** An existing conversation, or a user with whom to start one. */
  readonly to: { readonly message_group_uuid: string } | { readonly handle: string };
  readonly text: string;
  /** The seq of the message that it replies to. */
  readonly replyTo?: number | undefined;
  /** Ids of uploaded files. With them the text may be empty. */
  readonly attachments?: readonly string[] | undefined;
  readonly key: string;
  readonly afterSeq: number | undefined;
}

export interface InboxPage {
  readonly groups: readonly MessageGroup[];
  readonly nextCursor: string | undefined;
}

/** A list of the user's conversations. */
export type List = 'default' | 'favourites' | 'archived';

/** The user's own settings of a conversation. */
export type OwnSettings = Pick<MessageGroup, 'muted' | 'favourite' | 'archived' | 'marked_unread'>;

const INBOX_PAGE = 30;

const CHANGES_PAGE = 100;

export function createCalls(http: Http) {
  return { ...ownCalls(http), ...messageCalls(http), ...annotationCalls(http) };
}

function ownCalls({ GET, PUT, POST, PATCH }: Http) {
  return {
    me: (): Promise<Person> => answer(GET('/api/users/me')),
    listGroups: async (
      cursor: string | undefined,
      list: List = 'default',
      cache: CacheMode = 'default',
    ): Promise<InboxPage> => {
      const query = {
        limit: INBOX_PAGE,
        ...(list !== 'default' && { list }),
        ...(cursor !== undefined && { cursor }),
      };
      const { data, response } = await GET('/api/message_groups', { params: { query }, cache });
      return { groups: data, nextCursor: cursorOf(response.headers.get('Link')) };
    },
    readGroup: (uuid: string): Promise<MessageGroupView> =>
      answer(GET('/api/message_groups/{uuid}', { params: { path: { uuid } } })),
    changeSettings: (uuid: string, change: Partial<OwnSettings>): Promise<MessageGroup> =>
      answer(PATCH('/api/message_groups/{uuid}/settings', { params: { path: { uuid } }, body: change })),
    readUnread: (): Promise<Badge> => answer(GET('/api/unread')),
    markRead: (uuid: string, seq: number): Promise<ReadMark> =>
      answer(PUT('/api/message_groups/{uuid}/read', { params: { path: { uuid } }, body: { seq } })),
    sendTyping: async (uuid: string): Promise<void> => {
      await POST('/api/message_groups/{uuid}/typing', { params: { path: { uuid } } });
    },
  };
}

function messageCalls({ GET, POST, PATCH, DELETE }: Http) {
  return {
    listMessages: async (uuid: string, query: HistoryPlace): Promise<HistoryPage> => {
      const path = { message_group_uuid: uuid };
      const { data, response } = await GET('/api/messages/{message_group_uuid}', { params: { path, query } });
      const lastChange = response.headers.get('Last-Change');
      return { messages: data, lastChange: lastChange === null ? undefined : Number(lastChange) };
    },
    listChanges: async (uuid: string, after: number): Promise<ChangesPage> => {
      const path = { message_group_uuid: uuid };
      const query = { after, limit: CHANGES_PAGE };
      const { data, response } = await GET('/api/messages/{message_group_uuid}/changes', {
        params: { path, query },
      });
      return {
        messages: data.map(({ message }) => message),
        lastChange: data.at(-1)?.change,
        next: nextAfter(response.headers.get('Link')),
      };
    },
    send: ({ to, text, replyTo, attachments, key, afterSeq }: NewMessage): Promise<Message> =>
      answer(
        POST('/api/messages', {
          params: { header: { 'Idempotency-Key': key } },
          body: {
            ...{ ...to, message: text },
            ...(replyTo !== undefined && { reply_to: replyTo }),
            ...(attachments !== undefined && { attachments: [...attachments] }),
            ...(afterSeq !== undefined && { after_seq: afterSeq }),
          },
        }),
      ),
    editMessage: (uuid: string, seq: number, text: string): Promise<Message> =>
      answer(
        PATCH('/api/messages/{message_group_uuid}/{seq}', {
          params: { path: { message_group_uuid: uuid, seq } },
          body: { message: text },
        }),
      ),
    deleteMessage: (uuid: string, seq: number): Promise<Message> =>
      answer(
        DELETE('/api/messages/{message_group_uuid}/{seq}', {
          params: { path: { message_group_uuid: uuid, seq } },
        }),
      ),
  };
}

/** Those that change something return the message. */
function annotationCalls({ PUT, DELETE }: Http) {
  const at = (uuid: string, seq: number) => ({ message_group_uuid: uuid, seq });
  return {
    react: (uuid: string, seq: number, emoji: string): Promise<Message> =>
      answer(
        PUT('/api/messages/{message_group_uuid}/{seq}/reactions/{emoji}', {
          params: { path: { ...at(uuid, seq), emoji } },
        }),
      ),
    takeBackReaction: (uuid: string, seq: number, emoji: string): Promise<Message> =>
      answer(
        DELETE('/api/messages/{message_group_uuid}/{seq}/reactions/{emoji}', {
          params: { path: { ...at(uuid, seq), emoji } },
        }),
      ),
    pinMessage: (uuid: string, seq: number): Promise<Message> =>
      answer(PUT('/api/messages/{message_group_uuid}/{seq}/pin', { params: { path: at(uuid, seq) } })),
    unpinMessage: (uuid: string, seq: number): Promise<Message> =>
      answer(DELETE('/api/messages/{message_group_uuid}/{seq}/pin', { params: { path: at(uuid, seq) } })),
  };
}
