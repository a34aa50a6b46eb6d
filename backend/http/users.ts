import * as z from 'zod';
import { foldCase, HANDLE_PATTERN } from '../../schema/handles.ts';
import { findByHandle, findByPrefix, saveProfile } from '../domain/people.ts';
import { person, presentPerson } from '../presentation/person.ts';
import { CODES, cursorParameter, displayName, handleInPath, limitParameter, newHandle } from './fields.ts';
import { linkPages } from './paging.ts';
import { costOfPage } from './rate-limit.ts';
import { json, openRoute, personRoute, type Route, userRoute } from './route.ts';

const profileBody = z.strictObject({
  handle: newHandle,
  display_name: displayName,
});

const SEARCH_PAGE = 10;

const searchQuery = z.strictObject({
  prefix: z
    .string('prefix_invalid')
    .overwrite(foldCase)
    .regex(HANDLE_PATTERN, 'prefix_invalid')
    .meta({
      description: 'The beginning of a handle, in upper or lower case: at least two characters.',
      examples: ['an'],
      [CODES]: ['prefix_invalid'],
      override: { pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{1,29}$' },
    }),
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
