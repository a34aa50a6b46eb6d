import type { Client } from 'openapi-fetch';
import { answer, done, settle } from './exchange.ts';
import { cursorOf } from './paging.ts';
import type { paths } from './schema.ts';
import type { Badge, BlockedUser, MessageGroup } from './shapes.ts';

export interface InboxPage {
  readonly groups: readonly MessageGroup[];
  readonly nextCursor: string | undefined;
}

/** The mode of a request. `no-store`: without what browsers and the API have cached. */
export type CacheMode = 'default' | 'no-store';

/** A list of the user's conversations. */
export type List = 'default' | 'favourites' | 'archived';

/** The user's own settings of a conversation. */
export type OwnSettings = Pick<MessageGroup, 'muted' | 'favourite' | 'archived' | 'marked_unread'>;

const INBOX_PAGE = 30;

/** The calls about what belongs to the user alone: lists of conversations, settings of them, and blocks. */
export function ownCalls({ GET, PUT, PATCH, DELETE }: Client<paths>) {
  return {
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
      const { data, response } = await settle(GET('/api/message_groups', { params: { query }, cache }));
      return { groups: data, nextCursor: cursorOf(response.headers.get('Link')) };
    },
    changeSettings: (uuid: string, change: Partial<OwnSettings>): Promise<MessageGroup> =>
      answer(PATCH('/api/message_groups/{uuid}/settings', { params: { path: { uuid } }, body: change })),
    readUnread: (): Promise<Badge> => answer(GET('/api/unread')),
    /** Returns all users whom the user blocks: the screens fold what they write. */
    listBlocks: async (): Promise<readonly BlockedUser[]> => {
      const blocked: BlockedUser[] = [];
      for (let cursor: string | undefined; ;) {
        const query = cursor === undefined ? {} : { cursor };
        const { data, response } = await settle(GET('/api/users/me/blocks', { params: { query } }));
        blocked.push(...data);
        cursor = cursorOf(response.headers.get('Link'));
        if (cursor === undefined) return blocked;
      }
    },
    block: (handle: string): Promise<void> =>
      done(PUT('/api/users/@{handle}/block', { params: { path: { handle } } })),
    unblock: (handle: string): Promise<void> =>
      done(DELETE('/api/users/@{handle}/block', { params: { path: { handle } } })),
  };
}
