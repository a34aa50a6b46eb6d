import type { Request, RequestHandler, Response } from 'express';
import type { Wiring } from '../wiring.ts';
import type { Person } from '../domain/model.ts';
import { requireProfile } from '../domain/people.ts';
import { verifyTicket } from '../events/tickets.ts';
import { NotAuthenticatedError } from '../errors.ts';
import { COST_OF_ONE, type RateLimits, type ReadCost } from './rate-limit.ts';
import type { TokenVerifier, VerifiedToken } from './verify-token.ts';

type AnyParams = Request['params'];

/** Handles a request of an authenticated caller. */
type HandlerFor<Caller, Params extends AnyParams> = (
  caller: Caller,
  request: Request<Params>,
  response: Response,
) => Promise<void> | void;

/** Handles a request of any client. */
type OpenHandler<Params extends AnyParams> = (
  request: Request<Params>,
  response: Response,
) => Promise<void> | void;

/**
 * Authentication and rate limiting of routes. A handler runs only for an accepted request, with its caller. Each request
 * is counted before its body is read.
 */
export interface Guards {
  /** Accepts any client and ignores tokens; the request counts towards its address. */
  anybody<Params extends AnyParams>(handler: OpenHandler<Params>): RequestHandler<Params>;
  /** Accepts a valid token, and passes the user id on. */
  user<Params extends AnyParams>(
    handler: HandlerFor<string, Params>,
    cost?: ReadCost,
  ): RequestHandler<Params>;
  /** Accepts a valid token of a user with a profile. */
  person<Params extends AnyParams>(
    handler: HandlerFor<Caller, Params>,
    cost?: ReadCost,
  ): RequestHandler<Params>;
  /** The same for an event stream, which a ticket in the query also opens. */
  listener<Params extends AnyParams>(
    handler: HandlerFor<Caller, Params>,
    cost?: ReadCost,
  ): RequestHandler<Params>;
}

/** The caller, with a profile. */
export interface Caller extends Person {
  /** When the token expires, in milliseconds since 1970. */
  readonly expires: number;
  /** For a stream opened with a ticket: the id of its events, with which an EventSource reopens it. */
  readonly streamId?: string;
}

interface GuardParts {
  readonly context: Wiring;
  readonly verifyToken: TokenVerifier;
  readonly limits: RateLimits;
  /** A sentence on how to get a token, for 401 responses. Absent where the front end handles sign-in. */
  readonly tokenHint?: string;
}

export function authenticate(parts: GuardParts): Guards {
  return {
    anybody: (handler) => async (request, response) => {
      await parts.limits.anonymous(request, response);
      await handler(request, response);
    },
    user: (handler, cost) => async (request, response) => {
      const { userId } = await authenticateAndCount(parts, request, response, { cost });
      await handler(userId, request, response);
    },
    person: (handler, cost) => async (request, response) => {
      const token = await authenticateAndCount(parts, request, response, { cost });
      await handler(await callerWith(parts, token), request, response);
    },
    listener: (handler, cost) => async (request, response) => {
      const token = await authenticateAndCount(parts, request, response, {
        cost,
        verify: verifyTicketOrBearer,
      });
      await handler(await callerWith(parts, token), request, response);
    },
  };
}

/** Methods without effects. */
const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/**
 * Authenticates and counts a request. Writes and reads count towards the user, whatever the address; requests with no
 * token or an invalid one count towards the address. When keys cannot be fetched, the token can be neither accepted nor
 * rejected, and the request does not count.
 * @throws NotAuthenticatedError, KeysUnavailableError, TooManyRequestsError
 */
async function authenticateAndCount<Params extends AnyParams>(
  parts: GuardParts,
  request: Request<Params>,
  response: Response,
  how: { readonly cost?: ReadCost | undefined; readonly verify?: Verify },
): Promise<Authenticated> {
  const { cost = COST_OF_ONE, verify = verifyBearer } = how;
  const { limits, tokenHint } = parts;
  let token: Authenticated;
  try {
    token = await verify(parts, request);
  } catch (error) {
    if (!(error instanceof NotAuthenticatedError)) throw error;
    await limits.anonymous(request, response);
    throw tokenHint === undefined || error.code === 'ticket_invalid' ? error : error.withHint(tokenHint);
  }
  if (READS.has(request.method)) await limits.read(token.userId, cost(request), request, response);
  else await limits.write(token.userId, request, response);
  return token;
}

type Authenticated = VerifiedToken & Pick<Caller, 'streamId'>;
type Verify = (parts: GuardParts, request: Pick<Request, 'headers' | 'query'>) => Promise<Authenticated>;

const verifyBearer: Verify = ({ verifyToken }, { headers }) =>
  verifyToken(bearerToken(headers.authorization));

/** A ticket in the query represents the token that it was issued for. */
const verifyTicketOrBearer: Verify = async (parts, request) => {
  const { ticket } = request.query;
  if (ticket === undefined) return verifyBearer(parts, request);
  const lastEventId = request.headers['last-event-id'];
  if (typeof ticket !== 'string' || Array.isArray(lastEventId))
    throw new NotAuthenticatedError('ticket_invalid');
  const holder = await verifyTicket(parts.context.expiringStore, ticket, lastEventId);
  if (!holder) throw new NotAuthenticatedError('ticket_invalid');
  return holder;
};

async function callerWith({ context }: GuardParts, { userId, ...token }: Authenticated): Promise<Caller> {
  return { ...token, ...(await requireProfile(context, userId)) };
}

/** The usual cause is an empty shell variable: `Authorization: Bearer $TOKEN`. */
const NO_BEARER_TOKEN = 'The Authorization header holds no token: it must be Bearer <token>.';

function bearerToken(header: string | undefined): string {
  if (header === undefined || header.trim() === '') throw new NotAuthenticatedError('cognito_user_id_blank');
  const token = /^Bearer +([^\s]+) *$/i.exec(header)?.[1];
  if (token === undefined) throw new NotAuthenticatedError('token_invalid', { message: NO_BEARER_TOKEN });
  return token;
}
