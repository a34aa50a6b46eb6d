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
      description: 'The beginning of a handle, in upper or lower case: two characters or more.',
      examples: ['an'],
      [CODES]: ['prefix_invalid'],
      override: { pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{1,29}$' },
    }),
  limit: limitParameter(SEARCH_PAGE),
  cursor: cursorParameter,
});

export const userRoutes: readonly Route[] = [
  // Open to everybody, and a token on it changes nothing: Cruddur's week-5 client sends none.
  openRoute({
    method: 'get',
    path: '/users/@:handle/short',
    name: 'readPerson',
    summary: 'Tells who has a handle',
    params: z.object({ handle: handleInPath }),
    answer: json(person, 'The person.'),
    handle: async ({ context, params }) => presentPerson(await findByHandle(context, params.handle)),
  }),

  personRoute({
    method: 'get',
    path: '/users/me',
    name: 'readProfile',
    summary: "Tells the caller's profile",
    answer: json(person, 'The caller.'),
    handle: ({ caller }) => presentPerson(caller),
  }),

  userRoute({
    method: 'put',
    path: '/users/me',
    name: 'saveProfile',
    summary: "Writes the caller's profile, and claims the handle",
    description:
      'Whoever has a valid token may: this is how a user gets a profile. A handle they had is free again.',
    body: profileBody,
    answer: json(person, 'The caller, as they are now.'),
    errors: { 409: ['handle_taken'] },
    handle: async ({ context, caller, body }) => presentPerson(await saveProfile(context, caller, body)),
  }),

  personRoute({
    method: 'get',
    path: '/users',
    name: 'findPeople',
    summary: 'Lists people by the beginning of their handles',
    query: searchQuery,
    cost: costOfPage(SEARCH_PAGE),
    answer: json(z.array(person), "Those people, in their handles' order.", ['Link']),
    handle: async ({ context, query, request, response }) => {
      const { prefix, limit } = query;
      const { people, nextCursor: cursor } = await findByPrefix(context, query);
      linkPages(request, response, { next: cursor === undefined ? undefined : { prefix, limit, cursor } });
      return people.map(presentPerson);
    },
  }),
];
