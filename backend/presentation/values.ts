import * as z from 'zod';
import type { JsonText } from '../json-text.ts';
import { MAX_PIXELS } from '../../schema/attachments.ts';
import { MAX_SEQ } from '../../schema/keys.ts';

/** The values in responses. Each is also documented where it is used, with its meaning there. */

export const userId = z.string().meta({
  description: 'Id of a user: the `sub` of their tokens. Opaque.',
  examples: ['5ae290ed-55d1-47a0-bc6d-fe2bc2700399'],
});

export const groupId = z.string().meta({
  description: 'Id of a message group. Opaque.',
  examples: ['01JX3K8Q4M5N6P7R8S9TAVBWCX'],
});

export const handle = z.string().meta({
  description: 'Unique among users. `_deleted` for a user without a profile.',
  examples: ['ada'],
});

export const displayName = z.string().meta({
  description: 'The name that others see.',
  examples: ['Ada Lovelace'],
});

/** A position in a log. */
export const seq = z.int().min(1).max(MAX_SEQ);

/** The last seq that was read; 0: nothing was read. */
export const readSeq = z
  .int()
  .min(0)
  .max(MAX_SEQ)
  .meta({ description: 'Everything up to this seq was read. 0: nothing was.', examples: [41] });

/** A count. */
export const count = z.int().min(0);

export const time = z.iso.datetime({ precision: 3 }).meta({
  id: 'Time',
  description: 'UTC, ISO 8601 with milliseconds and `Z`.',
  examples: ['2026-03-01T12:34:56.789Z'],
});

/** Set when the text cannot be decrypted. */
export const unreadable = z.literal(true).exactOptional().meta({
  description: 'The text is encrypted and cannot be decrypted: `message` is a placeholder.',
});

export const role = z.enum(['owner', 'admin', 'member']).meta({
  id: 'Role',
  description: 'What a member may do. In a `direct` group both are `member`.',
});

export const visibility = z.enum(['private', 'public']).meta({
  id: 'Visibility',
  description: '`public`: any user can find the group, and join it. `private`: users are added or invited.',
});

export const emoji = z.string().meta({
  description: 'One emoji, in the spelling that Unicode calls fully qualified.',
  examples: ['👍'],
});

/** Own data of a message or a group. */
export const ownData = z.custom<JsonText>().meta({
  description: 'Own data, as it was written. Absent: there is none.',
  examples: [{ poll: { options: ['Monday', 'Tuesday'] } }],
  override: { type: 'object', additionalProperties: true },
});

export const fileId = z.string().meta({
  description: 'Id of an uploaded file. Opaque.',
  examples: ['01JX3K9Q4M5N6P7R8S9TAVBWCY'],
});

export const fileName = z.string().meta({
  description: 'Name of the file: one line without folders, control characters and directional controls.',
  examples: ['plan.pdf'],
});

export const mediaType = z.string().meta({
  description: 'Media type, as its sender said: nothing proves that the content is of this type.',
  examples: ['application/pdf'],
});

export const fileSize = z
  .int()
  .min(1)
  .meta({ description: 'Size in bytes.', examples: [48_213] });

/** A width or a height. */
export const pixels = z.int().min(1).max(MAX_PIXELS);
