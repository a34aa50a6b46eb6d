import * as z from 'zod';
import { searchGroup } from '../domain/search-group.ts';
import { searchGroups } from '../domain/search-groups.ts';
import { codePointsIn } from '../../schema/plain-text.ts';
import { MAX_QUERY_CODE_POINTS, searchWordsOf } from '../../schema/search-words.ts';
import { foundMessage, presentFoundMessage } from '../presentation/found-message.ts';
import { cursorParameter, documented, requiredText, seqParameter } from './fields.ts';
import { linkPages } from './paging.ts';
import { groupIdInPath } from './path-fields.ts';
import { COST_OF_SEARCH, COST_OF_SEARCH_IN_ALL } from './rate-limit.ts';
import { json, personRoute, type Route } from './route.ts';

/** Letters and digits of the scripts that most people write, as a regular expression that works in every language. */
const LETTER_OR_DIGIT =
  '[0-9A-Za-z\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u02af\\u0391-\\u03a1\\u03a3-\\u03ce\\u0400-\\u0481\\u05d0-\\u05ea\\u0620-\\u063f\\u0904-\\u0939\\u0e01-\\u0e2e\\u3041-\\u3096\\u30a1-\\u30fa\\u4e00-\\u9fa5\\uac00-\\ud7a3]';

/** What is searched for, as its folded words: at least one. */
const searchParameter = requiredText('q')
  .refine((text) => codePointsIn(text) <= MAX_QUERY_CODE_POINTS, {
    error: `q_exceed_max_chars_${MAX_QUERY_CODE_POINTS}`,
    abort: true,
  })
  .refine((text) => searchWordsOf(text).length > 0, 'q_without_words')
  .meta(
    documented({
      description: `Words: a message is found if it has a word that begins with each of them, in any order. Letter case, accents and compatibility forms make no difference. Letters, digits and emoji count, one of them at least; all else separates words. 1 to ${MAX_QUERY_CODE_POINTS} code points.`,
      codes: ['q_blank', 'q_invalid', `q_exceed_max_chars_${MAX_QUERY_CODE_POINTS}`, 'q_without_words'],
      example: 'monday lunch',
      schema: { type: 'string', minLength: 1, maxLength: MAX_QUERY_CODE_POINTS, pattern: LETTER_OR_DIGIT },
    }),
  );

export const searchRoutes: readonly Route[] = [
  personRoute({
    method: 'get',
    path: '/messages/:message_group_uuid/search',
    name: 'searchMessageGroup',
    summary: 'Searches the messages of a conversation, the newest first',
    description:
      'There is no index: a request looks at up to 500 messages, and returns at once what it found, which may be nothing. `next` looks at those before them, and `Searched-Back-To` says how far it looked. Names of files are searched too. Deleted messages and messages about the group are never found.',
    params: z.object({ message_group_uuid: groupIdInPath }),
    query: z.strictObject({
      q: searchParameter,
      before: seqParameter('Messages before this seq. Absent: from the newest one on.'),
    }),
    cost: COST_OF_SEARCH,
    answer: json(z.array(foundMessage), 'Up to 20 messages.', [
      'Link',
      'Searched-Messages',
      'Searched-Back-To',
    ]),
    handle: async ({ context, caller: { userId }, params, query, request, response }) => {
      const { q, before } = query;
      const words = searchWordsOf(q);
      const page = await searchGroup(context, {
        groupId: params.message_group_uuid,
        ...{ userId, words, before },
      });
      linkPages(request, response, { next: page.rest && { q, before: page.rest.to + 1 } });
      response.set('Searched-Messages', String(page.count));
      if (page.oldestAt !== undefined) response.set('Searched-Back-To', page.oldestAt);
      return page.found.map((message) => presentFoundMessage(message, page.names, userId));
    },
  }),

  personRoute({
    method: 'get',
    path: '/search',
    name: 'searchMessages',
    summary: "Searches the messages of all of the caller's conversations",
    description:
      'There is no index: a request looks at up to 500 messages in up to 20 conversations, and returns at once what it found, which may be nothing; `next` goes on. It goes in rounds: first the newest 100 messages of each conversation, then the 200 before them, then 400; in each round conversations with the newest activity come first, and of each its newest messages. A message that was sent or found while the search goes on may come again. Names of files are searched too. Deleted messages and messages about groups are never found.',
    query: z.strictObject({ q: searchParameter, cursor: cursorParameter }),
    cost: COST_OF_SEARCH_IN_ALL,
    answer: json(z.array(foundMessage), 'Up to 20 messages.', ['Link', 'Searched-Messages']),
    handle: async ({ context, caller: { userId }, query, request, response }) => {
      const { q, cursor } = query;
      const page = await searchGroups(context, { userId, words: searchWordsOf(q), cursor });
      linkPages(request, response, {
        next: page.nextCursor === undefined ? undefined : { q, cursor: page.nextCursor },
      });
      response.set('Searched-Messages', String(page.count));
      return page.found.map((message) => presentFoundMessage(message, page.names, userId));
    },
  }),
];
