/**
 * Everything a caller can be told. Each leaf carries its stable code and the data that goes with it; which HTTP status
 * it becomes is decided in one place, `http/error-mapper.ts`.
 */
export abstract class AppError extends Error {
  /** Stable, machine-readable; part of the API. */
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** One thing that is wrong with a request. */
export interface Issue {
  readonly code: string;
  /** Name of the parameter, header or body field. Absent when it is the whole. */
  readonly field?: string;
}

/** A part of the request outside its body (path, query, a header, the JSON syntax) is wrong. */
export class BadRequestError extends AppError {
  readonly code: string;
  readonly issues: readonly [Issue, ...Issue[]];
  constructor(issues: readonly [Issue, ...Issue[]], message = 'The request is malformed.') {
    super(message);
    this.code = issues[0].code;
    this.issues = issues;
  }
}

/** The body is JSON, but a field of it is missing, blank, of the wrong type, too long, unknown or refers to nothing. */
export class UnprocessableError extends AppError {
  readonly code: string;
  readonly issues: readonly [Issue, ...Issue[]];
  constructor(
    issues: readonly [Issue, ...Issue[]],
    message = 'The request cannot be carried out as it stands.',
  ) {
    super(message);
    this.code = issues[0].code;
    this.issues = issues;
  }
}

export class BodyTooLargeError extends AppError {
  readonly code = 'body_too_large';
  constructor(options?: ErrorOptions) {
    super('The body is larger than 64 KB.', options);
  }
}

/** The body is not declared as JSON, or in an encoding that is not read here. */
export class MediaTypeError extends AppError {
  readonly code = 'media_type_unsupported';
  constructor(options?: ErrorOptions) {
    super('The body must be application/json in UTF-8.', options);
  }
}

/** The request line and the headers are larger than 16 KB, which is Node's bound. */
export class HeadersTooLargeError extends AppError {
  readonly code = 'request_malformed';
  constructor() {
    super('The request line and the headers are larger than 16 KB.');
  }
}

/** The request was not sent to its end in time. */
export class RequestTimeoutError extends AppError {
  readonly code = 'request_timeout';
  constructor() {
    super('The request was not sent to its end in time.');
  }
}

/** The `Expect` header asks for something other than `100-continue`. */
export class ExpectationFailedError extends AppError {
  readonly code = 'expectation_failed';
  constructor() {
    super('The Expect header can ask for 100-continue and nothing else.');
  }
}

const UNVERIFIED = {
  cognito_user_id_blank: 'A token is missing: send it in the header Authorization: Bearer <token>.',
  token_invalid: 'The bearer token does not verify.',
  user_id_invalid:
    "The token's `sub` cannot be a user id: it is empty, longer than 255 bytes, `.`, `..`, or begins with `@`.",
  ticket_invalid: 'The ticket is too old, or never was one: POST /api/events/ticket gives another.',
} as const;

/** No token, one that does not verify, or one of a user who cannot have an id here. */
export class NotAuthenticatedError extends AppError {
  readonly code: keyof typeof UNVERIFIED;
  /** @param message absent: what the code says. */
  constructor(code: keyof typeof UNVERIFIED, options?: ErrorOptions & { readonly message?: string }) {
    super(options?.message ?? UNVERIFIED[code], options);
    this.code = code;
  }

  /** The same, which also says how to get a token. */
  withHint(hint: string): NotAuthenticatedError {
    return new NotAuthenticatedError(this.code, { message: `${this.message} ${hint}`, cause: this });
  }
}

/** A verified user who has not written a profile yet. */
export class ProfileMissingError extends AppError {
  readonly code = 'profile_missing';
  constructor() {
    super('This user has no profile yet: PUT /api/users/me writes one.');
  }
}

const FORBIDDEN = {
  role_forbidden: 'This takes another role.',
  message_not_own: 'This is the message of somebody else.',
  host_not_allowed:
    'This is served on one machine, under its own names: ALLOWED_HOSTS adds another host name.',
  origin_not_allowed: 'Pages of this origin may not sign in here: FRONTEND_URL adds an origin.',
} as const;

/**
 * The caller is known, and may not do this: a member who lacks the role or did not write the message; or, on one
 * machine, a page that belongs to somewhere else.
 */
export class ForbiddenError extends AppError {
  readonly code: keyof typeof FORBIDDEN;
  constructor(code: keyof typeof FORBIDDEN) {
    super(FORBIDDEN[code]);
    this.code = code;
  }
}

/** No such thing, or not the caller's to see: the two must not be told apart. */
export class NotFoundError extends AppError {
  readonly code = 'not_found';
  constructor() {
    super('There is no such thing here.');
  }
}

/** The key was used before, for another text or another group. */
export class KeyReusedError extends AppError {
  readonly code = 'idempotency_key_reused';
  constructor() {
    super('This Idempotency-Key was used for another request.');
  }
}

export class HandleTakenError extends AppError {
  readonly code = 'handle_taken';
  constructor() {
    super('Somebody else has this handle.');
  }
}

/** The log is too far ahead of `after_seq` to be searched for the key: the client has to catch up first. */
export class AfterSeqTooFarBehindError extends AppError {
  readonly code = 'after_seq_too_far_behind';
  readonly lastSeq: number;
  constructor(lastSeq: number) {
    super('The conversation has moved on: fetch the messages after after_seq first.');
    this.lastSeq = lastSeq;
  }
}

/** So many requests of a user, or from an address, within a minute that no more are let in. Nothing was done. */
export class TooManyRequestsError extends AppError {
  readonly code = 'rate_limited';
  /** Whole seconds, at least one, until requests are let in again. */
  readonly retryAfterS: number;
  constructor(retryAfterS: number) {
    super('Too many requests: come again later.');
    this.retryAfterS = retryAfterS;
  }
}

/** Too much at once: nothing was stored, or nothing more than an earlier attempt had stored. Worth trying again. */
export class BusyError extends AppError {
  readonly code = 'busy';
}

/** The process has begun to listen, but cannot serve yet. */
export class StartingError extends AppError {
  readonly code = 'starting';
  constructor() {
    super('The API is being started: come again.');
  }
}

/** The table throttles, cannot be reached, or answers with an error of its own. Worth trying again. */
export class TableUnavailableError extends AppError {
  readonly code = 'table_unavailable';
  constructor(options?: ErrorOptions) {
    super('The table cannot be reached just now.', options);
  }
}

/** What carries live events between processes cannot be reached. Worth trying again. */
export class EventsUnavailableError extends AppError {
  readonly code = 'events_unavailable';
  constructor(options?: ErrorOptions) {
    super('Live events cannot be had just now.', options);
  }
}

/** The key that seals and opens texts cannot be had just now. Nothing was stored that an answer did not tell of. */
export class TextKeysUnavailableError extends AppError {
  readonly code = 'text_keys_unavailable';
  constructor(options?: ErrorOptions) {
    super('The key of the texts cannot be had just now.', options);
  }
}

/** The issuer's key for a token is not known now, so nothing can be said of the token. Worth trying again. */
export class KeysUnavailableError extends AppError {
  readonly code = 'token_keys_unavailable';
  /** Whole seconds, at least one, until keys can be fetched again. */
  readonly retryAfterS: number;
  constructor({ retryAfterS = 1, ...options }: ErrorOptions & { readonly retryAfterS?: number } = {}) {
    super('The keys to verify tokens with cannot be fetched just now.', options);
    this.retryAfterS = retryAfterS;
  }
}
