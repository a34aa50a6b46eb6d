import { AppError } from '../backend/errors.ts';
import { ConfigError } from '../backend/config.ts';
import { EarlierVersionError } from '../backend/table/edition.ts';
import { SchemaMismatchError } from '../backend/table/schema-loader.ts';
import { UserError } from './user-error.ts';

/** The table that a program was working on, as its user would name it. */
export interface Target {
  /** Absent: AWS itself. */
  readonly endpoint?: string;
  readonly tableName?: string;
}

/** Formats one line for a person: what failed, and what to do about it. Never a stack trace. */
export function explainFailure(error: unknown, target: Target = {}): string {
  const known = explainIfKnown(error, target);
  if (known !== undefined) return known;
  const text =
    error instanceof Error ? `unexpected ${error.name}: ${error.message}` : `unexpected: ${String(error)}`;
  return oneLine(text);
}

/** Does the same for failures that a user can fix; undefined for any other, which may be a bug. */
export function explainIfKnown(error: unknown, target: Target = {}): string | undefined {
  const text = error instanceof Error ? explain(error, target) : undefined;
  return text === undefined ? undefined : oneLine(text);
}

const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, '; ');

function explain(error: Error, target: Target): string | undefined {
  if (error instanceof UserError || error instanceof ConfigError || error instanceof EarlierVersionError)
    return error.message;
  if (error instanceof SchemaMismatchError)
    return `${error.message}: give another table's name, or drop this one`;
  for (const cause of causes(error)) {
    const known = explainKnown(cause, target);
    if (known !== undefined) return known;
  }
  return error instanceof AppError ? error.message : undefined;
}

function explainKnown(error: Error, target: Target): string | undefined {
  const where = target.endpoint ?? 'AWS';
  const code = 'code' in error ? String(error.code) : error.name;
  if (UNREACHABLE.has(code) || UNREACHABLE.has(error.name)) {
    return `nothing answers at ${where} (${code}): start it, or give another endpoint`;
  }
  if (error.name === 'ResourceNotFoundException') {
    return `there is no table ${target.tableName ?? ''} at ${where}: ./bin/ddb/schema-load creates it`;
  }
  if (BAD_CREDENTIALS.has(error.name)) {
    return `the credentials do not work (${error.name}: ${error.message}): check AWS_PROFILE, --profile or --role-arn`;
  }
  if (isFullDisk(error, code))
    return `the disk is full (${error.message}): make room on it, or choose a DATA_DIR on another one`;
  if (/region is missing/i.test(error.message))
    return 'no region is configured: give --region, or set AWS_REGION';
  if (isNotDynamo(error)) return `what answers at ${where} is not DynamoDB: check the port`;
  return undefined;
}

/** Whether a file of this process, or of a local engine, could not be written for lack of space. */
function isFullDisk({ message }: Error, code: string): boolean {
  return code === 'ENOSPC' || code === 'EDQUOT' || /\bdisk is full\b/i.test(message);
}

/** Whether the SDK threw this because the endpoint does not speak DynamoDB's protocol. */
function isNotDynamo(error: Error): boolean {
  const names = ['HTTPParserError', 'Unknown', 'UnknownError'];
  return error instanceof SyntaxError || names.includes(error.name);
}

/** An error, what it wraps, and so on. */
function* causes(error: Error): Generator<Error> {
  for (let next: unknown = error; next instanceof Error; next = next.cause) {
    yield next;
    if (next instanceof AggregateError && next.errors[0] instanceof Error) yield next.errors[0];
  }
}

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'HPE_INVALID_CONSTANT',
  'TimeoutError',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_SOCKET',
]);

const BAD_CREDENTIALS = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignatureException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);
