import * as z from 'zod';
import type { MessageItem } from '../../schema/items.ts';
import { MAX_SEQ, seqOf } from '../../schema/keys.ts';

/** A sealed text, which nothing here opens. */
const bytes = z.instanceof(Uint8Array);

/** What the summaries need of a message's image; what else it holds is none of their business. */
const messageImage = z
  .looseObject({
    pk: z.string(),
    sk: z.string(),
    seq: z.int().min(1).max(MAX_SEQ),
    rev: z.int().min(0),
    message_uuid: z.string(),
    user_uuid: z.string(),
    kind: z.enum(['text', 'system']),
    message: z.union([z.string(), bytes]).nullable(),
    preview: bytes.exactOptional(),
    created_at: z.iso.datetime({ precision: 3 }),
    deleted_at: z.string().exactOptional(),
  })
  .refine((image) => seqOf(image) === image.seq);

/** The message an image is of; undefined when it is none, or its seq is not its key's. */
export function parseMessageImage(image: unknown): MessageItem | undefined {
  const result = messageImage.safeParse(image);
  return result.success ? result.data : undefined;
}
