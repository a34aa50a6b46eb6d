import type { Request, RequestHandler, Response } from 'express';
import type { Wiring } from '../wiring.ts';
import type { Person } from '../domain/model.ts';
import { requireProfile } from '../domain/people.ts';
import { verifyTicket } from '../events/tickets.ts';
import { NotAuthenticatedError } from '../errors.ts';
import { COST_OF_ONE, type RateLimits, type ReadCost } from './rate-limit.ts';
import type { TokenVerifier, VerifiedToken } from './verify-token.ts';

/** What stands in a route's path. */
type AnyParams = Request['params'];

/** Answers a request of somebody who is known. */
type HandlerFor<Caller, Params extends AnyParams> = (
  caller: Caller,
  request: Request<Params>,
  response: Response,
) => Promise<void> | void;

/** Answers a request of anybody. */
type OpenHandler<Params extends AnyParams> = (
  request: Request<Params>,
  response: Response,
) => Promise<void> | void;

/**
 * What stands in front of routes: a handler runs only for a caller that was let in, and is told who it is. Each counts
 * what it lets in, before anything of the request's body is read.
 */
export interface Guards {
  /** Lets in anybody, whatever token they bring; it counts for their address. */
  anybody<Params extends AnyParams>(handler: OpenHandler<Params>): RequestHandler<Params>;
  /** Lets in who has a valid token, and tells the user id. */
  user<Params extends AnyParams>(
    handler: HandlerFor<string, Params>,
    cost?: ReadCost,
  ): RequestHandler<Params>;
  /** Lets in who has a valid token and a profile. */
  person<Params extends AnyParams>(
    handler: HandlerFor<Caller, Params>,
    cost?: ReadCost,
  ): RequestHandler<Params>;
  /** The same for an event stream, which a ticket in the query opens too. */
  listener<Params extends AnyParams>(
    handler: HandlerFor<Caller, Params>,
    cost?: ReadCost,
  ): RequestHandler<Params>;
}

/** Who is calling, with a profile. */
export interface Caller extends Person {
  /** Until when their token is good, in milliseconds since 1970. */
  readonly expires: number;
  /** Of a stream that a ticket opens: the id of its events, with which an EventSource opens it again. */
  readonly streamId?: string;
}

interface GuardParts {
  readonly context: Wiring;
  readonly verifyToken: TokenVerifier;
  readonly limits: RateLimits;
  /** How to get a token, in a sentence, for the answers of 401. Absent where it is the front end's business. */
  readonly tokenHint?: string;
}

export function authenticate(parts: GuardParts): Guards {
  return {
    anybody: (handler) => async (request, response) => {
      await parts.limits.anonymous(request, response);
      await handler(request, response);
    },
    user: (handler, cost) => async (request, response) => {
      const { userId } = await admit(parts, request, response, { cost });
      await handler(userId, request, response);
    },
    person: (handler, cost) => async (request, response) => {
      const token = await admit(parts, request, response, { cost });
      await handler(await callerWith(parts, token), request, response);
    },
    listener: (handler, cost) => async (request, response) => {
      const token = await admit(parts, request, response, { cost, verify: redeemOrVerify });
      await handler(await callerWith(parts, token), request, response);
    },
  };
}

/** Methods that change nothing. */
const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/**
 * Who is calling. Writes and reads count for that user, wherever they come from; who brings no token, or guesses, counts
 * for their address. (Keys that cannot be fetched say nothing of a token: that counts for nobody.)
 * @throws NotAuthenticatedError, KeysUnavailableError, TooManyRequestsError
 */
async function admit<Params extends AnyParams>(
  parts: GuardParts,
  request: Request<Params>,
  response: Response,
  how: { readonly cost?: ReadCost | undefined; readonly verify?: Verify },
): Promise<Admitted> {
  const { cost = COST_OF_ONE, verify = verifyBearer } = how;
  const { limits, tokenHint } = parts;
  let token: Admitted;
  try {
    token = await verify(parts, request);
  } catch (error) {
    if (!(error instanceof NotAuthenticatedError)) throw error;
    await limits.anonymous(request, response);
    throw tokenHint === undefined || error.code === 'ticket_invalid' ? error : error.withHint(tokenHint);
  }
  if (READS.has(request.method)) await limits.read(token.userId, cost(request.query), request, response);
  else await limits.write(token.userId, request, response);
  return token;
}

type Admitted = VerifiedToken & Pick<Caller, 'streamId'>;
type Verify = (parts: GuardParts, request: Pick<Request, 'headers' | 'query'>) => Promise<Admitted>;

const verifyBearer: Verify = ({ verifyToken }, { headers }) =>
  verifyToken(bearerToken(headers.authorization));

/** The ticket in the query, where there is one, stands for the token that it was bought with. */
const redeemOrVerify: Verify = async (parts, request) => {
  const { ticket } = request.query;
  if (ticket === undefined) return verifyBearer(parts, request);
  const lastEventId = request.headers['last-event-id'];
  if (typeof ticket !== 'string' || Array.isArray(lastEventId))
    throw new NotAuthenticatedError('ticket_invalid');
  const holder = await verifyTicket(parts.context.expiringStore, ticket, lastEventId);
  if (!holder) throw new NotAuthenticatedError('ticket_invalid');
  return holder;
};

async function callerWith({ context }: GuardParts, { userId, ...token }: Admitted): Promise<Caller> {
  return { ...token, ...(await requireProfile(context, userId)) };
}

/** Mostly an empty variable of a shell: `Authorization: Bearer $TOKEN`. */
const NO_BEARER_TOKEN = 'The Authorization header holds no token: it must be Bearer <token>.';

function bearerToken(header: string | undefined): string {
  if (header === undefined || header.trim() === '') throw new NotAuthenticatedError('cognito_user_id_blank');
  const token = /^Bearer +([^\s]+) *$/i.exec(header)?.[1];
  if (token === undefined) throw new NotAuthenticatedError('token_invalid', { message: NO_BEARER_TOKEN });
  return token;
}
