import * as z from 'zod';
import {
  cleanFileName,
  isFileName,
  MAX_ATTACHMENTS,
  MAX_FILE_NAME_CODE_POINTS,
  MEDIA_TYPE,
} from '../../schema/attachments.ts';
import { isFileId } from '../../schema/ids.ts';
import { cleanText, codePointsIn, isBlank } from '../../schema/plain-text.ts';
import { atMost, CODES, documented, requiredText, VISIBLE } from './fields.ts';

/* The fields of files, and of messages that may have files. */

/** The text of a message that may have files: blank where it has any. See `messageText`. */
export const textBesideFiles = (max: number) =>
  z
    .string('message_invalid')
    .overwrite(cleanText)
    .refine((text) => codePointsIn(text) <= max, `message_exceed_max_chars_${max}`)
    .overwrite((text) => (isBlank(text) ? '' : text))
    .nullish()
    .meta(
      documented({
        description: `The text: at most ${max.toLocaleString('en')} code points, counted as it is stored: line breaks as line feeds, without control characters, without white space at the end and without empty lines at the start. It must have something visible, unless the message has files.`,
        codes: ['message_blank', 'message_invalid', `message_exceed_max_chars_${max}`],
        example: 'Hello Grace!',
        schema: { type: 'string', maxLength: max },
      }),
    );

/** The documentation of a body that has a text, or files. */
export const HAS_TEXT_OR_FILES = {
  anyOf: [
    {
      required: ['message'],
      properties: { message: { description: 'Something visible.', minLength: 1, pattern: VISIBLE } },
    },
    { required: ['attachments'], properties: { attachments: { description: 'At least one.', minItems: 1 } } },
  ],
};

/** A file's name, as it is stored. */
export const fileNameField = requiredText('attachment_name', cleanFileName)
  .refine(isFileName, 'attachment_name_invalid')
  .refine(
    (text) => codePointsIn(text) <= MAX_FILE_NAME_CODE_POINTS,
    `attachment_name_exceed_max_chars_${MAX_FILE_NAME_CODE_POINTS}`,
  )
  .meta(
    documented({
      description: `The file's name: 1 to ${MAX_FILE_NAME_CODE_POINTS} code points, something visible among them, stored as one line without folders, control characters and directional controls.`,
      codes: [
        'attachment_name_blank',
        'attachment_name_invalid',
        `attachment_name_exceed_max_chars_${MAX_FILE_NAME_CODE_POINTS}`,
      ],
      example: 'plan.pdf',
      schema: { minLength: 1, maxLength: MAX_FILE_NAME_CODE_POINTS },
    }),
  );

/** A media type without parameters, in lower case. */
export const fileTypeField = z
  .string('attachment_type_invalid')
  .overwrite((text) => text.toLowerCase())
  .regex(MEDIA_TYPE, 'attachment_type_invalid')
  .meta(
    documented({
      description:
        'Media type without parameters. `application/octet-stream` where it is unknown. The upload must state the same.',
      codes: ['attachment_type_invalid'],
      example: 'application/pdf',
      // Upper case is accepted.
      schema: { pattern: MEDIA_TYPE.source.replaceAll('a-z', 'A-Za-z') },
    }),
  );

/** The files of a message, by id: up to MAX_ATTACHMENTS, each once. */
export const attachmentsField = atMost(
  MAX_ATTACHMENTS,
  'attachments_too_many',
  z
    .array(z.string('attachments_invalid').refine(isFileId, 'attachments_invalid'), 'attachments_invalid')
    .max(MAX_ATTACHMENTS, 'attachments_too_many')
    .refine((ids) => new Set(ids).size === ids.length, 'attachments_invalid')
    .meta({
      description: 'Ids of files that the caller has uploaded and not sent yet, each once.',
      examples: [['01JX3K9Q4M5N6P7R8S9TAVBWCY']],
      [CODES]: ['attachments_invalid', 'attachments_too_many'],
      override: { uniqueItems: true },
    }),
).optional();
