import * as z from 'zod';
import { blockUser, listBlocks, unblockUser } from '../domain/block-user.ts';
import { findByHandle, findByPrefix, saveProfile } from '../domain/people.ts';
import { blockedUser, person, presentBlocks, presentPerson } from '../presentation/person.ts';
import { cursorParameter, displayName, handlePrefix, limitParameter, newHandle } from './fields.ts';
import { linkPages } from './paging.ts';
import { handleInPath } from './path-fields.ts';
import { costOfPage } from './rate-limit.ts';
import { json, nothing, openRoute, personRoute, type Route, userRoute } from './route.ts';

const profileBody = z.strictObject({
  handle: newHandle,
  display_name: displayName,
});

const SEARCH_PAGE = 10;
const BLOCKS_PAGE = 100;

const blocksQuery = z.strictObject({ limit: limitParameter(BLOCKS_PAGE), cursor: cursorParameter });
const handlePath = z.object({ handle: handleInPath });

const searchQuery = z.strictObject({
  prefix: handlePrefix('a handle'),
  limit: limitParameter(SEARCH_PAGE),
  cursor: cursorParameter,
});

export const userRoutes: readonly Route[] = [
  // Open to any client, and tokens are ignored: Cruddur's week-5 client sends none.
  openRoute({
    method: 'get',
    path: '/users/@:handle/short',
    name: 'readPerson',
    summary: 'Returns the user who has a handle',
    params: z.object({ handle: handleInPath }),
    answer: json(person, 'The user.'),
    handle: async ({ context, params }) => presentPerson(await findByHandle(context, params.handle)),
  }),

  personRoute({
    method: 'get',
    path: '/users/me',
    name: 'readProfile',
    summary: "Returns the caller's profile",
    answer: json(person, 'The caller.'),
    handle: ({ caller }) => presentPerson(caller),
  }),

  personRoute({
    method: 'get',
    path: '/users/me/blocks',
    name: 'listBlocks',
    summary: 'Lists the users whom the caller blocks',
    query: blocksQuery,
    cost: costOfPage(BLOCKS_PAGE),
    answer: json(z.array(blockedUser), 'The users, in no particular order.', ['Link']),
    handle: async ({ context, caller: { userId }, query, request, response }) => {
      const page = await listBlocks(context, { userId, ...query });
      const { limit } = query;
      const { nextCursor: cursor } = page;
      linkPages(request, response, { next: cursor === undefined ? undefined : { limit, cursor } });
      return presentBlocks(page);
    },
  }),

  personRoute({
    method: 'put',
    path: '/users/@:handle/block',
    name: 'blockUser',
    summary: 'Blocks a user',
    description:
      'Neither of the two can then send, edit, react, pin or type in their direct conversation, and the blocked user cannot add the caller to a group. The blocked user learns it when they try (`recipient_unavailable`).',
    params: handlePath,
    answer: nothing('The user is blocked.'),
    errors: { 404: ['not_found'], 422: ['block_self'] },
    handle: ({ context, caller: { userId }, params: { handle } }) => blockUser(context, { userId, handle }),
  }),

  personRoute({
    method: 'delete',
    path: '/users/@:handle/block',
    name: 'unblockUser',
    summary: 'Unblocks a user',
    params: handlePath,
    answer: nothing('The user is not blocked.'),
    errors: { 404: ['not_found'], 422: ['block_self'] },
    handle: ({ context, caller: { userId }, params: { handle } }) => unblockUser(context, { userId, handle }),
  }),

  userRoute({
    method: 'put',
    path: '/users/me',
    name: 'saveProfile',
    summary: "Writes the caller's profile, and claims the handle",
    description:
      'Creates the profile of a user with a valid token, or changes it. The previous handle becomes free.',
    body: profileBody,
    answer: json(person, "The caller's new profile."),
    errors: { 409: ['handle_taken'] },
    handle: async ({ context, caller, body }) => presentPerson(await saveProfile(context, caller, body)),
  }),

  personRoute({
    method: 'get',
    path: '/users',
    name: 'findPeople',
    summary: 'Lists users by the beginning of their handles',
    query: searchQuery,
    cost: costOfPage(SEARCH_PAGE),
    answer: json(z.array(person), 'The users, ordered by handle.', ['Link']),
    handle: async ({ context, query, request, response }) => {
      const { prefix, limit } = query;
      const { people, nextCursor: cursor } = await findByPrefix(context, query);
      linkPages(request, response, { next: cursor === undefined ? undefined : { prefix, limit, cursor } });
      return people.map(presentPerson);
    },
  }),
];
