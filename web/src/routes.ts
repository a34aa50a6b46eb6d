/**
 * Addresses of the screens, as patterns for wouter and Express. Every other address is not found: the API sends the page
 * with status 200 for the same list (`WEB_ROUTES` in backend/http/web-files.ts; a test compares them).
 */
export const INBOX_ROUTE = '/';
export const DRAFT_ROUTE = '/messages/new/:handle';
export const CONVERSATION_ROUTE = '/messages/:uuid';
export const INVITATION_ROUTE = '/invites/:code';
export const BLOCKED_ROUTE = '/blocked';

export const ROUTES = [
  INBOX_ROUTE,
  DRAFT_ROUTE,
  CONVERSATION_ROUTE,
  INVITATION_ROUTE,
  BLOCKED_ROUTE,
] as const;
