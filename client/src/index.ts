/* What the package offers, for browsers and Node. For React: react.ts. */

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
export { answer, type CacheMode, type Exchange, type Http } from './api/http.ts';
export { cursorOf, nextAfter, nextBefore } from './api/paging.ts';
export { requestKeys } from './api/request-key.ts';
export type { components, paths } from './api/schema.ts';
export * from './api/shapes.ts';
export { type ClientOptions, createMessagingClient } from './create-client.ts';
export { type ClientStore, memoryStore, memoryTexts, type TextStorage } from './stored/text-storage.ts';
export { backoffMs } from './backoff.ts';
export { Conversation } from './conversation/conversation.ts';
export { type ConversationState, LEFT, outgoingKey } from './conversation/conversation-state.ts';
export { hasOlder, type Log, missingNewer, type Outgoing, shown } from './conversation/log.ts';
export { hasReacted } from './conversation/message-versions.ts';
export { newestQuote, type Quote, quoteOf } from './conversation/quotes.ts';
export { isOwnText, mentions } from './inbox/held-row.ts';
export { HeldRows } from './inbox/held-rows.ts';
export { LISTS } from './inbox/lists.ts';
export { markOf, UnreadBadge } from './inbox/unread-badge.ts';
export {
  type Access,
  type AccessOptions,
  type ClientEvent,
  type ClientParts,
  createAccess,
  MessagingClient,
  type OutgoingNote,
} from './messaging-client.ts';
export { pause } from './pause.ts';
export { announceReachable, onReachable } from './reachable.ts';
export type { Connection } from './stream/event-stream.ts';
export type { EventReaction, LiveEvent, LoggedChange } from './stream/events.ts';
export { Subject } from './subject.ts';
export type { Typist, Typists } from './typing.ts';
