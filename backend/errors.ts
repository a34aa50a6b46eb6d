/**
 * A failure that the API reports. Each leaf class states its HTTP status, its stable code and the data that belongs to
 * it, so a new failure is one class here; `web/src/api/wording.ts` has a sentence for its code.
 */
export abstract class AppError extends Error {
  abstract readonly status: number;
  /** Stable, machine-readable; part of the API. */
  abstract readonly code: string;
  /** Whole seconds, at least one, after which the client may repeat the request. Absent where repeating does not help. */
  readonly retryAfterS?: number;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }

  /** Everything that is wrong with the request. The first issue has the error's own code. */
  get issues(): Issues {
    return [{ code: this.code }];
  }
}

/** One thing that is wrong with a request. */
export interface Issue {
  readonly code: string;
  /** Name of the parameter, header or body field. Absent when the issue concerns the whole request or body. */
  readonly field?: string;
}

export type Issues = readonly [Issue, ...Issue[]];

/** A request with one or more invalid parts. */
abstract class InvalidRequestError extends AppError {
  readonly #issues: Issues;
  constructor(issues: Issues, message: string) {
    super(message);
    this.#issues = issues;
  }

  get code(): string {
    return this.#issues[0].code;
  }

  override get issues(): Issues {
    return this.#issues;
  }
}

/** A part of the request outside its body (path, query, a header, the JSON syntax) is invalid. */
export class BadRequestError extends InvalidRequestError {
  readonly status = 400;
  constructor(issues: Issues, message = 'The request is malformed.') {
    super(issues, message);
  }
}

/** The body is JSON, but a field is missing, blank, of the wrong type, too long, unknown, or refers to nothing. */
export class UnprocessableError extends InvalidRequestError {
  readonly status = 422;
  constructor(issues: Issues) {
    super(issues, 'The request cannot be carried out: a field is invalid.');
  }
}

export class BodyTooLargeError extends AppError {
  readonly status = 413;
  readonly code = 'body_too_large';
  constructor(options?: ErrorOptions) {
    super('The body is larger than 64 KB.', options);
  }
}

/** The content type is not JSON, or the character or content encoding is not supported. */
export class MediaTypeError extends AppError {
  readonly status = 415;
  readonly code = 'media_type_unsupported';
  constructor(options?: ErrorOptions) {
    super('The body must be application/json in UTF-8.', options);
  }
}

/** The request line and the headers are larger than 16 KB, which is Node's limit. */
export class HeadersTooLargeError extends AppError {
  readonly status = 431;
  readonly code = 'request_malformed';
  constructor() {
    super('The request line and the headers are larger than 16 KB.');
  }
}

/** The client did not send the whole request in time. */
export class RequestTimeoutError extends AppError {
  readonly status = 408;
  readonly code = 'request_timeout';
  constructor() {
    super('The request was not completed in time.');
  }
}

/** The `Expect` header asks for something other than `100-continue`. */
export class ExpectationFailedError extends AppError {
  readonly status = 417;
  readonly code = 'expectation_failed';
  constructor() {
    super('The Expect header supports only 100-continue.');
  }
}

const NOT_AUTHENTICATED = {
  cognito_user_id_blank: 'A token is missing: send it in the header Authorization: Bearer <token>.',
  token_invalid: 'The bearer token does not verify.',
  user_id_invalid:
    "The token's `sub` cannot be a user id: it is empty, longer than 255 bytes, `.`, `..`, or begins with `@`.",
  ticket_invalid: 'The ticket is expired or invalid: POST /api/events/ticket issues another.',
} as const;
type NotAuthenticatedCode = keyof typeof NOT_AUTHENTICATED;

/** The token is missing, does not verify, or belongs to a user whose id cannot be used here. */
export class NotAuthenticatedError extends AppError {
  static readonly codes = Object.keys(NOT_AUTHENTICATED);
  readonly status = 401;
  readonly code: NotAuthenticatedCode;
  /** @param message absent: the sentence of the code. */
  constructor(code: NotAuthenticatedCode, options?: ErrorOptions & { readonly message?: string }) {
    super(options?.message ?? NOT_AUTHENTICATED[code], options);
    this.code = code;
  }

  /** Returns the same error with a hint on how to get a token. */
  withHint(hint: string): NotAuthenticatedError {
    return new NotAuthenticatedError(this.code, { message: `${this.message} ${hint}`, cause: this });
  }
}

/** The user is authenticated, but has no profile yet. */
export class ProfileMissingError extends AppError {
  readonly status = 403;
  readonly code = 'profile_missing';
  constructor() {
    super('This user has no profile yet: PUT /api/users/me creates one.');
  }
}

const FORBIDDEN = {
  role_forbidden: 'This action needs another role.',
  message_not_own: 'Another user wrote this message.',
  recipient_unavailable: 'The other user does not accept messages from this user.',
  recipient_blocked: 'This user blocks the other user: DELETE /api/users/@<handle>/block unblocks them.',
  attachments_disabled: 'This deployment stores no files: set ATTACHMENT_BUCKET to allow them.',
  removed_from_group: 'A member removed this user from the group: only a member can bring them back.',
  signature_invalid: 'The signed request is wrong, or has expired.',
  host_not_allowed:
    'This server answers only to its own host names on one machine: ALLOWED_HOSTS adds another host name.',
  origin_not_allowed: 'Pages of this origin may not sign in here: FRONTEND_URL adds an origin.',
} as const;
type ForbiddenCode = keyof typeof FORBIDDEN;

/**
 * The caller is known, but may not do this: a member lacks the role or did not write the message, a removed member
 * wants to join again, or one of two users blocks the other; or, on a local server, the page belongs to another host or origin.
 */
export class ForbiddenError extends AppError {
  static readonly codes = Object.keys(FORBIDDEN);
  readonly status = 403;
  readonly code: ForbiddenCode;
  constructor(code: ForbiddenCode) {
    super(FORBIDDEN[code]);
    this.code = code;
  }
}

/** The resource does not exist, or the caller may not see it: clients must not be able to distinguish the two. */
export class NotFoundError extends AppError {
  readonly status = 404;
  readonly code = 'not_found';
  constructor() {
    super('Not found.');
  }
}

/** The idempotency key was used before, for another text or another group. */
export class KeyReusedError extends AppError {
  readonly status = 409;
  readonly code = 'idempotency_key_reused';
  constructor() {
    super('This Idempotency-Key was used for another request.');
  }
}

export class HandleTakenError extends AppError {
  readonly status = 409;
  readonly code = 'handle_taken';
  constructor() {
    super('Another user has this handle.');
  }
}

/** The log is too far ahead of `after_seq` to search it for the key: the client has to catch up first. */
export class AfterSeqTooFarBehindError extends AppError {
  readonly status = 409;
  readonly code = 'after_seq_too_far_behind';
  readonly lastSeq: number;
  constructor(lastSeq: number) {
    super('The conversation has moved on: fetch the messages after after_seq first.');
    this.lastSeq = lastSeq;
  }
}

/** More has changed since than is listed: the client loads what it shows again. */
export class ChangesTooFarBehindError extends AppError {
  readonly status = 409;
  readonly code = 'changes_too_far_behind';
  constructor() {
    super('Too much has changed since: load the conversation again.');
  }
}

/** The user or the address has used up its rate limit. Nothing was done. */
export class TooManyRequestsError extends AppError {
  readonly status = 429;
  readonly code = 'rate_limited';
  override readonly retryAfterS: number;
  constructor(retryAfterS: number) {
    super('Too many requests: try again later.');
    this.retryAfterS = retryAfterS;
  }
}

/** A transient failure that is not the request's fault. Most are over within a second. */
export abstract class TransientError extends AppError {
  readonly status = 503;
  override readonly retryAfterS: number = 1;
}

/** Too many concurrent requests: nothing was stored, or nothing beyond what an earlier attempt had stored. */
export class BusyError extends TransientError {
  readonly code = 'busy';
  constructor(message = 'Too many concurrent requests.') {
    super(message);
  }
}

/** The process accepts connections, but cannot serve requests yet. */
export class StartingError extends TransientError {
  readonly code = 'starting';
  constructor() {
    super('The API is starting: try again.');
  }
}

/** The table throttles, is unreachable, or fails with an error of its own. */
export class TableUnavailableError extends TransientError {
  readonly code = 'table_unavailable';
  constructor(options?: ErrorOptions) {
    super('The table is unavailable at the moment.', options);
  }
}

/** The server that carries live events between processes is unreachable. */
export class EventsUnavailableError extends TransientError {
  readonly code = 'events_unavailable';
  constructor(options?: ErrorOptions) {
    super('Live events are unavailable at the moment.', options);
  }
}

/** The key that encrypts and decrypts texts is unavailable. Nothing was stored that a response did not report. */
export class TextKeysUnavailableError extends TransientError {
  readonly code = 'text_keys_unavailable';
  constructor(options?: ErrorOptions) {
    super('The key of the texts is unavailable at the moment.', options);
  }
}

/** The store of files is unreachable, throttles, or is full. */
export class FilesUnavailableError extends TransientError {
  readonly code = 'files_unavailable';
  constructor(options?: ErrorOptions) {
    super('The store of files is unavailable at the moment.', options);
  }
}

/** The issuer's key for a token is unknown at the moment, so the token can be neither accepted nor rejected. */
export class KeysUnavailableError extends TransientError {
  readonly code = 'token_keys_unavailable';
  /** Until keys can be fetched again. */
  override readonly retryAfterS: number;
  constructor({ retryAfterS = 1, ...options }: ErrorOptions & { readonly retryAfterS?: number } = {}) {
    super('The keys that verify tokens cannot be fetched at the moment.', options);
    this.retryAfterS = retryAfterS;
  }
}
