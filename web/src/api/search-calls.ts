import type { FoundMessage, Http } from '../../../client/src/index.ts';
import { cursorOf, nextBefore } from '../../../client/src/parts.ts';

/** What one step of a search found. */
export interface SearchPage {
  /** May be none, where more follow. */
  readonly found: readonly FoundMessage[];
  /** Where the next step begins; undefined after the last one. */
  readonly next: string | undefined;
  /** Number of messages that it looked at. */
  readonly lookedAt: number;
  /** When the oldest of them was sent. Undefined in a search of all conversations. */
  readonly backTo: string | undefined;
}

export function searchCalls({ GET }: Http) {
  return {
    /** Searches one conversation. @param before of the step before. */
    searchConversation: async (
      uuid: string,
      q: string,
      before: string | undefined,
      signal: AbortSignal,
    ): Promise<SearchPage> => {
      const params = {
        path: { message_group_uuid: uuid },
        query: { q, ...(before !== undefined && { before: Number(before) }) },
      };
      const { data, response } = await GET('/api/messages/{message_group_uuid}/search', { params, signal });
      return pageOf(data, response, nextBefore);
    },
    /** Searches all of the user's conversations. @param cursor of the step before. */
    searchAll: async (q: string, cursor: string | undefined, signal: AbortSignal): Promise<SearchPage> => {
      const query = { q, ...(cursor !== undefined && { cursor }) };
      const { data, response } = await GET('/api/search', { params: { query }, signal });
      return pageOf(data, response, cursorOf);
    },
  };
}

function pageOf(
  found: readonly FoundMessage[],
  { headers }: Response,
  nextOf: (link: string | null) => string | undefined,
): SearchPage {
  return {
    found,
    next: nextOf(headers.get('Link')),
    lookedAt: Number(headers.get('Searched-Messages')),
    backTo: headers.get('Searched-Back-To') ?? undefined,
  };
}
