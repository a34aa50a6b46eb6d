import * as z from 'zod';
import { filesLine } from '../../schema/attachments.ts';
import type { Message, NamedAttachment } from '../domain/model.ts';
import { fileId, fileName, fileSize, mediaType, pixels } from './values.ts';

/** A file of a message. */
export const attachment = z
  .object({
    id: fileId,
    name: fileName,
    type: mediaType,
    size: fileSize,
    width: pixels.exactOptional().meta({ description: 'Width of a picture or film, as its sender said.' }),
    height: pixels.exactOptional().meta({ description: 'Its height.' }),
    url: z.string().meta({
      description:
        'Relative to the API. A GET with a token of a member redirects to the file; the place that it redirects to works for minutes.',
      examples: ['/api/messages/01JX3K8Q4M5N6P7R8S9TAVBWCX/42/attachments/01JX3K9Q4M5N6P7R8S9TAVBWCY'],
    }),
  })
  .meta({ id: 'Attachment', description: 'A file of a message.' });

/** A file as its uploader described it. */
export function presentFile({ id, name, type, size, width, height }: Omit<NamedAttachment, 'object'>) {
  return {
    id,
    name,
    type,
    size,
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
  };
}

/** The files of a message. */
export function presentAttachments({
  groupId,
  seq,
  attachments = [],
}: Message): z.infer<typeof attachment>[] {
  return attachments.map((file) => ({
    ...presentFile(file),
    url: `/api/messages/${groupId}/${seq}/attachments/${file.id}`,
  }));
}

/** The text of a message, and a line that names its files. */
export function withFilesLine({ message, attachments }: Message): string | null {
  if (message === null || !attachments) return message;
  const line = filesLine(attachments.map(({ name }) => name));
  return message === '' ? line : `${message}\n${line}`;
}

/** The text of a message alone, or the names of its files where it has none: for its beginning. */
export function shortTextOf(item: Message): string | null {
  return item.message === '' ? withFilesLine(item) : item.message;
}
