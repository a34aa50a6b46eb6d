import * as z from 'zod';
import { foldHandle } from '../../schema/handles.ts';
import { isFileId, isGroupId, isInviteCode, isUserId } from '../../schema/ids.ts';
import { MAX_SEQ } from '../../schema/keys.ts';

/** The fields of paths. They have no error codes: a path that one of them does not accept is not found. */

/** A handle in a path, folded. An invalid handle is a 404. */
export const handleInPath = z
  .string()
  .transform((text, check) => foldHandle(text) ?? failed(check))
  .meta({
    description: 'A handle, in upper or lower case.',
    examples: ['ada'],
    override: { type: 'string', minLength: 1 },
  });

/** A user in a path. An invalid id is a 404. */
export const userIdInPath = z
  .string()
  .refine(isUserId)
  .meta({
    description: 'Id of a user.',
    examples: ['5ae290ed-55d1-47a0-bc6d-fe2bc2700399'],
    override: { minLength: 1 },
  });

/** The code of an invitation in a path. An invalid one is a 404. */
export const inviteCodeInPath = z
  .string()
  .refine(isInviteCode)
  .meta({
    description: 'The code of an invitation. Any other text: 404.',
    examples: ['01JX3K8Q4M5N6P7R8S9TAVBWCX5GZ0S8KCX3N1QH2V7RBTW9M4PE'],
    override: { minLength: 1 },
  });

/** An uploaded file in a path. An invalid id is a 404. */
export const fileIdInPath = z
  .string()
  .refine(isFileId)
  .meta({
    description: 'Id of a file of the message. Any other text: 404.',
    examples: ['01JX3K9Q4M5N6P7R8S9TAVBWCY'],
    override: { minLength: 1 },
  });

/** A seq in a path. An invalid one is a 404. */
export const seqInPath = z
  .string()
  .regex(/^[1-9]\d{0,11}$/)
  .transform(Number)
  .meta({
    description: "Position of a message in its group's log.",
    examples: [42],
    override: { type: 'integer', minimum: 1, maximum: MAX_SEQ },
  });

/** An emoji in a path, as the client wrote it. Any other text is a 422, not a 404: no page has a link to it. */
export const emojiInPath = z.string().meta({
  description: 'One emoji.',
  examples: ['👍'],
  override: { minLength: 1 },
});

/** A group in a path. Any text is allowed: an invalid id is a group that does not exist. */
export const groupIdInPath = z
  .string()
  .refine(isGroupId)
  .meta({
    description: 'Id of a message group. Any other text, or a group that the caller is not a member of: 404.',
    examples: ['01JX3K8Q4M5N6P7R8S9TAVBWCX'],
    override: { minLength: 1 },
  });

/** Fails a transformation. */
function failed(check: z.RefinementCtx): never {
  check.addIssue({ code: 'custom' });
  return z.NEVER;
}
