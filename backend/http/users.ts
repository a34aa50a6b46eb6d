import { Router } from 'express';
import * as z from 'zod';
import { foldHandle, HANDLE_PATTERN } from '../../schema/handles.ts';
import type { Context } from '../context.ts';
import { findByHandle, findByPrefix, saveProfile } from '../domain/people.ts';
import { NotFoundError } from '../errors.ts';
import type { Guards } from './authenticate.ts';
import { readJson } from './body.ts';
import { cursorParameter, displayName, limitParameter, newHandle, parseBody, parseQuery } from './fields.ts';
import { linkPages } from './paging.ts';
import { presentPerson } from './present.ts';

const profileBody = z.strictObject({
  handle: newHandle,
  display_name: displayName,
});

const searchQuery = z.strictObject({
  /** The beginning of a handle: two characters or more. */
  prefix: z.string('prefix_invalid').toLowerCase().regex(HANDLE_PATTERN, 'prefix_invalid'),
  limit: limitParameter(10),
  cursor: cursorParameter,
});

export function userRoutes(context: Context, guards: Guards): Router {
  const router = Router();

  // Open to everybody, and a token on it changes nothing: Cruddur's week-5 client sends none.
  router.get('/users/@:handle/short', async (request, response) => {
    const handle = foldHandle(request.params.handle);
    if (handle === undefined) throw new NotFoundError();
    response.json(presentPerson(await findByHandle(context, handle)));
  });

  router.get(
    '/users/me',
    guards.person((caller, _request, response) => {
      response.json(presentPerson(caller));
    }),
  );

  router.put(
    '/users/me',
    guards.user(async (userId, request, response) => {
      const profile = parseBody(profileBody, await readJson(request, response));
      response.json(presentPerson(await saveProfile(context, userId, profile)));
    }),
  );

  router.get(
    '/users',
    guards.person(async (_caller, request, response) => {
      const search = parseQuery(searchQuery, request.query);
      const { prefix, limit } = search;
      const { people, nextCursor: cursor } = await findByPrefix(context, search);
      linkPages(request, response, { next: cursor === undefined ? undefined : { prefix, limit, cursor } });
      response.json(people.map(presentPerson));
    }),
  );

  return router;
}
