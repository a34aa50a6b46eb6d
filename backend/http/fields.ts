import * as z from 'zod';
import { HANDLE_PATTERN } from '../../schema/handles.ts';
import { isGroupId } from '../../schema/ids.ts';
import { MAX_SEQ } from '../../schema/keys.ts';
import { BadRequestError, type Issue, NotFoundError, UnprocessableError } from '../errors.ts';

/**
 * The fields that requests are made of, and how a schema's findings become error codes: the message of an issue *is*
 * its code, so each schema names the codes it can give.
 */

/** The limit of Cruddur's form, in code points after trimming. */
export const MAX_MESSAGE_CODE_POINTS = 1_024;
const MAX_DISPLAY_NAME_CODE_POINTS = 64;
const MAX_LIMIT = 100;
const MAX_IDEMPOTENCY_KEY_LENGTH = 64;

/** Shows nothing: white space, format characters, and what Unicode says to ignore by default. */
const INVISIBLE = /^[\s\p{Cf}\p{Default_Ignorable_Code_Point}]*$/u;
/** Control characters but tab and line ends: neither "not a control" nor one of those. */
const CONTROL_IN_TEXT = /[^\P{Cc}\t\n\r]/u;
const CONTROL_IN_LINE = /\p{Cc}/u;

const codePoints = (text: string): number => Array.from(text).length;

/** A text that has to be there, trimmed: `<name>_blank` when absent or invisible, `<name>_invalid` when no text. */
function requiredText(name: string) {
  return z
    .string({
      error: ({ input }) => (input === undefined || input === null ? `${name}_blank` : `${name}_invalid`),
    })
    .trim()
    .refine((text) => !INVISIBLE.test(text), { error: `${name}_blank`, abort: true });
}

/** A message's text: 1 to 1,024 code points after trimming, lines allowed, other control characters not. */
export const messageText = requiredText('message')
  .refine((text) => text.isWellFormed() && !CONTROL_IN_TEXT.test(text), 'message_malformed')
  .refine((text) => codePoints(text) <= MAX_MESSAGE_CODE_POINTS, 'message_exceed_max_chars_1024');

/** A person's name as others see it: one line of 1 to 64 code points. */
export const displayName = requiredText('display_name')
  .refine((text) => text.isWellFormed() && !CONTROL_IN_LINE.test(text), 'display_name_malformed')
  .refine((text) => codePoints(text) <= MAX_DISPLAY_NAME_CODE_POINTS, 'display_name_exceed_max_chars_64');

/** A handle, case-folded: 2 to 30 of a-z, 0-9, `_`, `.` and `-`, the first a letter or digit. */
export const newHandle = requiredText('handle').toLowerCase().regex(HANDLE_PATTERN, 'handle_invalid');

/**
 * The group a path or a body names. Any text may stand there: what cannot be an id is a group that does not exist.
 * @throws NotFoundError
 */
export function groupIdIn(text: string): string {
  if (!isGroupId(text)) throw new NotFoundError();
  return text;
}

/** A place in a log, in a body. */
export const seqField = (name: string) =>
  z.int(`${name}_invalid`).min(1, `${name}_invalid`).max(MAX_SEQ, `${name}_invalid`);

/** A place in a log, in a query. */
export const seqParameter = z
  .string('seq_invalid')
  .regex(/^\d{1,12}$/, 'seq_invalid')
  .transform(Number)
  .refine((seq) => seq >= 1, 'seq_invalid');

/** Entries of a page: 1 to 100. */
export const limitParameter = (byDefault: number) =>
  z
    .string('limit_invalid')
    .regex(/^\d{1,3}$/, 'limit_invalid')
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= MAX_LIMIT, 'limit_invalid')
    .default(byDefault);

export const cursorParameter = z.string('cursor_invalid').optional();

/** The `Idempotency-Key` header: 1 to 64 printable ASCII characters. */
export const idempotencyKey = z
  .string()
  .regex(/^[\x20-\x7e]+$/, 'idempotency_key_invalid')
  .max(MAX_IDEMPOTENCY_KEY_LENGTH, 'idempotency_key_invalid')
  .optional();

/** A body by its schema. @throws UnprocessableError with everything that is wrong. */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body === undefined ? {} : body);
  if (result.success) return result.data;
  throw new UnprocessableError(issuesOf(result.error, 'body_invalid', 'field_unknown'));
}

/** Query parameters by their schema. @throws BadRequestError with everything that is wrong. */
export function parseQuery<Schema extends z.ZodType>(schema: Schema, query: unknown): z.output<Schema> {
  const result = schema.safeParse(query);
  if (result.success) return result.data;
  throw new BadRequestError(issuesOf(result.error, 'query_invalid', 'parameter_unknown'));
}

/** The request's `Idempotency-Key`, if it has one. @throws BadRequestError */
export function parseIdempotencyKey(header: string | undefined): string | undefined {
  const result = idempotencyKey.safeParse(header);
  if (result.success) return result.data;
  throw new BadRequestError([{ code: 'idempotency_key_invalid', field: 'Idempotency-Key' }]);
}

function issuesOf(error: z.ZodError, whole: string, unknown: string): [Issue, ...Issue[]] {
  const issues = error.issues.flatMap((issue): Issue[] => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((field) => ({ code: unknown, field }));
    const field = issue.path.join('.');
    return [field === '' && issue.code === 'invalid_type' ? { code: whole } : { code: issue.message, field }];
  });
  const [first = { code: whole }, ...rest] = issues;
  return [first, ...rest];
}
