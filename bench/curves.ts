import { cursorOfInbox } from '../backend/domain/inbox-cursor.ts';
import type { ApiClient, ApiRequest } from './api-client.ts';
import { activityOf } from './items.ts';
import {
  HISTORY_LIMIT,
  historyRequest,
  INBOX_LIMIT,
  inboxRequest,
  markReadRequest,
  Sender,
} from './requests.ts';
import { INBOX_SPACING_S, type World } from './world.ts';

/** A kind of request along which a number grows, and the requests at each size. */
export interface CurveRequests {
  /** The number that grows: messages in one group, or groups of one person. */
  readonly grows: 'messages' | 'groups';
  readonly name: string;
  /** All curves of one family must cost the same units, at all sizes. */
  readonly family: string;
  readonly points: readonly { readonly size: number; readonly request: CurveRequest }[];
}

/** Sends to the given API. The next request continues from the state that the previous one wrote. */
export type CurveRequest = (api: ApiClient) => Promise<void>;

type History = World['histories'][number];
type Inbox = World['inboxes'][number];

/** Every request whose cost must not depend on the amount of data. */
export function curveRequests({ histories, inboxes }: World): CurveRequests[] {
  const sender = new Sender(new Map(histories.map(({ groupId, messages }) => [groupId, messages])));
  const ofHistory = (
    name: string,
    family: string,
    request: (history: History, api: ApiClient) => Promise<void>,
  ) => ({
    grows: 'messages' as const,
    name,
    family,
    points: histories.map((history) => ({
      size: history.messages,
      request: (api: ApiClient) => request(history, api),
    })),
  });
  const page = (name: string, family: string, place: (history: History) => string) =>
    ofHistory(name, family, (history, api) =>
      api.do(historyRequest(history.userId, history.groupId, place(history))),
    );
  // Each page but the last reads some rows more than it shows; each but the first, the rows of named groups by themselves.
  const ofInbox = (name: string, pageOf: (pages: number) => number) => ({
    grows: 'groups' as const,
    name,
    family: `${name} of the inbox`,
    points: inboxes.map((inbox) => ({
      size: inbox.groupIds.length,
      request: (api: ApiClient) =>
        api.do(inboxPage(inbox, pageOf(Math.ceil(inbox.groupIds.length / INBOX_LIMIT)))),
    })),
  });
  const marks = new Map<string, number>();
  return [
    page('newest page', 'page of history', () => ''),
    page('page in the middle', 'page of history', ({ messages }) => `&before=${messages / 2 + 1}`),
    page('first page', 'page of history', () => `&before=${HISTORY_LIMIT + 1}`),
    page('page after a seq', 'page of history after a seq', ({ messages }) => `&after=${messages / 2 - 1}`),
    ofHistory('send', 'send', ({ userId, groupId }, api) => sender.send(api, userId, groupId)),
    ofHistory('mark read', 'mark read', ({ userId, groupId }, api) => {
      const seq = (marks.get(groupId) ?? 0) + 1;
      marks.set(groupId, seq);
      return api.do(markReadRequest(userId, groupId, seq));
    }),
    ofInbox('first page', () => 0),
    ofInbox('page in the middle', (pages) => Math.floor(pages / 2)),
    ofInbox('last page', (pages) => pages - 1),
  ];
}

/** Returns the request for a page of an inbox, 0 being the first: each conversation was active long after those before it. */
function inboxPage({ userId, groupIds }: Inbox, page: number): ApiRequest {
  const place = groupIds.length - page * INBOX_LIMIT;
  const last = groupIds[place];
  if (last === undefined) return inboxRequest(userId);
  const key = `${activityOf(place * INBOX_SPACING_S)}#${last}`;
  return inboxRequest(userId, cursorOfInbox(userId, 'default', { direct: key, named: key }));
}
