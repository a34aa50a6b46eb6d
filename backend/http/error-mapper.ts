import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import {
  AfterSeqTooFarBehindError,
  AppError,
  BadRequestError,
  BodyTooLargeError,
  BusyError,
  EventsUnavailableError,
  ExpectationFailedError,
  ForbiddenError,
  HandleTakenError,
  HeadersTooLargeError,
  type Issue,
  KeyReusedError,
  KeysUnavailableError,
  MediaTypeError,
  NotAuthenticatedError,
  NotFoundError,
  ProfileMissingError,
  RequestTimeoutError,
  StartingError,
  TableUnavailableError,
  TextKeysUnavailableError,
  TooManyRequestsError,
  UnprocessableError,
} from '../errors.ts';

/** What a caller is told of a failure. */
interface ErrorAnswer {
  readonly status: number;
  readonly detail: string;
  /** At least one. The first one's code is the problem's. */
  readonly issues: readonly [Issue, ...Issue[]];
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the problem document. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** So many things that are wrong are named; then `more_errors` says that there are others. */
const MAX_ISSUES = 20;
/** A field that nobody knows may have any name: so many characters of it are shown. */
const MAX_FIELD_LENGTH = 64;
const PROBLEM_JSON = 'application/problem+json';
/** Faults of the table that pass are mostly over by then. */
const RETRY_AFTER_S = '1';

/** Refuses a request that the server found broken. Mounted behind what every answer has, and before what reads a request. */
export const refuseBroken: RequestHandler = ({ failure }, _response, next) => next(failure);

/**
 * Answers every failure of a request, in one of two forms: RFC 9457 for a client that names its media type, and for
 * any other what Cruddur's forms read, a bare array of codes.
 */
export const answerErrors: ErrorRequestHandler = (error: unknown, request, response, next) => {
  if (response.headersSent) {
    next(error);
    return;
  }
  const answer = boundIssues(answerTo(error));
  // The request's log line carries it: with its stack where it is a fault of ours or of the table.
  if (answer.status >= 500 && error instanceof Error) response.err = error;
  response.status(answer.status).set(answer.headers ?? {});
  if (namesProblemJson(request)) response.type(PROBLEM_JSON).send(JSON.stringify(problem(answer, request)));
  else response.json(answer.issues.map((issue) => issue.code));
};

/** Keeps an answer small, whatever a request makes of it. */
function boundIssues(answer: ErrorAnswer): ErrorAnswer {
  const [first, ...rest] = answer.issues;
  const more = rest.length >= MAX_ISSUES ? [{ code: 'more_errors' }] : [];
  const shown = [...rest.slice(0, MAX_ISSUES - 1), ...more];
  return { ...answer, issues: [shorten(first), ...shown.map(shorten)] };
}

function shorten(issue: Issue): Issue {
  const { field } = issue;
  if (field === undefined || field.length <= MAX_FIELD_LENGTH) return issue;
  return { ...issue, field: `${field.slice(0, MAX_FIELD_LENGTH)}…`.toWellFormed() };
}

function problem({ status, detail, issues, extra }: ErrorAnswer, request: Request) {
  const title = STATUS_CODES[status] ?? 'Error';
  return {
    type: 'about:blank',
    title,
    status,
    detail,
    code: issues[0].code,
    errors: issues,
    request_id: request.id,
    ...extra,
  };
}

/** Whether the type itself stands in `Accept`, in upper or lower case: a wildcard is not a name. */
function namesProblemJson(request: Request): boolean {
  return request.accepts().some((type) => type.toLowerCase() === PROBLEM_JSON);
}

/** The one place where failures become status codes. */
function answerTo(error: unknown): ErrorAnswer {
  if (error instanceof AppError) return answerToAppError(error);
  // Express and its parsers mark what is the request's fault, a path that cannot be decoded for example.
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  if (status === 400)
    return { status, detail: 'The request is malformed.', issues: [{ code: 'request_malformed' }] };
  return { status: 500, detail: 'Something went wrong here.', issues: [{ code: 'internal_error' }] };
}

/** Worth trying again: the request was not at fault. */
const PASSING = [
  BusyError,
  StartingError,
  TableUnavailableError,
  EventsUnavailableError,
  KeysUnavailableError,
  TextKeysUnavailableError,
];

/** Failures that say everything by their status, code and sentence. */
const PLAIN = [
  [ProfileMissingError, 403],
  [ForbiddenError, 403],
  [NotFoundError, 404],
  [RequestTimeoutError, 408],
  [KeyReusedError, 409],
  [HandleTakenError, 409],
  [BodyTooLargeError, 413],
  [MediaTypeError, 415],
  [ExpectationFailedError, 417],
  [HeadersTooLargeError, 431],
] as const;

function answerToAppError(error: AppError): ErrorAnswer {
  const detail = error.message;
  const issues: [Issue] = [{ code: error.code }];
  const [, plain] = PLAIN.find(([failure]) => error instanceof failure) ?? [];
  if (plain !== undefined) return { status: plain, detail, issues };
  if (error instanceof BadRequestError) return { status: 400, detail, issues: error.issues };
  if (error instanceof NotAuthenticatedError)
    return { status: 401, detail, issues, headers: challenge(error) };
  if (error instanceof AfterSeqTooFarBehindError) {
    return { status: 409, detail, issues, extra: { last_seq: error.lastSeq } };
  }
  if (error instanceof UnprocessableError) return { status: 422, detail, issues: error.issues };
  if (error instanceof TooManyRequestsError) {
    return { status: 429, detail, issues, headers: { 'Retry-After': String(error.retryAfterS) } };
  }
  if (PASSING.some((passing) => error instanceof passing)) {
    const seconds = error instanceof KeysUnavailableError ? String(error.retryAfterS) : RETRY_AFTER_S;
    return { status: 503, detail, issues, headers: { 'Retry-After': seconds } };
  }
  throw new TypeError(`no status is decided for ${error.name}`);
}

/** What RFC 6750 (section 3) does not allow in `error_description`: anything but printable ASCII, `"` and `\`. */
const NOT_IN_DESCRIPTION = /[^\x20\x21\x23-\x5b\x5d-\x7e]/g;

/**
 * How to authenticate, in the terms of RFC 6750, section 3: no error code where no token was presented. The description
 * is there in any case, though the RFC would rather have none: the array of codes has no room for a sentence.
 */
function challenge({ code, message }: NotAuthenticatedError): Record<string, string> {
  const error = code === 'token_invalid' || code === 'user_id_invalid' ? ', error="invalid_token"' : '';
  const description = message.replace(NOT_IN_DESCRIPTION, "'");
  return { 'WWW-Authenticate': `Bearer realm="cruddur"${error}, error_description="${description}"` };
}
