import type { BlockedUser, Http } from '../../../client/src/index.ts';
import { answer, cursorOf } from '../../../client/src/parts.ts';

/** The calls about what belongs to the user alone: blocks. */
export function ownCalls({ GET, PUT, DELETE }: Http) {
  return {
    /** Returns all users whom the user blocks: the screens fold what they write. */
    listBlocks: async (): Promise<readonly BlockedUser[]> => {
      const blocked: BlockedUser[] = [];
      for (let cursor: string | undefined; ;) {
        const query = cursor === undefined ? {} : { cursor };
        const { data, response } = await GET('/api/users/me/blocks', { params: { query } });
        blocked.push(...data);
        cursor = cursorOf(response.headers.get('Link'));
        if (cursor === undefined) return blocked;
      }
    },
    block: (handle: string): Promise<void> =>
      answer(PUT('/api/users/@{handle}/block', { params: { path: { handle } } })),
    unblock: (handle: string): Promise<void> =>
      answer(DELETE('/api/users/@{handle}/block', { params: { path: { handle } } })),
  };
}
