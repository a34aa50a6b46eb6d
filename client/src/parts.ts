/*
 * The client with parts of it, for apps that draw the screens themselves: an entry of its own, so that other apps do not load the names of
 * the parts, nor what is only here.
 */

export * from './index.ts';
export { answer } from './api/http.ts';
export { cursorOf, nextBefore } from './api/paging.ts';
export { requestKeys } from './api/request-key.ts';
export { backoffMs } from './backoff.ts';
export { hasReacted } from './conversation/message-versions.ts';
export { known } from './checks.ts';
export { outgoingKey } from './conversation/conversation-state.ts';
export { keptQuote, newestQuote, quoteOf } from './conversation/quotes.ts';
export { isOwnText, mentions } from './inbox/held-row.ts';
export { LISTS } from './inbox/lists.ts';
export { markOf } from './inbox/unread-badge.ts';
export { pause } from './pause.ts';
export { onReachable } from './reachable.ts';
export { SharedStream } from './stream/shared-stream.ts';
