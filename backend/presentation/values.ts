import * as z from 'zod';
import { MAX_SEQ } from '../../schema/keys.ts';

/** The values that answers are made of. Each is documented where it is used, too: there it says what it is of. */

export const userId = z.string().meta({
  description: 'Id of a user: the `sub` of their tokens. Opaque.',
  examples: ['5ae290ed-55d1-47a0-bc6d-fe2bc2700399'],
});

export const groupId = z.string().meta({
  description: 'Id of a message group. Opaque.',
  examples: ['01JX3K8Q4M5N6P7R8S9TAVBWCX'],
});

export const handle = z.string().meta({
  description: 'Unique among people. `_deleted` for a user whose profile is gone.',
  examples: ['ada'],
});

export const displayName = z.string().meta({
  description: 'What others see.',
  examples: ['Ada Lovelace'],
});

/** A place in a log. */
export const seq = z.int().min(1).max(MAX_SEQ);

/** How far a log was read: 0 where nothing was. */
export const readSeq = z
  .int()
  .min(0)
  .max(MAX_SEQ)
  .meta({ description: 'What was read: everything up to this seq. 0: nothing.', examples: [41] });

/** A number of things. */
export const count = z.int().min(0);

export const time = z.iso.datetime({ precision: 3 }).meta({
  id: 'Time',
  description: 'UTC, ISO 8601 with milliseconds and `Z`.',
  examples: ['2026-03-01T12:34:56.789Z'],
});

/** Of what is sealed and cannot be opened: absent of anything else. */
export const unreadable = z.literal(true).exactOptional().meta({
  description: 'The text is sealed and cannot be opened: `message` is not what was written.',
});

export const role = z.enum(['owner', 'admin', 'member']).meta({
  id: 'Role',
  description: 'What a member may do. In a `direct` group both are `member`.',
});
