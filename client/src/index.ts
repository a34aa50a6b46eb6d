/* What the package offers, for browsers and Node. What only some apps need: parts.ts. */

export { ApiError, codeOf } from './api/api-error.ts';
export type { AuthorizedFetch, GetToken } from './api/authorized-fetch.ts';
export type {
  Calls,
  ChangesPage,
  HistoryPage,
  HistoryPlace,
  InboxPage,
  List,
  NewMessage,
  OwnSettings,
} from './api/calls.ts';
export type { CacheMode, Exchange, Http } from './api/http.ts';
export type { components, paths } from './api/schema.ts';
export * from './api/shapes.ts';
export type { Conversation } from './conversation/conversation.ts';
export { type ConversationState, LEFT } from './conversation/conversation-state.ts';
export { hasOlder, type Log, missingNewer, type Outgoing, shown } from './conversation/log.ts';
export type { Quote } from './conversation/quotes.ts';
export { type ClientOptions, createMessagingClient } from './create-client.ts';
export type { HeldRows } from './inbox/held-rows.ts';
export type { UnreadBadge } from './inbox/unread-badge.ts';
export {
  type Access,
  type AccessOptions,
  type ClientEvent,
  type ClientParts,
  createAccess,
  MessagingClient,
  type OutgoingNote,
} from './messaging-client.ts';
export { announceReachable } from './reachable.ts';
export { type ClientStore, memoryStore, type TextStorage } from './stored/text-storage.ts';
export type { Connection } from './stream/event-stream.ts';
export type { EventReaction, LiveEvent, LoggedChange } from './stream/events.ts';
export type { LiveStream, StreamParts } from './stream/live-stream.ts';
export { Subject } from './subject.ts';
export type { Typist, Typists } from './typing.ts';
