import * as z from 'zod';
import { foldCase, foldHandle, HANDLE_PATTERN } from '../../schema/handles.ts';
import { isGroupId, isUserId } from '../../schema/ids.ts';
import { MAX_SEQ } from '../../schema/keys.ts';
import {
  cleanLine,
  cleanText,
  codePointsIn,
  isBlank,
  MAX_MESSAGE_CODE_POINTS,
  MAX_NAME_CODE_POINTS,
} from '../../schema/plain-text.ts';
import { NotFoundError } from '../errors.ts';

/**
 * The fields that requests are made of, and how a schema's findings become error codes: the message of an issue *is*
 * its code, so each schema names the codes it can give.
 */

/** The most entries of a page. */
export const MAX_LIMIT = 100;
const MAX_IDEMPOTENCY_KEY_LENGTH = 64;

/** A text that has to be there, cleaned: `<name>_blank` when absent or invisible, `<name>_invalid` when no text. */
function requiredText(name: string, clean: (written: string) => string = cleanLine) {
  return z
    .string({
      error: ({ input }) => (input === undefined || input === null ? `${name}_blank` : `${name}_invalid`),
    })
    .overwrite(clean)
    .refine((text) => !isBlank(text), { error: `${name}_blank`, abort: true });
}

/**
 * What a document says of a field. `codes`: those that its schema can give. `schema`: what a check says that the
 * schema's own rendering cannot; whoever keeps to it is let in.
 */
function documented(parts: {
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
      // What stands in a query is a text to the schema, and a number to who reads the document.
      if (schema['type'] !== undefined)
        for (const name of ['pattern', 'default']) Reflect.deleteProperty(jsonSchema, name);
      Object.assign(jsonSchema, schema);
    },
  };
}

type JsonSchema = Record<string, unknown>;

/** Where a field's documentation keeps the codes that it can give. */
export const CODES = 'x-error-codes';

/**
 * Something visible, as regular expressions of every language write it: of the characters that show nothing
 * (`isBlank`), those of the Basic Multilingual Plane.
 */
export const VISIBLE =
  '[^\\s\\x00-\\x1f\\x7f-\\xa0\\u00ad\\u034f\\u061c\\u115f\\u1160\\u1680\\u17b4\\u17b5\\u180b-\\u180f\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb]';
/** HANDLE_PATTERN before it is case-folded. */
const HANDLE_AS_WRITTEN = '^[A-Za-z0-9][A-Za-z0-9_.-]{1,29}$';

/** A message's text, as it is stored: 1 to 1,024 code points. */
export const messageText = requiredText('message', cleanText)
  .refine((text) => codePointsIn(text) <= MAX_MESSAGE_CODE_POINTS, 'message_exceed_max_chars_1024')
  .meta(
    documented({
      description:
        'The text: 1 to 1,024 code points, something visible among them, counted as it is stored: line breaks as line feeds, without control characters, without white space at the end and without empty lines at the start.',
      codes: ['message_blank', 'message_invalid', 'message_exceed_max_chars_1024'],
      example: 'Hello Grace!',
      schema: { minLength: 1, maxLength: MAX_MESSAGE_CODE_POINTS, pattern: VISIBLE },
    }),
  );

/** A name as others see it: one line of 1 to 64 code points. @param name of the field, which its codes begin with. */
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

/** A person's name. */
export const displayName = nameField('display_name', 'What others see', 'Ada Lovelace');

/** A group's name. */
export const groupName = nameField('name', 'What the group is called', 'Analytical engines');

/** A handle, case-folded: 2 to 30 of a-z, 0-9, `_`, `.` and `-`, the first a letter or digit. */
export const newHandle = requiredText('handle')
  .overwrite(foldCase)
  .regex(HANDLE_PATTERN, 'handle_invalid')
  .meta(
    documented({
      description:
        'Unique among people, and case-folded: 2 to 30 letters, digits, `_`, `.` and `-`, the first a letter or digit.',
      codes: ['handle_blank', 'handle_invalid'],
      example: 'ada',
      schema: { minLength: 2, maxLength: 30, pattern: HANDLE_AS_WRITTEN },
    }),
  );

/** A handle in a path, folded. What nobody can have is nobody's. */
export const handleInPath = z
  .string()
  .transform((text, check) => foldHandle(text) ?? failed(check))
  .meta({
    description: 'A handle, in upper or lower case.',
    examples: ['ada'],
    override: { type: 'string', minLength: 1 },
  });

/** A user in a path. What cannot be an id is nobody's. */
export const userIdInPath = z
  .string()
  .refine(isUserId)
  .meta({
    description: 'Id of a user.',
    examples: ['5ae290ed-55d1-47a0-bc6d-fe2bc2700399'],
    override: { minLength: 1 },
  });

/** A seq in a path. What cannot be one is no message. */
export const seqInPath = z
  .string()
  .regex(/^[1-9]\d{0,11}$/)
  .transform(Number)
  .meta({
    description: "Place of a message in its group's log.",
    examples: [42],
    override: { type: 'integer', minimum: 1, maximum: MAX_SEQ },
  });

/** The group that a path names. Any text may stand there: what cannot be an id is a group that does not exist. */
export const groupIdInPath = z
  .string()
  .refine(isGroupId)
  .meta({
    description: 'Id of a message group. Of one that the caller is no member of, and of any other text: 404.',
    examples: ['01JX3K8Q4M5N6P7R8S9TAVBWCX'],
    override: { minLength: 1 },
  });

/**
 * The group that a body names. Any text may stand there: what cannot be an id is a group that does not exist.
 * @throws NotFoundError
 */
export function groupIdIn(text: string): string {
  if (!isGroupId(text)) throw new NotFoundError();
  return text;
}

/** A place in a log, in a body. */
export const seqField = (name: string, description: string) =>
  z
    .int(`${name}_invalid`)
    .min(1, `${name}_invalid`)
    .max(MAX_SEQ, `${name}_invalid`)
    .meta(documented({ description, codes: [`${name}_invalid`], example: 42 }));

/** A place in a log, in a query. */
export const seqParameter = (description: string) =>
  z
    .string('seq_invalid')
    .regex(/^\d{1,12}$/, 'seq_invalid')
    .transform(Number)
    .refine((seq) => seq >= 1, 'seq_invalid')
    .optional()
    .meta(
      documented({
        description,
        codes: ['seq_invalid'],
        example: 42,
        schema: { type: 'integer', minimum: 1, maximum: MAX_SEQ },
      }),
    );

/** Entries of a page: 1 to 100. */
export const limitParameter = (byDefault: number) =>
  z
    .string('limit_invalid')
    .regex(/^\d{1,3}$/, 'limit_invalid')
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= MAX_LIMIT, 'limit_invalid')
    .default(byDefault)
    .meta(
      documented({
        description: 'How many entries a page has at most.',
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
        'A place in the list, as the `Link` header of a page beside gives it. Opaque; of another list, altered or made up, it is refused.',
      codes: ['cursor_invalid'],
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
        'Makes a send repeatable: sent again with the same key it stores nothing more, and is answered with the message that is there. With `after_seq` that holds always; without, for the newest 100 messages.',
      codes: ['idempotency_key_invalid'],
      example: 'my-first-answer',
      schema: { minLength: 1 },
    }),
  );

/**
 * A list in a body that is refused with `code` where it is longer than `max`, repeated elements counted, before any of
 * them is looked at. A schema's own `max` comes after its elements, each of which could be wrong.
 */
export function atMost<List extends z.ZodArray>(max: number, code: string, list: List) {
  return z.preprocess((value, check) => {
    if (!Array.isArray(value) || value.length <= max) return value;
    check.addIssue({ code: 'custom', message: code, input: undefined });
    return z.NEVER;
  }, list);
}

/** Ends a transformation of what does not fit. */
function failed(check: z.RefinementCtx): never {
  check.addIssue({ code: 'custom' });
  return z.NEVER;
}
