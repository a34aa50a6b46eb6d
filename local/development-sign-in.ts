import { Router } from 'express';
import * as z from 'zod';
import type { Wiring } from '../backend/wiring.ts';
import { ForbiddenError, UnprocessableError } from '../backend/errors.ts';
import { readJson } from '../backend/http/body.ts';
import { displayName, newHandle } from '../backend/http/fields.ts';
import { parseBody } from '../backend/http/parse-input.ts';
import type { DevelopmentIssuer } from './development-issuer.ts';
import { findOrCreatePerson, findPersonIfThere } from '../cli/people.ts';
import { knownHandles } from './known-handles.ts';
import { isForThisMachine, isFromOwnPage, type LocalAccess } from './own-hosts.ts';

/** Maximum number of users that are offered for sign-in. */
const SHOWN_PEOPLE = 12;

const signInBody = z.strictObject({
  handle: newHandle,
  /** Creates a profile with this handle if there is none. */
  create: z.boolean('create_invalid').default(false),
  /** Display name of a new profile. Default: the handle. */
  display_name: displayName.optional(),
});

/**
 * Makes the routes with which the screens sign in on one machine, as any user and without a password. They are for this
 * machine's own pages: requests for another host, or from pages of an origin that `corsOrigins` does not name, are refused.
 */
export function developmentSignIn(parts: {
  readonly context: Wiring;
  readonly issuer: DevelopmentIssuer;
  readonly access: LocalAccess;
  readonly corsOrigins: readonly string[];
}): Router {
  const { context, issuer, access, corsOrigins } = parts;
  const router = Router();
  router.use('/development', (request, response, next) => {
    response.set('Cache-Control', 'no-store');
    if (!isForThisMachine(request, access)) throw new ForbiddenError('host_not_allowed');
    if (!isFromOwnPage(request, corsOrigins)) throw new ForbiddenError('origin_not_allowed');
    next();
  });

  router.get('/development/people', async (_request, response) => {
    const handles = await knownHandles(context, SHOWN_PEOPLE);
    const people = await Promise.all(handles.map((handle) => findPersonIfThere(context, handle)));
    response.json(
      people
        .filter((person) => person !== undefined)
        .map(({ userId, handle, display_name }) => ({ uuid: userId, handle, display_name })),
    );
  });

  router.post('/development/sign-in', async (request, response) => {
    const { handle, create, display_name } = parseBody(signInBody, await readJson(request, response));
    const person = create
      ? await findOrCreatePerson(context, handle, display_name)
      : await findPersonIfThere(context, handle);
    if (!person) throw new UnprocessableError([{ code: 'handle_unknown', field: 'handle' }]);
    const token = await issuer.signToken({ sub: person.userId, username: person.handle });
    response.json({ access_token: token });
  });

  return router;
}
