/*
 * The API's shapes, made by `npm run openapi` of the routes' own declarations: not to be edited.
 */

export interface paths {
  '/api/health-check': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Checks whether the API responds */
    get: operations['checkHealth'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/users/@{handle}/short': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Returns the user who has a handle */
    get: operations['readPerson'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/users/me': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Returns the caller's profile */
    get: operations['readProfile'];
    /**
     * Writes the caller's profile, and claims the handle
     * @description Creates the profile of a user with a valid token, or changes it. The previous handle becomes free.
     */
    put: operations['saveProfile'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/users': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists users by the beginning of their handles */
    get: operations['findPeople'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/message_groups': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the caller's conversations, newest activity first */
    get: operations['listMessageGroups'];
    put?: never;
    /**
     * Creates a group with all its members, or nothing at all
     * @description The caller owns it. With an `Idempotency-Key`, a repeated request creates nothing more and returns the group as it is now; 404 when the caller has left it.
     */
    post: operations['createMessageGroup'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/message_groups/{uuid}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Returns a conversation with its members */
    get: operations['readMessageGroup'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /**
     * Renames a group
     * @description For its owner and admins.
     */
    patch: operations['renameMessageGroup'];
    trace?: never;
  };
  '/api/message_groups/{uuid}/read': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /**
     * Marks everything up to a message as read
     * @description The mark never goes back: a seq below it changes nothing.
     */
    put: operations['markRead'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/message_groups/{uuid}/members': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Adds a member to a group
     * @description For its owner and admins. An existing member keeps their role.
     */
    post: operations['addMember'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/message_groups/{uuid}/members/@{handle}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /**
     * Removes a member from a group, or leaves it
     * @description Any member may leave. The owner and admins remove others; the owner cannot be removed. When the owner leaves, ownership passes to the longest-serving admin, or else to the longest-serving member.
     */
    delete: operations['removeMember'];
    options?: never;
    head?: never;
    /**
     * Makes a member an admin, or an admin a plain member
     * @description For the group's owner.
     */
    patch: operations['changeRole'];
    trace?: never;
  };
  '/api/message_groups/{uuid}/members/{user_uuid}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /**
     * Removes a member by user id
     * @description Like removal by handle. A member without a profile has no handle, and can only be removed by id.
     */
    delete: operations['removeMemberById'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/messages': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Sends a message to a group or a person
     * @description A response of 200 means that the message is stored.
     */
    post: operations['sendMessage'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/messages/{message_group_uuid}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists a conversation's messages, oldest first
     * @description Without a position: the newest page. `prev` leads to older messages, `next` to newer ones.
     */
    get: operations['listMessages'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/messages/{message_group_uuid}/{seq}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /**
     * Deletes a message
     * @description Users delete their own messages; a group's owner and admins delete any message. The seq remains, with a tombstone. A second deletion returns the same tombstone.
     */
    delete: operations['deleteMessage'];
    options?: never;
    head?: never;
    /**
     * Edits one of the caller's messages
     * @description The same text changes nothing.
     */
    patch: operations['editMessage'];
    trace?: never;
  };
  '/api/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Streams the events of the caller's conversations
     * @description Server-sent events. `ready` comes first, and again whenever events may have been lost: then fetch again what you display. `message` (a Message; the highest `rev` counts), `message_group` (a MessageGroup), `message_group_left` (`{uuid}`) and `typing` (`{message_group_uuid, user_uuid, handle}`) follow as they happen. The stream ends when its token expires. A stream opened with a ticket has an `id`: with the same URL and that id in `Last-Event-ID`, as an `EventSource` sends them, it can be reopened until then.
     */
    get: operations['listenToEvents'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/events/ticket': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Issues a ticket for an event stream
     * @description For a browser's EventSource, which sends no headers.
     */
    post: operations['createTicket'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/message_groups/{uuid}/typing': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Notifies the other members that the caller is typing
     * @description Repeat it while the caller is typing: it is published at most once a second.
     */
    post: operations['sendTyping'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/openapi.json': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Describes the API: this document */
    get: operations['readOpenApiDocument'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/docs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows this document as a page */
    get: operations['readDocs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/docs/{part}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Returns a file that the page loads */
    get: operations['readDocsPart'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /** @description One thing that is wrong with a request. */
    Issue: {
      /** @description Stable: for programs. */
      code: string;
      /** @description The parameter, header or body field that is wrong: at most 64 characters of its name. Absent when the issue concerns the whole request or body. */
      field?: string;
    };
    /** @description A failure, as RFC 9457 defines it. */
    Problem: {
      /** @constant */
      type: 'about:blank';
      /** @description The status's name. */
      title: string;
      /** @description The response's status. */
      status: number;
      /** @description A sentence for people. */
      detail: string;
      /** @description The code of the first of `errors`. Stable: for programs. */
      code: string;
      /** @description What is wrong: at most 20 issues, followed by `more_errors` when there are others. */
      errors: components['schemas']['Issue'][];
      /** @description The response's `X-Request-Id`. */
      request_id: string;
      /** @description With `after_seq_too_far_behind`: the newest seq. */
      last_seq?: number;
    };
    /** @description The API responds. */
    Health: {
      /** @constant */
      success: true;
      /**
       * @description Version of the API.
       * @example 0.1.0
       */
      ver: string;
    };
    /** @description The public profile of a user. */
    Person: {
      /**
       * @description Id of a user: the `sub` of their tokens. Opaque.
       * @example 5ae290ed-55d1-47a0-bc6d-fe2bc2700399
       */
      uuid: string;
      /**
       * @description Unique among users. `_deleted` for a user without a profile.
       * @example ada
       */
      handle: string;
      /**
       * @description The name that others see.
       * @example Ada Lovelace
       */
      display_name: string;
    };
    /** @description A conversation, as one of its members sees it. */
    MessageGroup: {
      /**
       * @description Id of a message group. Opaque.
       * @example 01JX3K8Q4M5N6P7R8S9TAVBWCX
       */
      uuid: string;
      /**
       * @description `direct`: exactly two users, one per pair. `group`: named.
       * @enum {string}
       */
      kind: 'direct' | 'group';
      /**
       * @description Its name; null in a direct group.
       * @example null
       */
      name: string | null;
      /**
       * @description Direct: the other user's name. Group: its name.
       * @example Ada Lovelace
       */
      display_name: string;
      /** @description Direct: the other user's handle. Group: null. */
      handle: string | null;
      /**
       * @description Beginning of the newest message; null when that is a tombstone. A system message is in English and addresses its reader as "You"; each name in it is enclosed in U+2068 and U+2069, so that it does not change the direction of the sentence.
       * @example Hello Grace!
       */
      message: string | null;
      /**
       * @description The text is encrypted and cannot be decrypted: `message` is a placeholder.
       * @constant
       */
      unreadable?: true;
      /** @description The time of the last activity. */
      created_at: components['schemas']['Time'];
      /**
       * @description Seq of the newest message.
       * @example 42
       */
      last_seq: number;
      /**
       * @description Everything up to this seq was read. 0: nothing was.
       * @example 41
       */
      read_seq: number;
      /**
       * @description Number of unread messages, without tombstones.
       * @example 1
       */
      unread_count: number;
      /**
       * @description Id of the newest message's author.
       * @example 5ae290ed-55d1-47a0-bc6d-fe2bc2700399
       */
      last_by: string;
      /**
       * @description The newest message's kind. `system`: `message` reports a change of the group by `last_by`.
       * @example text
       * @enum {string}
       */
      last_kind: 'text' | 'system';
      /**
       * @description Number of members. Only for a `group`.
       * @example 3
       */
      member_count?: number;
    };
    /**
     * Format: date-time
     * @description UTC, ISO 8601 with milliseconds and `Z`.
     * @example 2026-03-01T12:34:56.789Z
     */
    Time: string;
    /** @description A conversation with its members. */
    MessageGroupWithMembers: {
      /**
       * @description Id of a message group. Opaque.
       * @example 01JX3K8Q4M5N6P7R8S9TAVBWCX
       */
      uuid: string;
      /**
       * @description `direct`: exactly two users, one per pair. `group`: named.
       * @enum {string}
       */
      kind: 'direct' | 'group';
      /**
       * @description Its name; null in a direct group.
       * @example null
       */
      name: string | null;
      /**
       * @description Direct: the other user's name. Group: its name.
       * @example Ada Lovelace
       */
      display_name: string;
      /** @description Direct: the other user's handle. Group: null. */
      handle: string | null;
      /**
       * @description Beginning of the newest message; null when that is a tombstone. A system message is in English and addresses its reader as "You"; each name in it is enclosed in U+2068 and U+2069, so that it does not change the direction of the sentence.
       * @example Hello Grace!
       */
      message: string | null;
      /**
       * @description The text is encrypted and cannot be decrypted: `message` is a placeholder.
       * @constant
       */
      unreadable?: true;
      /** @description The time of the last activity. */
      created_at: components['schemas']['Time'];
      /**
       * @description Seq of the newest message.
       * @example 42
       */
      last_seq: number;
      /**
       * @description Everything up to this seq was read. 0: nothing was.
       * @example 41
       */
      read_seq: number;
      /**
       * @description Number of unread messages, without tombstones.
       * @example 1
       */
      unread_count: number;
      /**
       * @description Id of the newest message's author.
       * @example 5ae290ed-55d1-47a0-bc6d-fe2bc2700399
       */
      last_by: string;
      /**
       * @description The newest message's kind. `system`: `message` reports a change of the group by `last_by`.
       * @example text
       * @enum {string}
       */
      last_kind: 'text' | 'system';
      /**
       * @description Number of members. Only for a `group`.
       * @example 3
       */
      member_count?: number;
      /** @description All members, including the caller. */
      members: components['schemas']['Member'][];
    };
    /** @description One user's membership of a message group. */
    Member: {
      /**
       * @description Id of a user: the `sub` of their tokens. Opaque.
       * @example 5ae290ed-55d1-47a0-bc6d-fe2bc2700399
       */
      user_uuid: string;
      /**
       * @description Unique among users. `_deleted` for a user without a profile.
       * @example ada
       */
      handle: string;
      /**
       * @description The name that others see.
       * @example Ada Lovelace
       */
      display_name: string;
      role: components['schemas']['Role'];
      /**
       * @description Everything up to this seq was read. 0: nothing was.
       * @example 41
       */
      read_seq: number;
      /** @description When they became a member. */
      joined_at: components['schemas']['Time'];
      /**
       * @description Seq of the message with which they became a member. In a `group` their `read_seq` begins there, and does not cover earlier messages: they have read those from `joined_seq` to `read_seq`.
       * @example 1
       */
      joined_seq: number;
    };
    /**
     * @description What a member may do. In a `direct` group both are `member`.
     * @enum {string}
     */
    Role: 'owner' | 'admin' | 'member';
    /** @description How far the caller has read. */
    ReadMark: {
      /**
       * @description Id of a message group. Opaque.
       * @example 01JX3K8Q4M5N6P7R8S9TAVBWCX
       */
      uuid: string;
      /**
       * @description Everything up to this seq was read. 0: nothing was.
       * @example 41
       */
      read_seq: number;
      /**
       * @description Number of unread messages, without tombstones.
       * @example 1
       */
      unread_count: number;
    };
    /** @description One entry of a message group's log. */
    Message: components['schemas']['TextMessage'] | components['schemas']['SystemMessage'];
    /** @description A message that a user wrote. */
    TextMessage: {
      /**
       * @description Id of the message.
       * @example 01JX3K8Q4M5N6P7R8S9TAVBWCX
       */
      uuid: string;
      /**
       * @description Id of a message group. Opaque.
       * @example 01JX3K8Q4M5N6P7R8S9TAVBWCX
       */
      message_group_uuid: string;
      /**
       * @description Position in the log of its group: 1, 2, 3 … without gaps or repeats.
       * @example 42
       */
      seq: number;
      /**
       * @description Number of changes since it was sent: of two versions the one with the higher `rev` is newer.
       * @example 0
       */
      rev: number;
      /**
       * @description Id of its author.
       * @example 5ae290ed-55d1-47a0-bc6d-fe2bc2700399
       */
      user_uuid: string;
      /**
       * @description Current name of its author.
       * @example Ada Lovelace
       */
      display_name: string;
      /**
       * @description Current handle of its author.
       * @example ada
       */
      handle: string;
      /** @description When it was stored. */
      created_at: components['schemas']['Time'];
      /** @description When its text was last edited; null: never. */
      edited_at: components['schemas']['Time'] | null;
      /** @description When it was deleted; null: it is not deleted. */
      deleted_at: components['schemas']['Time'] | null;
      /**
       * @description The text is encrypted and cannot be decrypted: `message` is a placeholder.
       * @constant
       */
      unreadable?: true;
      /**
       * @description The `Idempotency-Key` that it was sent with: only its author sees it.
       * @example my-first-answer
       */
      client_key?: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      kind: 'text';
      /**
       * @description The text; null in a tombstone.
       * @example Hello Grace!
       */
      message: string | null;
    };
    /** @description Reports a change of the group; its author made the change. */
    SystemMessage: {
      /**
       * @description Id of the message.
       * @example 01JX3K8Q4M5N6P7R8S9TAVBWCX
       */
      uuid: string;
      /**
       * @description Id of a message group. Opaque.
       * @example 01JX3K8Q4M5N6P7R8S9TAVBWCX
       */
      message_group_uuid: string;
      /**
       * @description Position in the log of its group: 1, 2, 3 … without gaps or repeats.
       * @example 42
       */
      seq: number;
      /**
       * @description Number of changes since it was sent: of two versions the one with the higher `rev` is newer.
       * @example 0
       */
      rev: number;
      /**
       * @description Id of its author.
       * @example 5ae290ed-55d1-47a0-bc6d-fe2bc2700399
       */
      user_uuid: string;
      /**
       * @description Current name of its author.
       * @example Ada Lovelace
       */
      display_name: string;
      /**
       * @description Current handle of its author.
       * @example ada
       */
      handle: string;
      /** @description When it was stored. */
      created_at: components['schemas']['Time'];
      /** @description When its text was last edited; null: never. */
      edited_at: components['schemas']['Time'] | null;
      /** @description When it was deleted; null: it is not deleted. */
      deleted_at: components['schemas']['Time'] | null;
      /**
       * @description The text is encrypted and cannot be decrypted: `message` is a placeholder.
       * @constant
       */
      unreadable?: true;
      /**
       * @description The `Idempotency-Key` that it was sent with: only its author sees it.
       * @example my-first-answer
       */
      client_key?: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      kind: 'system';
      /**
       * @description An English sentence for `data`, with the names of that time. Each name is enclosed in U+2068 and U+2069, so that it does not change the direction of the sentence.
       * @example ⁨Ada Lovelace⁩ added ⁨Grace Hopper⁩
       */
      message: string | null;
      data: components['schemas']['SystemData'];
    };
    /** @description What the author of a system message did to the group. */
    SystemData:
      | components['schemas']['GroupCreated']
      | components['schemas']['GroupRenamed']
      | components['schemas']['MemberAdded']
      | components['schemas']['MemberRemoved']
      | components['schemas']['MemberLeft']
      | components['schemas']['RoleChanged'];
    GroupCreated: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      event: 'group_created';
      /**
       * @description The new name.
       * @example Analytical engines
       */
      name: string;
    };
    GroupRenamed: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      event: 'group_renamed';
      /**
       * @description The new name.
       * @example Analytical engines
       */
      name: string;
    };
    MemberAdded: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      event: 'member_added';
      user: components['schemas']['User'];
    };
    /** @description A user whom a system message mentions, with their current name. */
    User: {
      /**
       * @description Id of a user: the `sub` of their tokens. Opaque.
       * @example 5ae290ed-55d1-47a0-bc6d-fe2bc2700399
       */
      user_uuid: string;
      /**
       * @description Unique among users. `_deleted` for a user without a profile.
       * @example ada
       */
      handle: string;
      /**
       * @description The name that others see.
       * @example Ada Lovelace
       */
      display_name: string;
    };
    MemberRemoved: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      event: 'member_removed';
      user: components['schemas']['User'];
    };
    MemberLeft: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      event: 'member_left';
      /** @description The new owner, if the owner left. */
      new_owner?: components['schemas']['User'];
    };
    RoleChanged: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      event: 'role_changed';
      user: components['schemas']['User'];
      role: components['schemas']['Role'];
    };
    /** @description Represents the token that it was issued for. */
    Ticket: {
      /** @description Opens event streams, as `GET /api/events?ticket=…`. An `EventSource` reopens its stream with it automatically, until the token expires. */
      ticket: string;
      /**
       * @description How long it opens new streams, in seconds.
       * @example 30
       */
      expires_in: number;
    };
  };
  responses: {
    /** @description Too many requests, or reads that cost too much, within a minute. */
    RateLimited: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        'Retry-After': components['headers']['Retry-After'];
        RateLimit: components['headers']['RateLimit'];
        'RateLimit-Policy': components['headers']['RateLimit-Policy'];
        [name: string]: unknown;
      };
      content: {
        'application/json': 'rate_limited'[];
        'application/problem+json': components['schemas']['Problem'] & {
          /** @constant */
          status?: 429;
          /** @enum {unknown} */
          code?: 'rate_limited';
        };
      };
    };
    /** @description A fault of the API. */
    InternalError: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        [name: string]: unknown;
      };
      content: {
        'application/json': 'internal_error'[];
        'application/problem+json': components['schemas']['Problem'] & {
          /** @constant */
          status?: 500;
          /** @enum {unknown} */
          code?: 'internal_error';
        };
      };
    };
    /** @description A transient failure: the table or the issuer is unreachable, or there are too many concurrent requests. */
    Unavailable: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        'Retry-After': components['headers']['Retry-After'];
        [name: string]: unknown;
      };
      content: {
        'application/json': (
          | 'busy'
          | 'events_unavailable'
          | 'token_keys_unavailable'
          | 'starting'
          | 'table_unavailable'
          | 'text_keys_unavailable'
        )[];
        'application/problem+json': components['schemas']['Problem'] & {
          /** @constant */
          status?: 503;
          /** @enum {unknown} */
          code?:
            | 'busy'
            | 'events_unavailable'
            | 'token_keys_unavailable'
            | 'starting'
            | 'table_unavailable'
            | 'text_keys_unavailable';
        };
      };
    };
    /** @description The token is missing, or does not verify. */
    NotAuthenticated: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        'WWW-Authenticate': components['headers']['WWW-Authenticate'];
        [name: string]: unknown;
      };
      content: {
        'application/json': ('cognito_user_id_blank' | 'token_invalid' | 'user_id_invalid')[];
        'application/problem+json': components['schemas']['Problem'] & {
          /** @constant */
          status?: 401;
          /** @enum {unknown} */
          code?: 'cognito_user_id_blank' | 'token_invalid' | 'user_id_invalid';
        };
      };
    };
    /** @description The body is larger than 64 KB. */
    BodyTooLarge: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        [name: string]: unknown;
      };
      content: {
        'application/json': 'body_too_large'[];
        'application/problem+json': components['schemas']['Problem'] & {
          /** @constant */
          status?: 413;
          /** @enum {unknown} */
          code?: 'body_too_large';
        };
      };
    };
    /** @description The body is not JSON in UTF-8. */
    MediaTypeUnsupported: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        [name: string]: unknown;
      };
      content: {
        'application/json': 'media_type_unsupported'[];
        'application/problem+json': components['schemas']['Problem'] & {
          /** @constant */
          status?: 415;
          /** @enum {unknown} */
          code?: 'media_type_unsupported';
        };
      };
    };
  };
  parameters: never;
  requestBodies: never;
  headers: {
    /** @description The request's id, for reporting a failure: the log has it too. */
    'X-Request-Id': string;
    /**
     * @description The adjacent pages (RFC 8288), if any: relations `next` and `prev`, relative references.
     * @example </api/messages/01JX3K8Q4M5N6P7R8S9TAVBWCX?before=23&limit=20>; rel="prev"
     */
    Link: string;
    /** @description Seconds after which to try again. */
    'Retry-After': number;
    /**
     * @description How to authenticate (RFC 6750): `error_description` says what is missing or wrong.
     * @example Bearer realm="cruddur", error="invalid_token", error_description="The bearer token does not verify."
     */
    'WWW-Authenticate': string;
    /**
     * @description The rest of the rate limit that the request counts towards, and the seconds until it is reset.
     * @example "600-in-1min"; r=599; t=60
     */
    RateLimit: string;
    /**
     * @description The rate limit that the request counts towards.
     * @example "600-in-1min"; q=600; w=60
     */
    'RateLimit-Policy': string;
  };
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  checkHealth: {
    parameters: {
      query?: {
        /** @description `1`: also reads from the table. */
        deep?: '0' | '1';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The API responds. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Health'];
        };
      };
      /** @description The path, the query, a header or the syntax of the body is wrong. */
      400: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': ('query_invalid' | 'parameter_unknown' | 'more_errors' | 'deep_invalid')[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 400;
            /** @enum {unknown} */
            code?: 'query_invalid' | 'parameter_unknown' | 'more_errors' | 'deep_invalid';
          };
        };
      };
      429: components['responses']['RateLimited'];
      500: components['responses']['InternalError'];
      503: components['responses']['Unavailable'];
    };
  };
  readPerson: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description A handle, in upper or lower case. */
        handle: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The user. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Person'];
        };
      };
      /** @description The path, the query, a header or the syntax of the body is wrong. */
      400: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'request_malformed'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 400;
            /** @enum {unknown} */
            code?: 'request_malformed';
          };
        };
      };
      /** @description The resource does not exist, or the caller may not see it. */
      404: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'not_found'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not_found';
          };
        };
      };
      429: components['responses']['RateLimited'];
      500: components['responses']['InternalError'];
      503: components['responses']['Unavailable'];
    };
  };
  readProfile: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The caller. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Person'];
        };
      };
      401: components['responses']['NotAuthenticated'];
      /** @description The caller may not do this. */
      403: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'profile_missing'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 403;
            /** @enum {unknown} */
            code?: 'profile_missing';
          };
        };
      };
      429: components['responses']['RateLimited'];
      500: components['responses']['InternalError'];
      503: components['responses']['Unavailable'];
    };
  };
  saveProfile: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /**
           * @description Unique among users, and case-folded: 2 to 30 letters, digits, `_`, `.` and `-`, the first a letter or digit.
           * @example ada
           */
          handle: string;
          /**
           * @description The name that others see: 1 to 64 code points, something visible among them, stored as one line without control characters.
           * @example Ada Lovelace
           */
          display_name: string;
        };
      };
    };
    responses: {
      /** @description The caller's new profile. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Person'];
        };
      };
      /** @description The path, the query, a header or the syntax of the body is wrong. */
      400: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': ('request_malformed' | 'json_invalid')[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 400;
            /** @enum {unknown} */
            code?: 'request_malformed' | 'json_invalid';
          };
        };
      };
      401: components['responses']['NotAuthenticated'];
      /** @description The request conflicts with what is stored. */
      409: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'handle_taken'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'handle_taken';
          };
        };
      };
      413: components['responses']['BodyTooLarge'];
      415: components['responses']['MediaTypeUnsupported'];
      /** @description The body is JSON, but a field of it is wrong, or refers to nothing. */
      422: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': (
            | 'body_invalid'
            | 'field_unknown'
            | 'more_errors'
            | 'handle_blank'
            | 'handle_invalid'
            | 'display_name_blank'
            | 'display_name_invalid'
            | 'display_name_exceed_max_chars_64'
          )[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 422;
            /** @enum {unknown} */
            code?:
              | 'body_invalid'
              | 'field_unknown'
              | 'more_errors'
              | 'handle_blank'
              | 'handle_invalid'
              | 'display_name_blank'
              | 'display_name_invalid'
              | 'display_name_exceed_max_chars_64';
          };
        };
      };
      429: components['responses']['RateLimited'];
      500: components['responses']['InternalError'];
      503: components['responses']['Unavailable'];
    };
  };
  findPeople: {
    parameters: {
      query: {
        /** @description The beginning of a handle, in upper or lower case: at least two characters. */
        prefix: string;
        /** @description Maximum number of entries of a page. */
        limit?: number;
        /** @description A position in the list, from the `Link` header of an adjacent page. Opaque: a cursor of another list, or an altered one, is rejected. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The users, ordered by handle. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          Link: components['headers']['Link'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Person'][];
        };
      };
      /** @description The path, the query, a header or the syntax of the body is wrong. */
      400: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': (
            | 'query_invalid'
            | 'parameter_unknown'
            | 'more_errors'
            | 'prefix_invalid'
            | 'limit_invalid'
            | 'cursor_invalid'
          )[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 400;
            /** @enum {unknown} */
            code?:
              | 'query_invalid'
              | 'parameter_unknown'
              | 'more_errors'
              | 'prefix_invalid'
              | 'limit_invalid'
              | 'cursor_invalid';
          };
        };
      };
      401: components['responses']['NotAuthenticated'];
      /** @description The caller may not do this. */
      403: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'profile_missing'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 403;
            /** @enum {unknown} */
            code?: 'profile_missing';
          };
        };
      };
      429: components['responses']['RateLimited'];
      500: components['responses']['InternalError'];
      503: components['responses']['Unavailable'];
    };
  };
  listMessageGroups: {
    parameters: {
      query?: {
        /** @description Maximum number of entries of a page. */
        limit?: number;
        /** @description A position in the list, from the `Link` header of an adjacent page. Opaque: a cursor of another list, or an altered one, is rejected. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of conversations; `next` leads to older ones. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          Link: components['headers']['Link'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MessageGroup'][];
        };
      };
      /** @description The path, the query, a header or the syntax of the body is wrong. */
      400: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': (
            'query_invalid' | 'parameter_unknown' | 'more_errors' | 'limit_invalid' | 'cursor_invalid'
          )[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 400;
            /** @enum {unknown} */
            code?: 'query_invalid' | 'parameter_unknown' | 'more_errors' | 'limit_invalid' | 'cursor_invalid';
          };
        };
      };
      401: components['responses']['NotAuthenticated'];
      /** @description The caller may not do this. */
      403: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'profile_missing'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 403;
            /** @enum {unknown} */
            code?: 'profile_missing';
          };
        };
      };
      429: components['responses']['RateLimited'];
      500: components['responses']['InternalError'];
      503: components['responses']['Unavailable'];
    };
  };
  createMessageGroup: {
    parameters: {
      query?: never;
      header?: {
        /** @description Makes the request idempotent, without a time limit: a repeated request with the same key creates nothing and returns the group as it is now. The same key with another name or other users is 409. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /**
           * @description The group's name: 1 to 64 code points, something visible among them, stored as one line without control characters.
           * @example Analytical engines
           */
          name: string;
          /**
           * @description The other members: 1 to 97 users. The caller's own handle is ignored, and repeated ones count once.
           * @example [
           *       "grace",
           *       "barbara"
           *     ]
           */
          handles: string[];
        };
      };
    };
    responses: {
      /** @description The new group. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MessageGroupWithMembers'];
        };
      };
      /** @description The path, the query, a header or the syntax of the body is wrong. */
      400: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': ('request_malformed' | 'json_invalid' | 'idempotency_key_invalid')[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 400;
            /** @enum {unknown} */
            code?: 'request_malformed' | 'json_invalid' | 'idempotency_key_invalid';
          };
        };
      };
      401: components['responses']['NotAuthenticated'];
      /** @description The caller may not do this. */
      403: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'profile_missing'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 403;
            /** @enum {unknown} */
            code?: 'profile_missing';
          };
        };
      };
      /** @description The resource does not exist, or the caller may not see it. */
      404: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'not_found'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not_found';
          };
        };
      };
      /** @description The request conflicts with what is stored. */
      409: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'idempotency_key_reused'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'idempotency_key_reused';
          };
        };
      };
      413: components['responses']['BodyTooLarge'];
      415: components['responses']['MediaTypeUnsupported'];
      /** @description The body is JSON, but a field of it is wrong, or refers to nothing. */
      422: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': (
            | 'body_invalid'
            | 'field_unknown'
            | 'more_errors'
            | 'name_blank'
            | 'name_invalid'
            | 'name_exceed_max_chars_64'
            | 'handles_invalid'
            | 'handles_blank'
            | 'handles_too_many'
            | 'group_full'
            | 'handle_blank'
            | 'handle_invalid'
            | 'handle_unknown'
          )[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 422;
            /** @enum {unknown} */
            code?:
              | 'body_invalid'
              | 'field_unknown'
              | 'more_errors'
              | 'name_blank'
              | 'name_invalid'
              | 'name_exceed_max_chars_64'
              | 'handles_invalid'
              | 'handles_blank'
              | 'handles_too_many'
              | 'group_full'
              | 'handle_blank'
              | 'handle_invalid'
              | 'handle_unknown';
          };
        };
      };
      429: components['responses']['RateLimited'];
      500: components['responses']['InternalError'];
      503: components['responses']['Unavailable'];
    };
  };
  readMessageGroup: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of a message group. Any other text, or a group that the caller is not a member of: 404. */
        uuid: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The conversation. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MessageGroupWithMembers'];
        };
      };
      /** @description The path, the query, a header or the syntax of the body is wrong. */
      400: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'request_malformed'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 400;
            /** @enum {unknown} */
            code?: 'request_malformed';
          };
        };
      };
      401: components['responses']['NotAuthenticated'];
      /** @description The caller may not do this. */
      403: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'profile_missing'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 403;
            /** @enum {unknown} */
            code?: 'profile_missing';
          };
        };
      };
      /** @description The resource does not exist, or the caller may not see it. */
      404: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'not_found'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not_found';
          };
        };
      };
      429: components['responses']['RateLimited'];
      500: components['responses']['InternalError'];
      503: components['responses']['Unavailable'];
    };
  };
  renameMessageGroup: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of a message group. Any other text, or a group that the caller is not a member of: 404. */
        uuid: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /**
           * @description The group's name: 1 to 64 code points, something visible among them, stored as one line without control characters.
           * @example Analytical engines
           */
          name: string;
        };
      };
    };
    responses: {
      /** @description The group. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MessageGroupWithMembers'];
        };
      };
      /** @description The path, the query, a header or the syntax of the body is wrong. */
      400: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': ('request_malformed' | 'json_invalid')[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 400;
            /** @enum {unknown} */
            code?: 'request_malformed' | 'json_invalid';
          };
        };
      };
      401: components['responses']['NotAuthenticated'];
      /** @description The caller may not do this. */
      403: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': ('profile_missing' | 'role_forbidden')[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 403;
            /** @enum {unknown} */
            code?: 'profile_missing' | 'role_forbidden';
          };
        };
      };
      /** @description The resource does not exist, or the caller may not see it. */
      404: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'not_found'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not_found';
          };
        };
      };
      413: components['responses']['BodyTooLarge'];
      415: components['responses']['MediaTypeUnsupported'];
      /** @description The body is JSON, but a field of it is wrong, or refers to nothing. */
      422: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': (
            | 'body_invalid'
            | 'field_unknown'
            | 'more_errors'
            | 'name_blank'
            | 'name_invalid'
            | 'name_exceed_max_chars_64'
            | 'message_group_is_direct'
          )[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 422;
            /** @enum {unknown} */
            code?:
              | 'body_invalid'
              | 'field_unknown'
              | 'more_errors'
              | 'name_blank'
              | 'name_invalid'
              | 'name_exceed_max_chars_64'
              | 'message_group_is_direct';
          };
        };
      };
      429: components['responses']['RateLimited'];
      500: components['responses']['InternalError'];
      503: components['responses']['Unavailable'];
    };
  };
  markRead: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of a message group. Any other text, or a group that the caller is not a member of: 404. */
        uuid: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /**
           * @description The newest message that was read; one beyond the end marks up to the end.
           * @example 42
           */
          seq: number;
        };
      };
    };
    responses: {
      /** @description The current read mark. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ReadMark'];
        };
      };
      /** @description The path, the query, a header or the syntax of the body is wrong. */
      400: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': ('request_malformed' | 'json_invalid')[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 400;
            /** @enum {unknown} */
            code?: 'request_malformed' | 'json_invalid';
          };
        };
      };
      401: components['responses']['NotAuthenticated'];
      /** @description The caller may not do this. */
      403: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'profile_missing'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 403;
            /** @enum {unknown} */
            code?: 'profile_missing';
          };
        };
      };
      /** @description The resource does not exist, or the caller may not see it. */
      404: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'not_found'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not_found';
          };
        };
      };
      413: components['responses']['BodyTooLarge'];
      415: components['responses']['MediaTypeUnsupported'];
      /** @description The body is JSON, but a field of it is wrong, or refers to nothing. */
      422: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': ('body_invalid' | 'field_unknown' | 'more_errors' | 'seq_invalid')[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 422;
            /** @enum {unknown} */
            code?: 'body_invalid' | 'field_unknown' | 'more_errors' | 'seq_invalid';
          };
        };
      };
      429: components['responses']['RateLimited'];
      500: components['responses']['InternalError'];
      503: components['responses']['Unavailable'];
    };
  };
  addMember: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of a message group. Any other text, or a group that the caller is not a member of: 404. */
        uuid: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /**
           * @description Unique among users, and case-folded: 2 to 30 letters, digits, `_`, `.` and `-`, the first a letter or digit.
           * @example ada
           */
          handle: string;
        };
      };
    };
    responses: {
      /** @description The group. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MessageGroupWithMembers'];
        };
      };
      /** @description The path, the query, a header or the syntax of the body is wrong. */
      400: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': ('request_malformed' | 'json_invalid')[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 400;
            /** @enum {unknown} */
            code?: 'request_malformed' | 'json_invalid';
          };
        };
      };
      401: components['responses']['NotAuthenticated'];
      /** @description The caller may not do this. */
      403: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': ('profile_missing' | 'role_forbidden')[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 403;
            /** @enum {unknown} */
            code?: 'profile_missing' | 'role_forbidden';
          };
        };
      };
      /** @description The resource does not exist, or the caller may not see it. */
      404: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'not_found'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not_found';
          };
        };
      };
      413: components['responses']['BodyTooLarge'];
      415: components['responses']['MediaTypeUnsupported'];
      /** @description The body is JSON, but a field of it is wrong, or refers to nothing. */
      422: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': (
            | 'body_invalid'
            | 'field_unknown'
            | 'more_errors'
            | 'handle_blank'
            | 'handle_invalid'
            | 'message_group_is_direct'
            | 'handle_unknown'
            | 'group_full'
          )[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 422;
            /** @enum {unknown} */
            code?:
              | 'body_invalid'
              | 'field_unknown'
              | 'more_errors'
              | 'handle_blank'
              | 'handle_invalid'
              | 'message_group_is_direct'
              | 'handle_unknown'
              | 'group_full';
          };
        };
      };
      429: components['responses']['RateLimited'];
      500: components['responses']['InternalError'];
      503: components['responses']['Unavailable'];
    };
  };
  removeMember: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of a message group. Any other text, or a group that the caller is not a member of: 404. */
        uuid: string;
        /** @description A handle, in upper or lower case. */
        handle: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The user is no longer a member. */
      204: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The path, the query, a header or the syntax of the body is wrong. */
      400: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'request_malformed'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 400;
            /** @enum {unknown} */
            code?: 'request_malformed';
          };
        };
      };
      401: components['responses']['NotAuthenticated'];
      /** @description The caller may not do this. */
      403: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': ('profile_missing' | 'role_forbidden')[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 403;
            /** @enum {unknown} */
            code?: 'profile_missing' | 'role_forbidden';
          };
        };
      };
      /** @description The resource does not exist, or the caller may not see it. */
      404: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'not_found'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not_found';
          };
        };
      };
      /** @description The body is JSON, but a field of it is wrong, or refers to nothing. */
      422: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'message_group_is_direct'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 422;
            /** @enum {unknown} */
            code?: 'message_group_is_direct';
          };
        };
      };
      429: components['responses']['RateLimited'];
      500: components['responses']['InternalError'];
      503: components['responses']['Unavailable'];
    };
  };
  changeRole: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of a message group. Any other text, or a group that the caller is not a member of: 404. */
        uuid: string;
        /** @description A handle, in upper or lower case. */
        handle: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /**
           * @description The new role.
           * @example admin
           * @enum {string}
           */
          role: 'admin' | 'member';
        };
      };
    };
    responses: {
      /** @description The group. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MessageGroupWithMembers'];
        };
      };
      /** @description The path, the query, a header or the syntax of the body is wrong. */
      400: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': ('request_malformed' | 'json_invalid')[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 400;
            /** @enum {unknown} */
            code?: 'request_malformed' | 'json_invalid';
          };
        };
      };
      401: components['responses']['NotAuthenticated'];
      /** @description The caller may not do this. */
      403: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': ('profile_missing' | 'role_forbidden')[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 403;
            /** @enum {unknown} */
            code?: 'profile_missing' | 'role_forbidden';
          };
        };
      };
      /** @description The resource does not exist, or the caller may not see it. */
      404: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'not_found'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not_found';
          };
        };
      };
      413: components['responses']['BodyTooLarge'];
      415: components['responses']['MediaTypeUnsupported'];
      /** @description The body is JSON, but a field of it is wrong, or refers to nothing. */
      422: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': (
            'body_invalid' | 'field_unknown' | 'more_errors' | 'role_invalid' | 'message_group_is_direct'
          )[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 422;
            /** @enum {unknown} */
            code?:
              'body_invalid' | 'field_unknown' | 'more_errors' | 'role_invalid' | 'message_group_is_direct';
          };
        };
      };
      429: components['responses']['RateLimited'];
      500: components['responses']['InternalError'];
      503: components['responses']['Unavailable'];
    };
  };
  removeMemberById: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of a message group. Any other text, or a group that the caller is not a member of: 404. */
        uuid: string;
        /** @description Id of a user. */
        user_uuid: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The user is no longer a member. */
      204: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The path, the query, a header or the syntax of the body is wrong. */
      400: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'request_malformed'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 400;
            /** @enum {unknown} */
            code?: 'request_malformed';
          };
        };
      };
      401: components['responses']['NotAuthenticated'];
      /** @description The caller may not do this. */
      403: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': ('profile_missing' | 'role_forbidden')[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 403;
            /** @enum {unknown} */
            code?: 'profile_missing' | 'role_forbidden';
          };
        };
      };
      /** @description The resource does not exist, or the caller may not see it. */
      404: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'not_found'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not_found';
          };
        };
      };
      /** @description The body is JSON, but a field of it is wrong, or refers to nothing. */
      422: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'message_group_is_direct'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 422;
            /** @enum {unknown} */
            code?: 'message_group_is_direct';
          };
        };
      };
      429: components['responses']['RateLimited'];
      500: components['responses']['InternalError'];
      503: components['responses']['Unavailable'];
    };
  };
  sendMessage: {
    parameters: {
      query?: never;
      header?: {
        /** @description Makes a send idempotent: a repeated request with the same key stores nothing, and returns the stored message. With `after_seq` this always holds; without it, for the newest 100 messages. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /**
           * @description The text: 1 to 1,024 code points, something visible among them, counted as it is stored: line breaks as line feeds, without control characters, without white space at the end and without empty lines at the start.
           * @example Hello Grace!
           */
          message: string;
          /**
           * @description The group to send to; this or `handle`.
           * @example 01JX3K8Q4M5N6P7R8S9TAVBWCX
           */
          message_group_uuid?: string;
          /**
           * @description The user to send to. Creates the conversation if there is none yet.
           * @example grace
           */
          handle?: string;
          /**
           * @description The newest seq that the sender has. With an `Idempotency-Key` it makes a resend exact.
           * @example 42
           */
          after_seq?: number;
        } & (unknown | unknown);
      };
    };
    responses: {
      /** @description The message as it is stored. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Message'];
        };
      };
      /** @description The path, the query, a header or the syntax of the body is wrong. */
      400: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': ('request_malformed' | 'json_invalid' | 'idempotency_key_invalid')[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 400;
            /** @enum {unknown} */
            code?: 'request_malformed' | 'json_invalid' | 'idempotency_key_invalid';
          };
        };
      };
      401: components['responses']['NotAuthenticated'];
      /** @description The caller may not do this. */
      403: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'profile_missing'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 403;
            /** @enum {unknown} */
            code?: 'profile_missing';
          };
        };
      };
      /** @description The resource does not exist, or the caller may not see it. */
      404: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'not_found'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not_found';
          };
        };
      };
      /** @description The request conflicts with what is stored. */
      409: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': ('idempotency_key_reused' | 'after_seq_too_far_behind')[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 409;
            /** @enum {unknown} */
            code?: 'idempotency_key_reused' | 'after_seq_too_far_behind';
          };
        };
      };
      413: components['responses']['BodyTooLarge'];
      415: components['responses']['MediaTypeUnsupported'];
      /** @description The body is JSON, but a field of it is wrong, or refers to nothing. */
      422: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': (
            | 'body_invalid'
            | 'field_unknown'
            | 'more_errors'
            | 'message_blank'
            | 'message_invalid'
            | 'message_exceed_max_chars_1024'
            | 'message_group_uuid_invalid'
            | 'message_group_uuid_blank'
            | 'handle_invalid'
            | 'user_reciever_handle_blank'
            | 'after_seq_invalid'
            | 'message_group_uuid_and_handle'
            | 'user_reciever_handle_unknown'
            | 'user_reciever_handle_self'
            | 'after_seq_beyond_end'
          )[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 422;
            /** @enum {unknown} */
            code?:
              | 'body_invalid'
              | 'field_unknown'
              | 'more_errors'
              | 'message_blank'
              | 'message_invalid'
              | 'message_exceed_max_chars_1024'
              | 'message_group_uuid_invalid'
              | 'message_group_uuid_blank'
              | 'handle_invalid'
              | 'user_reciever_handle_blank'
              | 'after_seq_invalid'
              | 'message_group_uuid_and_handle'
              | 'user_reciever_handle_unknown'
              | 'user_reciever_handle_self'
              | 'after_seq_beyond_end';
          };
        };
      };
      429: components['responses']['RateLimited'];
      500: components['responses']['InternalError'];
      503: components['responses']['Unavailable'];
    };
  };
  listMessages: {
    parameters: {
      query?: {
        /** @description Maximum number of entries of a page. */
        limit?: number;
        /** @description Messages before this seq. At most one of `before`, `after` and `around` is allowed. */
        before?: number;
        /** @description Messages after this seq. */
        after?: number;
        /** @description Messages on both sides of this seq. */
        around?: number;
      };
      header?: never;
      path: {
        /** @description Id of a message group. Any other text, or a group that the caller is not a member of: 404. */
        message_group_uuid: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of messages. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          Link: components['headers']['Link'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Message'][];
        };
      };
      /** @description The path, the query, a header or the syntax of the body is wrong. */
      400: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': (
            | 'request_malformed'
            | 'query_invalid'
            | 'parameter_unknown'
            | 'more_errors'
            | 'limit_invalid'
            | 'seq_invalid'
            | 'position_ambiguous'
          )[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 400;
            /** @enum {unknown} */
            code?:
              | 'request_malformed'
              | 'query_invalid'
              | 'parameter_unknown'
              | 'more_errors'
              | 'limit_invalid'
              | 'seq_invalid'
              | 'position_ambiguous';
          };
        };
      };
      401: components['responses']['NotAuthenticated'];
      /** @description The caller may not do this. */
      403: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'profile_missing'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 403;
            /** @enum {unknown} */
            code?: 'profile_missing';
          };
        };
      };
      /** @description The resource does not exist, or the caller may not see it. */
      404: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'not_found'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not_found';
          };
        };
      };
      429: components['responses']['RateLimited'];
      500: components['responses']['InternalError'];
      503: components['responses']['Unavailable'];
    };
  };
  deleteMessage: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of a message group. Any other text, or a group that the caller is not a member of: 404. */
        message_group_uuid: string;
        /** @description Position of a message in its group's log. */
        seq: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The tombstone. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Message'];
        };
      };
      /** @description The path, the query, a header or the syntax of the body is wrong. */
      400: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'request_malformed'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 400;
            /** @enum {unknown} */
            code?: 'request_malformed';
          };
        };
      };
      401: components['responses']['NotAuthenticated'];
      /** @description The caller may not do this. */
      403: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': ('profile_missing' | 'message_not_own')[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 403;
            /** @enum {unknown} */
            code?: 'profile_missing' | 'message_not_own';
          };
        };
      };
      /** @description The resource does not exist, or the caller may not see it. */
      404: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'not_found'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not_found';
          };
        };
      };
      /** @description The body is JSON, but a field of it is wrong, or refers to nothing. */
      422: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'message_is_system'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 422;
            /** @enum {unknown} */
            code?: 'message_is_system';
          };
        };
      };
      429: components['responses']['RateLimited'];
      500: components['responses']['InternalError'];
      503: components['responses']['Unavailable'];
    };
  };
  editMessage: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of a message group. Any other text, or a group that the caller is not a member of: 404. */
        message_group_uuid: string;
        /** @description Position of a message in its group's log. */
        seq: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /**
           * @description The text: 1 to 1,024 code points, something visible among them, counted as it is stored: line breaks as line feeds, without control characters, without white space at the end and without empty lines at the start.
           * @example Hello Grace!
           */
          message: string;
        };
      };
    };
    responses: {
      /** @description The message. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Message'];
        };
      };
      /** @description The path, the query, a header or the syntax of the body is wrong. */
      400: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': ('request_malformed' | 'json_invalid')[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 400;
            /** @enum {unknown} */
            code?: 'request_malformed' | 'json_invalid';
          };
        };
      };
      401: components['responses']['NotAuthenticated'];
      /** @description The caller may not do this. */
      403: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': ('profile_missing' | 'message_not_own')[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 403;
            /** @enum {unknown} */
            code?: 'profile_missing' | 'message_not_own';
          };
        };
      };
      /** @description The resource does not exist, or the caller may not see it. */
      404: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'not_found'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not_found';
          };
        };
      };
      413: components['responses']['BodyTooLarge'];
      415: components['responses']['MediaTypeUnsupported'];
      /** @description The body is JSON, but a field of it is wrong, or refers to nothing. */
      422: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': (
            | 'body_invalid'
            | 'field_unknown'
            | 'more_errors'
            | 'message_blank'
            | 'message_invalid'
            | 'message_exceed_max_chars_1024'
            | 'message_deleted'
            | 'message_is_system'
          )[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 422;
            /** @enum {unknown} */
            code?:
              | 'body_invalid'
              | 'field_unknown'
              | 'more_errors'
              | 'message_blank'
              | 'message_invalid'
              | 'message_exceed_max_chars_1024'
              | 'message_deleted'
              | 'message_is_system';
          };
        };
      };
      429: components['responses']['RateLimited'];
      500: components['responses']['InternalError'];
      503: components['responses']['Unavailable'];
    };
  };
  listenToEvents: {
    parameters: {
      query?: {
        /** @description A ticket, instead of a token in the header. */
        ticket?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The stream. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          'text/event-stream': string;
        };
      };
      /** @description The path, the query, a header or the syntax of the body is wrong. */
      400: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': ('query_invalid' | 'parameter_unknown' | 'more_errors' | 'ticket_invalid')[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 400;
            /** @enum {unknown} */
            code?: 'query_invalid' | 'parameter_unknown' | 'more_errors' | 'ticket_invalid';
          };
        };
      };
      /** @description Neither a token nor a ticket, or one that does not verify. */
      401: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          'WWW-Authenticate': components['headers']['WWW-Authenticate'];
          [name: string]: unknown;
        };
        content: {
          'application/json': (
            'cognito_user_id_blank' | 'token_invalid' | 'user_id_invalid' | 'ticket_invalid'
          )[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 401;
            /** @enum {unknown} */
            code?: 'cognito_user_id_blank' | 'token_invalid' | 'user_id_invalid' | 'ticket_invalid';
          };
        };
      };
      /** @description The caller may not do this. */
      403: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'profile_missing'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 403;
            /** @enum {unknown} */
            code?: 'profile_missing';
          };
        };
      };
      429: components['responses']['RateLimited'];
      500: components['responses']['InternalError'];
      503: components['responses']['Unavailable'];
    };
  };
  createTicket: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The ticket. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Ticket'];
        };
      };
      401: components['responses']['NotAuthenticated'];
      /** @description The caller may not do this. */
      403: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'profile_missing'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 403;
            /** @enum {unknown} */
            code?: 'profile_missing';
          };
        };
      };
      429: components['responses']['RateLimited'];
      500: components['responses']['InternalError'];
      503: components['responses']['Unavailable'];
    };
  };
  sendTyping: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Id of a message group. Any other text, or a group that the caller is not a member of: 404. */
        uuid: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The event is published. */
      204: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The path, the query, a header or the syntax of the body is wrong. */
      400: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'request_malformed'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 400;
            /** @enum {unknown} */
            code?: 'request_malformed';
          };
        };
      };
      401: components['responses']['NotAuthenticated'];
      /** @description The caller may not do this. */
      403: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'profile_missing'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 403;
            /** @enum {unknown} */
            code?: 'profile_missing';
          };
        };
      };
      /** @description The resource does not exist, or the caller may not see it. */
      404: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'not_found'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not_found';
          };
        };
      };
      429: components['responses']['RateLimited'];
      500: components['responses']['InternalError'];
      503: components['responses']['Unavailable'];
    };
  };
  readOpenApiDocument: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description This document. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description The version of OpenAPI. */
            openapi: string;
            /** @description The title and version of the API. */
            info: {
              [key: string]: unknown;
            };
            /** @description The routes. */
            paths: {
              [key: string]: unknown;
            };
          } & {
            [key: string]: unknown;
          };
        };
      };
      429: components['responses']['RateLimited'];
      500: components['responses']['InternalError'];
      503: components['responses']['Unavailable'];
    };
  };
  readDocs: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The page. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          'text/html': string;
        };
      };
      429: components['responses']['RateLimited'];
      500: components['responses']['InternalError'];
      503: components['responses']['Unavailable'];
    };
  };
  readDocsPart: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description A file that the page loads. */
        part: 'swagger-ui.css' | 'swagger-ui-bundle.js' | 'start.js';
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The file. */
      200: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          RateLimit: components['headers']['RateLimit'];
          'RateLimit-Policy': components['headers']['RateLimit-Policy'];
          [name: string]: unknown;
        };
        content: {
          'text/css': string;
          'text/javascript': string;
        };
      };
      /** @description The path, the query, a header or the syntax of the body is wrong. */
      400: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'request_malformed'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 400;
            /** @enum {unknown} */
            code?: 'request_malformed';
          };
        };
      };
      /** @description The resource does not exist, or the caller may not see it. */
      404: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': 'not_found'[];
          'application/problem+json': components['schemas']['Problem'] & {
            /** @constant */
            status?: 404;
            /** @enum {unknown} */
            code?: 'not_found';
          };
        };
      };
      429: components['responses']['RateLimited'];
      500: components['responses']['InternalError'];
      503: components['responses']['Unavailable'];
    };
  };
}
