import type {
  Access,
  Http,
  Invite,
  InvitedGroup,
  Member,
  Message,
  MessageGroupView,
  Person,
  PublicGroup,
  Reactor,
  Role,
  Visibility,
} from '../../../client/src/index.ts';
import { answer, cursorOf } from '../../../client/src/parts.ts';
import { ownCalls } from './own-calls.ts';
import { searchCalls } from './search-calls.ts';

/** The API calls of the screens. They throw an ApiError for every failure. */
export type Api = ReturnType<typeof createApi>;

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

const MEMBERS_PAGE = 100;
/** Handles that a search compares with a group: it is made with each character that is typed. */
const FOUND_MEMBERS = 50;
const REACTORS_PAGE = 100;
/** Number of users on a page of a search. */
export const FOUND_PEOPLE = 10;

/** Number of groups on a page of a search. */
export const FOUND_GROUPS = 20;

export function createApi({ calls, http }: Pick<Access, 'calls' | 'http'>) {
  return {
    ...calls,
    ...peopleCalls(http),
    ...groupCalls(http),
    ...joiningCalls(http),
    ...annotationCalls(http),
    ...ownCalls(http),
    ...searchCalls(http),
  };
}

function peopleCalls({ GET, PUT }: Http) {
  return {
    saveProfile: (profile: Pick<Person, 'handle' | 'display_name'>): Promise<Person> =>
      answer(PUT('/api/users/me', { body: profile })),
    findPeople: async (
      prefix: string,
      cursor: string | undefined,
      signal: AbortSignal,
    ): Promise<PeoplePage> => {
      const query = { prefix, limit: FOUND_PEOPLE, ...(cursor !== undefined && { cursor }) };
      const { data, response } = await GET('/api/users', { params: { query }, signal });
      return { people: data, nextCursor: cursorOf(response.headers.get('Link')) };
    },
    person: (handle: string): Promise<Person> =>
      answer(GET('/api/users/@{handle}/short', { params: { path: { handle } } })),
  };
}

function groupCalls({ GET, POST, PATCH, DELETE }: Http) {
  return {
    createGroup: (group: { name: string; handles: string[] }, key: string): Promise<MessageGroupView> =>
      answer(POST('/api/message_groups', { params: { header: { 'Idempotency-Key': key } }, body: group })),
    renameGroup: (uuid: string, name: string): Promise<MessageGroupView> =>
      answer(PATCH('/api/message_groups/{uuid}', { params: { path: { uuid } }, body: { name } })),
    changeVisibility: (uuid: string, visibility: Visibility): Promise<MessageGroupView> =>
      answer(PATCH('/api/message_groups/{uuid}', { params: { path: { uuid } }, body: { visibility } })),
    listMembers: async (uuid: string, cursor: string | undefined): Promise<MembersPage> => {
      const query = { limit: MEMBERS_PAGE, ...(cursor !== undefined && { cursor }) };
      const { data, response } = await GET('/api/message_groups/{uuid}/members', {
        params: { path: { uuid }, query },
      });
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
      answer(
        DELETE('/api/message_groups/{uuid}/members/{user_uuid}', { params: { path: { uuid, user_uuid } } }),
      ),
  };
}

function joiningCalls({ GET, POST, DELETE }: Http) {
  return {
    findPublicGroups: async (
      prefix: string,
      cursor: string | undefined,
      signal: AbortSignal,
    ): Promise<PublicGroupsPage> => {
      const query = { prefix, limit: FOUND_GROUPS, ...(cursor !== undefined && { cursor }) };
      const { data, response } = await GET('/api/message_groups/public', { params: { query }, signal });
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
      answer(DELETE('/api/message_groups/{uuid}/invites/{code}', { params: { path: { uuid, code } } })),
    readInvite: (code: string): Promise<InvitedGroup> =>
      answer(GET('/api/invites/{code}', { params: { path: { code } } })),
    acceptInvite: (code: string): Promise<MessageGroupView> =>
      answer(POST('/api/invites/{code}/accept', { params: { path: { code } } })),
  };
}

/** What reactions and pins there are. */
function annotationCalls({ GET }: Http) {
  const at = (uuid: string, seq: number) => ({ message_group_uuid: uuid, seq });
  return {
    listReactors: async (uuid: string, seq: number, cursor: string | undefined): Promise<ReactorsPage> => {
      const query = { limit: REACTORS_PAGE, ...(cursor !== undefined && { cursor }) };
      const { data, response } = await GET('/api/messages/{message_group_uuid}/{seq}/reactions', {
        params: { path: at(uuid, seq), query },
      });
      return { reactors: data, nextCursor: cursorOf(response.headers.get('Link')) };
    },
    listPins: (uuid: string): Promise<Message[]> =>
      answer(GET('/api/message_groups/{uuid}/pins', { params: { path: { uuid } } })),
  };
}
