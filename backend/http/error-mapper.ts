import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, Request } from 'express';
import {
  AfterSeqTooFarBehindError,
  AppError,
  type Issue,
  type Issues,
  NotAuthenticatedError,
} from '../errors.ts';
import { sendJson } from './send-json.ts';

/** The response to a failure. */
interface ErrorAnswer {
  readonly status: number;
  readonly detail: string;
  /** The first one's code is the problem's. */
  readonly issues: Issues;
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the problem document. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** Maximum number of issues in a response; `more_errors` follows when there are others. */
const MAX_ISSUES = 20;
/** Maximum length of a field's name in a response: an unknown field may have any name. */
const MAX_FIELD_LENGTH = 64;
const PROBLEM_JSON = 'application/problem+json';

/**
 * Responds to every failure, in one of two forms: a problem document (RFC 9457) for a client that names its media type,
 * and for any other client a bare array of codes, which Cruddur's forms read.
 */
export const answerErrors: ErrorRequestHandler = (error: unknown, request, response, next) => {
  if (response.headersSent) {
    next(error);
    return;
  }
  const answer = boundIssues(answerTo(error));
  // The request's log line contains it, with its stack for a fault of the API or of the table.
  if (answer.status >= 500 && error instanceof Error) response.err = error;
  response.status(answer.status).set(answer.headers ?? {});
  if (namesProblemJson(request))
    sendJson(response, problem(answer, request), `${PROBLEM_JSON}; charset=utf-8`);
  else {
    const codes = answer.issues.map((issue) => issue.code);
    sendJson(response, codes);
  }
};

/** Limits the size of a response, whatever the request contains. */
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

/** Whether `Accept` names the type itself, in upper or lower case: a wildcard does not count. */
function namesProblemJson(request: Request): boolean {
  return request.accepts().some((type) => type.toLowerCase() === PROBLEM_JSON);
}

function answerTo(error: unknown): ErrorAnswer {
  if (error instanceof AppError) return answerToAppError(error);
  // Express and its parsers mark failures that are the request's fault, such as a path that cannot be decoded.
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  if (status === 400)
    return { status, detail: 'The request is malformed.', issues: [{ code: 'request_malformed' }] };
  return { status: 500, detail: 'Something went wrong here.', issues: [{ code: 'internal_error' }] };
}

function answerToAppError(error: AppError): ErrorAnswer {
  const { status, message: detail, issues, retryAfterS } = error;
  return {
    status,
    detail,
    issues,
    headers: {
      ...(error instanceof NotAuthenticatedError && challenge(error)),
      ...(retryAfterS !== undefined && { 'Retry-After': String(retryAfterS) }),
    },
    ...(error instanceof AfterSeqTooFarBehindError && { extra: { last_seq: error.lastSeq } }),
  };
}

/** The characters that RFC 6750 (section 3) forbids in `error_description`: all but printable ASCII, and `"` and `\`. */
const NOT_IN_DESCRIPTION = /[^\x20\x21\x23-\x5b\x5d-\x7e]/g;

/**
 * Returns the challenge of RFC 6750, section 3: it has no error code when no token was presented. It always has a
 * description, which the RFC advises against in that case, because the array of codes has no room for a sentence.
 */
function challenge({ code, message }: NotAuthenticatedError): Record<string, string> {
  const error = code === 'token_invalid' || code === 'user_id_invalid' ? ', error="invalid_token"' : '';
  const description = message.replace(NOT_IN_DESCRIPTION, "'");
  return { 'WWW-Authenticate': `Bearer realm="cruddur"${error}, error_description="${description}"` };
}
