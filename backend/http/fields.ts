import * as z from 'zod';
import { foldCase, HANDLE_PATTERN } from '../../schema/handles.ts';
import { isGroupId } from '../../schema/ids.ts';
import { MAX_ADDED, MAX_DATA_BYTES } from '../../schema/items.ts';
import { MAX_SEQ } from '../../schema/keys.ts';
import {
  cleanLine,
  cleanText,
  codePointsIn,
  isBlank,
  MAX_NAME_CODE_POINTS,
} from '../../schema/plain-text.ts';
import { NotFoundError } from '../errors.ts';
import { JsonText } from '../json-text.ts';

/**
 * The fields of bodies, queries and headers. The message of a schema's issue *is* the error code, so each schema lists the codes that it can
 * produce.
 */

/** Maximum number of entries of a page. */
export const MAX_LIMIT = 100;
const MAX_IDEMPOTENCY_KEY_LENGTH = 64;

/** A required text, cleaned: `<name>_blank` when absent or invisible, `<name>_invalid` when it is not a string. */
export function requiredText(name: string, clean: (written: string) => string = cleanLine) {
  return z
    .string({
      error: ({ input }) => (input === undefined || input === null ? `${name}_blank` : `${name}_invalid`),
    })
    .overwrite(clean)
    .refine((text) => !isBlank(text), { error: `${name}_blank`, abort: true });
}

/**
 * Documentation of a field. `codes`: those that its schema can produce. `schema`: JSON Schema for checks that zod cannot
 * render; input that satisfies it is valid.
 */
export function documented(parts: {
  readonly description: string;
  readonly codes: readonly string[];
  readonly example?: unknown;
  readonly schema?: JsonSchema;
}) {
  const { description, codes, example, schema = {} } = parts;
  return {
    description,
    ...(example !== undefined && { examples: [example] }),
    [CODES]: codes,
    override: ({ jsonSchema }: { jsonSchema: JsonSchema }) => {
      // A query parameter is a text to the schema, and a number in the document.
      if (schema['type'] !== undefined)
        for (const name of ['pattern', 'default']) Reflect.deleteProperty(jsonSchema, name);
      Object.assign(jsonSchema, schema);
    },
  };
}

type JsonSchema = Record<string, unknown>;

/** The key in a field's documentation for its error codes. */
export const CODES = 'x-error-codes';

/**
 * A visible character, as a regular expression that works in every language. It excludes the invisible characters
 * (`isBlank`) of the Basic Multilingual Plane.
 */
export const VISIBLE =
  '[^\\s\\x00-\\x1f\\x7f-\\xa0\\u00ad\\u034f\\u061c\\u115f\\u1160\\u1680\\u17b4\\u17b5\\u180b-\\u180f\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb]';
/** HANDLE_PATTERN before it is case-folded. */
const HANDLE_AS_WRITTEN = '^[A-Za-z0-9][A-Za-z0-9_.-]{1,29}$';

/** A message's text in its stored form: 1 to `max` code points. */
export const messageText = (max: number) =>
  requiredText('message', cleanText)
    .refine((text) => codePointsIn(text) <= max, `message_exceed_max_chars_${max}`)
    .meta(
      documented({
        description: `The text: 1 to ${max.toLocaleString('en')} code points, something visible among them, counted as it is stored: line breaks as line feeds, without control characters, without white space at the end and without empty lines at the start.`,
        codes: ['message_blank', 'message_invalid', `message_exceed_max_chars_${max}`],
        example: 'Hello Grace!',
        schema: { minLength: 1, maxLength: max, pattern: VISIBLE },
      }),
    );

/** A name for display: one line of 1 to 64 code points. @param name of the field, the prefix of its codes. */
const nameField = (name: string, description: string, example: string) =>
  requiredText(name)
    .refine((text) => codePointsIn(text) <= MAX_NAME_CODE_POINTS, `${name}_exceed_max_chars_64`)
    .meta(
      documented({
        description: `${description}: 1 to 64 code points, something visible among them, stored as one line without control characters.`,
        codes: ['blank', 'invalid', 'exceed_max_chars_64'].map((what) => `${name}_${what}`),
        example,
        schema: { minLength: 1, maxLength: MAX_NAME_CODE_POINTS, pattern: VISIBLE },
      }),
    );

/** A user's name. */
export const displayName = nameField('display_name', 'The name that others see', 'Ada Lovelace');

/** A group's name. */
export const groupName = nameField('name', "The group's name", 'Analytical engines');

/** A handle, case-folded: 2 to 30 of a-z, 0-9, `_`, `.` and `-`, the first a letter or digit. */
export const newHandle = requiredText('handle')
  .overwrite(foldCase)
  .regex(HANDLE_PATTERN, 'handle_invalid')
  .meta(
    documented({
      description:
        'Unique among users, and case-folded: 2 to 30 letters, digits, `_`, `.` and `-`, the first a letter or digit.',
      codes: ['handle_blank', 'handle_invalid'],
      example: 'ada',
      schema: { minLength: 2, maxLength: 30, pattern: HANDLE_AS_WRITTEN },
    }),
  );

const prefixText = z.string('prefix_invalid').overwrite(foldCase).regex(HANDLE_PATTERN, 'prefix_invalid');

const prefixDocs = (what: string) =>
  documented({
    description: `The beginning of ${what}, in upper or lower case: at least two characters.`,
    codes: ['prefix_invalid'],
    example: 'an',
    schema: { pattern: HANDLE_AS_WRITTEN },
  });

/** The beginning of a handle, case-folded, in a query. @param what whose handle it is. */
export const handlePrefix = (what: string) => prefixText.meta(prefixDocs(what));

/** The same where it narrows a list that can be read without it. */
export const optionalHandlePrefix = (what: string) => prefixText.optional().meta(prefixDocs(what));

/**
 * Returns the group id in a body. Any text is allowed: an invalid id is a group that does not exist.
 * @throws NotFoundError
 */
export function groupIdIn(text: string): string {
  if (!isGroupId(text)) throw new NotFoundError();
  return text;
}

/** A position in a log, in a body. */
export const seqField = (name: string, description: string, min = 1) =>
  z
    .int(`${name}_invalid`)
    .min(min, `${name}_invalid`)
    .max(MAX_SEQ, `${name}_invalid`)
    .meta(documented({ description, codes: [`${name}_invalid`], example: 42 }));

/**
 * When a check of two fields runs: even if another field is invalid, so that all issues are reported at once.
 */
export const isObject = ({ value }: { readonly value: unknown }): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A position in a log, in a query. */
export const seqParameter = (description: string, min = 1) =>
  z
    .string('seq_invalid')
    .regex(/^\d{1,12}$/, 'seq_invalid')
    .transform(Number)
    .refine((seq) => seq >= min, 'seq_invalid')
    .optional()
    .meta(
      documented({
        description,
        codes: ['seq_invalid'],
        example: 42,
        schema: { type: 'integer', minimum: min, maximum: MAX_SEQ },
      }),
    );

/** Maximum number of entries of a page: 1 to 100. */
export const limitParameter = (byDefault: number) =>
  z
    .string('limit_invalid')
    .regex(/^\d{1,3}$/, 'limit_invalid')
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= MAX_LIMIT, 'limit_invalid')
    .default(byDefault)
    .meta(
      documented({
        description: 'Maximum number of entries of a page.',
        codes: ['limit_invalid'],
        example: byDefault,
        schema: { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: byDefault },
      }),
    );

export const cursorParameter = z
  .string('cursor_invalid')
  .optional()
  .meta(
    documented({
      description:
        'A position in the list, from the `Link` header of an adjacent page. Opaque: a cursor of another list, or an altered one, is rejected.',
      codes: ['cursor_invalid'],
    }),
  );

/** Own data in a body: `data_invalid` where it is no JSON object. */
export const ownData = (description: string) =>
  z
    .custom<JsonText>(
      (value) => value instanceof JsonText && Buffer.byteLength(value.text) <= MAX_DATA_BYTES,
      // One check with both codes: zod-openapi renders no chain of them.
      { error: ({ input }) => (input instanceof JsonText ? 'data_too_large' : 'data_invalid') },
    )
    .meta(
      documented({
        description: `${description}. A JSON object that is stored and returned as it is written, the order of its names and the digits of its numbers included. At most ${MAX_DATA_BYTES.toLocaleString('en')} bytes of UTF-8, without the white space between tokens, which is not kept. Escapes count as they are written.`,
        codes: ['data_invalid', 'data_too_large'],
        example: { poll: { options: ['Monday', 'Tuesday'] } },
        schema: { type: 'object', additionalProperties: true },
      }),
    );

/** The `Idempotency-Key` header: 1 to 64 printable ASCII characters. */
export const idempotencyKey = z
  .string()
  .regex(/^[\x20-\x7e]+$/, 'idempotency_key_invalid')
  .max(MAX_IDEMPOTENCY_KEY_LENGTH, 'idempotency_key_invalid')
  .optional()
  .meta(
    documented({
      description:
        'Makes a send idempotent: a repeated request with the same key stores nothing, and returns the stored message. With `after_seq` this always holds; without it, for the newest 100 messages.',
      codes: ['idempotency_key_invalid'],
      example: 'my-first-answer',
      schema: { minLength: 1 },
    }),
  );

/**
 * A list in a body that is rejected with `code` when it has more than `max` elements, repeated ones included. This check
 * runs before the elements are validated; a schema's own `max` runs after them, and each of them could be invalid.
 */
export function atMost<List extends z.ZodArray>(max: number, code: string, list: List) {
  return z.preprocess((value, check) => {
    if (!Array.isArray(value) || value.length <= max) return value;
    check.addIssue({ code: 'custom', message: code, input: undefined });
    return z.NEVER;
  }, list);
}

/** Other users, by handle: 1 to MAX_ADDED. */
export const handlesField = (description: string) =>
  atMost(
    MAX_ADDED,
    'handles_too_many',
    z
      .array(newHandle, {
        error: ({ input }) => (input === undefined || input === null ? 'handles_blank' : 'handles_invalid'),
      })
      .min(1, 'handles_blank')
      .max(MAX_ADDED, 'handles_too_many')
      .meta({
        description,
        examples: [['grace', 'barbara']],
        [CODES]: ['handles_invalid', 'handles_blank', 'handles_too_many'],
      }),
  );
