import createClient, { type Client, type Middleware } from 'openapi-fetch';
import { ApiError } from './api-error.ts';
import { answer, done, settle } from './exchange.ts';
import { ownCalls } from './own-calls.ts';
import { cursorOf, nextAfter } from './paging.ts';
import type { paths } from './schema.ts';
import type {
  Invite,
  InvitedGroup,
  Member,
  Message,
  MessageGroupView,
  Person,
  PublicGroup,
  Reactor,
  ReadMark,
  Role,
  Visibility,
} from './shapes.ts';

/** The API calls of the screens. They throw an ApiError for every failure. */
export type Api = ReturnType<typeof createApi>;

export interface ApiOptions {
  /** Sends a request with the token of the user who is signed in. */
  readonly fetch: (request: Request) => Promise<Response>;
}

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

export interface PublicGroupsPage {
  /** May be fewer than were asked for, also none, where more follow. */
  readonly groups: readonly PublicGroup[];
  readonly nextCursor: string | undefined;
}

export interface MembersPage {
  readonly members: readonly Member[];
  readonly nextCursor: string | undefined;
}

export interface ReactorsPage {
  /** By emoji and user. */
  readonly reactors: readonly Reactor[];
  readonly nextCursor: string | undefined;
}

export interface PeoplePage {
  readonly people: readonly Person[];
  readonly nextCursor: string | undefined;
}

export interface NewMessage {
  /** An existing conversation, or a user with whom to start one. */
  readonly to: { readonly message_group_uuid: string } | { readonly handle: string };
  readonly text: string;
  /** The seq of the message that it replies to. */
  readonly replyTo?: number | undefined;
  readonly key: string;
  readonly afterSeq: number | undefined;
}

const CHANGES_PAGE = 100;
const MEMBERS_PAGE = 100;
/** Handles that a search compares with a group: it is made with each character that is typed. */
const FOUND_MEMBERS = 50;
const REACTORS_PAGE = 100;
/** Number of users on a page of a search. */
export const FOUND_PEOPLE = 10;

/** Number of groups on a page of a search. */
export const FOUND_GROUPS = 20;

export function createApi({ fetch }: ApiOptions) {
  const client = createClient<paths>({ fetch });
  client.use(failing);
  return {
    ...peopleCalls(client),
    ...groupCalls(client),
    ...joiningCalls(client),
    ...messageCalls(client),
    ...annotationCalls(client),
    ...ownCalls(client),
  };
}

function peopleCalls({ GET, PUT }: Client<paths>) {
  return {
    me: (): Promise<Person> => answer(GET('/api/users/me')),
    saveProfile: (profile: Pick<Person, 'handle' | 'display_name'>): Promise<Person> =>
      answer(PUT('/api/users/me', { body: profile })),
    findPeople: async (
      prefix: string,
      cursor: string | undefined,
      signal: AbortSignal,
    ): Promise<PeoplePage> => {
      const query = { prefix, limit: FOUND_PEOPLE, ...(cursor !== undefined && { cursor }) };
      const { data, response } = await settle(GET('/api/users', { params: { query }, signal }));
      return { people: data, nextCursor: cursorOf(response.headers.get('Link')) };
    },
    person: (handle: string): Promise<Person> =>
      answer(GET('/api/users/@{handle}/short', { params: { path: { handle } } })),
  };
}

function groupCalls({ GET, POST, PUT, PATCH, DELETE }: Client<paths>) {
  return {
    readGroup: (uuid: string): Promise<MessageGroupView> =>
      answer(GET('/api/message_groups/{uuid}', { params: { path: { uuid } } })),
    createGroup: (group: { name: string; handles: string[] }, key: string): Promise<MessageGroupView> =>
      answer(POST('/api/message_groups', { params: { header: { 'Idempotency-Key': key } }, body: group })),
    renameGroup: (uuid: string, name: string): Promise<MessageGroupView> =>
      answer(PATCH('/api/message_groups/{uuid}', { params: { path: { uuid } }, body: { name } })),
    changeVisibility: (uuid: string, visibility: Visibility): Promise<MessageGroupView> =>
      answer(PATCH('/api/message_groups/{uuid}', { params: { path: { uuid } }, body: { visibility } })),
    listMembers: async (uuid: string, cursor: string | undefined): Promise<MembersPage> => {
      const query = { limit: MEMBERS_PAGE, ...(cursor !== undefined && { cursor }) };
      const { data, response } = await settle(
        GET('/api/message_groups/{uuid}/members', { params: { path: { uuid }, query } }),
      );
      return { members: data, nextCursor: cursorOf(response.headers.get('Link')) };
    },
    /** Finds members by the beginning of their handles, among FOUND_MEMBERS users who have such a handle. */
    findMembers: (uuid: string, prefix: string, signal: AbortSignal): Promise<Member[]> => {
      const query = { prefix, limit: FOUND_MEMBERS };
      return answer(GET('/api/message_groups/{uuid}/members', { params: { path: { uuid }, query }, signal }));
    },
    addMembers: (uuid: string, handles: string[]): Promise<MessageGroupView> =>
      answer(POST('/api/message_groups/{uuid}/members', { params: { path: { uuid } }, body: { handles } })),
    /** Changes a member's role; `owner` hands the group over to them. */
    changeRole: (uuid: string, handle: string, role: Role): Promise<MessageGroupView> =>
      answer(
        PATCH('/api/message_groups/{uuid}/members/@{handle}', {
          params: { path: { uuid, handle } },
          body: { role },
        }),
      ),
    removeMember: (uuid: string, user_uuid: string): Promise<void> =>
      done(
        DELETE('/api/message_groups/{uuid}/members/{user_uuid}', { params: { path: { uuid, user_uuid } } }),
      ),
    markRead: (uuid: string, seq: number): Promise<ReadMark> =>
      answer(PUT('/api/message_groups/{uuid}/read', { params: { path: { uuid } }, body: { seq } })),
    sendTyping: (uuid: string): Promise<void> =>
      done(POST('/api/message_groups/{uuid}/typing', { params: { path: { uuid } } })),
  };
}

function joiningCalls({ GET, POST, DELETE }: Client<paths>) {
  return {
    findPublicGroups: async (
      prefix: string,
      cursor: string | undefined,
      signal: AbortSignal,
    ): Promise<PublicGroupsPage> => {
      const query = { prefix, limit: FOUND_GROUPS, ...(cursor !== undefined && { cursor }) };
      const { data, response } = await settle(
        GET('/api/message_groups/public', { params: { query }, signal }),
      );
      return { groups: data, nextCursor: cursorOf(response.headers.get('Link')) };
    },
    joinGroup: (uuid: string): Promise<MessageGroupView> =>
      answer(POST('/api/message_groups/{uuid}/join', { params: { path: { uuid } } })),
    listInvites: (uuid: string): Promise<Invite[]> =>
      answer(GET('/api/message_groups/{uuid}/invites', { params: { path: { uuid } } })),
    /** Creates an invitation. @param expiresIn seconds. */
    createInvite: (uuid: string, expiresIn: number): Promise<Invite> =>
      answer(
        POST('/api/message_groups/{uuid}/invites', {
          params: { path: { uuid } },
          body: { expires_in: expiresIn },
        }),
      ),
    revokeInvite: (uuid: string, code: string): Promise<void> =>
      done(DELETE('/api/message_groups/{uuid}/invites/{code}', { params: { path: { uuid, code } } })),
    readInvite: (code: string): Promise<InvitedGroup> =>
      answer(GET('/api/invites/{code}', { params: { path: { code } } })),
    acceptInvite: (code: string): Promise<MessageGroupView> =>
      answer(POST('/api/invites/{code}/accept', { params: { path: { code } } })),
  };
}

function messageCalls({ GET, POST, PATCH, DELETE }: Client<paths>) {
  return {
    listMessages: async (uuid: string, query: HistoryPlace): Promise<HistoryPage> => {
      const path = { message_group_uuid: uuid };
      const { data, response } = await settle(
        GET('/api/messages/{message_group_uuid}', { params: { path, query } }),
      );
      const lastChange = response.headers.get('Last-Change');
      return { messages: data, lastChange: lastChange === null ? undefined : Number(lastChange) };
    },
    listChanges: async (uuid: string, after: number): Promise<ChangesPage> => {
      const path = { message_group_uuid: uuid };
      const query = { after, limit: CHANGES_PAGE };
      const { data, response } = await settle(
        GET('/api/messages/{message_group_uuid}/changes', { params: { path, query } }),
      );
      return {
        messages: data.map(({ message }) => message),
        lastChange: data.at(-1)?.change,
        next: nextAfter(response.headers.get('Link')),
      };
    },
    send: ({ to, text, replyTo, key, afterSeq }: NewMessage): Promise<Message> =>
      answer(
        POST('/api/messages', {
          params: { header: { 'Idempotency-Key': key } },
          body: {
            ...{ ...to, message: text },
            ...(replyTo !== undefined && { reply_to: replyTo }),
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

/** Reactions and pins. Those that change something return the message. */
function annotationCalls({ GET, PUT, DELETE }: Client<paths>) {
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
    listReactors: async (uuid: string, seq: number, cursor: string | undefined): Promise<ReactorsPage> => {
      const query = { limit: REACTORS_PAGE, ...(cursor !== undefined && { cursor }) };
      const { data, response } = await settle(
        GET('/api/messages/{message_group_uuid}/{seq}/reactions', { params: { path: at(uuid, seq), query } }),
      );
      return { reactors: data, nextCursor: cursorOf(response.headers.get('Link')) };
    },
    pinMessage: (uuid: string, seq: number): Promise<Message> =>
      answer(PUT('/api/messages/{message_group_uuid}/{seq}/pin', { params: { path: at(uuid, seq) } })),
    unpinMessage: (uuid: string, seq: number): Promise<Message> =>
      answer(DELETE('/api/messages/{message_group_uuid}/{seq}/pin', { params: { path: at(uuid, seq) } })),
    listPins: (uuid: string): Promise<Message[]> =>
      answer(GET('/api/message_groups/{uuid}/pins', { params: { path: { uuid } } })),
  };
}

/** Turns a request without a response into an ApiError `unreachable`: it may have been executed. */
const failing: Middleware = {
  onError: ({ error }) =>
    error instanceof ApiError ? error : new ApiError(0, ['unreachable'], { cause: error }),
};
