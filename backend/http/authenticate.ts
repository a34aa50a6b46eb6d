import type { Request, RequestHandler, Response } from 'express';
import type { Context } from '../context.ts';
import { type Person, requireProfile } from '../domain/people.ts';
import { NotAuthenticatedError } from '../errors.ts';
import type { TokenVerifier } from './verify-token.ts';

/** Answers a request of somebody who is known. */
type HandlerFor<Caller, Params> = (
  caller: Caller,
  request: Request<Params>,
  response: Response,
) => Promise<void> | void;

/** What stands in front of routes: a handler runs only for a caller that was let in, and is told who it is. */
export interface Guards {
  /** Lets in who has a valid token, and tells the user id. */
  user<Params>(handler: HandlerFor<string, Params>): RequestHandler<Params>;
  /** Lets in who has a valid token and a profile. */
  person<Params>(handler: HandlerFor<Person, Params>): RequestHandler<Params>;
}

export function authenticate(parts: {
  readonly context: Context;
  readonly verifyToken: TokenVerifier;
}): Guards {
  return {
    user: (handler) => async (request, response) => {
      const userId = await parts.verifyToken(bearerToken(request.headers.authorization));
      await handler(userId, request, response);
    },
    person: (handler) => async (request, response) => {
      const userId = await parts.verifyToken(bearerToken(request.headers.authorization));
      await handler(await requireProfile(parts.context, userId), request, response);
    },
  };
}

function bearerToken(header: string | undefined): string {
  if (header === undefined || header.trim() === '') throw new NotAuthenticatedError('cognito_user_id_blank');
  const token = /^Bearer +([^\s]+) *$/i.exec(header)?.[1];
  if (token === undefined) throw new NotAuthenticatedError('token_invalid');
  return token;
}
