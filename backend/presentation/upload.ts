import * as z from 'zod';
import type { Download, NewUpload } from '../domain/uploads.ts';
import { presentFile } from './attachment.ts';
import { fileId, fileName, fileSize, mediaType, pixels, time } from './values.ts';

/** A file that can be uploaded, and then sent. */
export const upload = z
  .object({
    id: fileId.meta({
      description: 'What a message names in `attachments`. Only its uploader can send it, once.',
    }),
    name: fileName,
    type: mediaType,
    size: fileSize,
    width: pixels.exactOptional().meta({ description: 'As requested.' }),
    height: pixels.exactOptional().meta({ description: 'As requested.' }),
    upload: z
      .object({
        url: z.string().meta({
          description:
            'Where to send a POST with `multipart/form-data`, without a token: first the fields, then the file as `file`. Absolute, or relative to the API.',
          examples: ['https://cruddur-files.s3.eu-central-1.amazonaws.com/'],
        }),
        fields: z.record(z.string(), z.string()).meta({
          description:
            'Fields of the form. They allow exactly this type and size, and nothing else may be added before the file.',
          examples: [{ key: 'uploads/01JX3K9Q4M5N6P7R8S9TAVBWCY', 'Content-Type': 'application/pdf' }],
        }),
        expires_at: time.meta({ description: 'Until when the upload must begin.' }),
      })
      .meta({ description: 'The signed form that stores the file.' }),
    expires_at: time.meta({ description: 'Until when it can be sent.' }),
  })
  .meta({ id: 'Upload', description: 'A file that its user uploads, and how.' });

export function presentUpload({
  file,
  upload: signed,
  uploadUntil,
  sendUntil,
}: NewUpload): z.infer<typeof upload> {
  return {
    ...presentFile(file),
    upload: { url: signed.url, fields: { ...signed.fields }, expires_at: uploadUntil.toISOString() },
    expires_at: sendUntil.toISOString(),
  };
}

/** Where a file can be downloaded. */
export const download = z
  .object({
    url: z.string().meta({
      description: 'Absolute, or relative to the API. It needs no token.',
      examples: ['https://cruddur-files.s3.eu-central-1.amazonaws.com/files/…'],
    }),
    expires_at: time.meta({ description: 'Until when it works.' }),
  })
  .meta({ id: 'Download', description: 'Where a file can be downloaded for some minutes.' });

export function presentDownload({ url, expiresAt }: Download): z.infer<typeof download> {
  return { url, expires_at: expiresAt.toISOString() };
}
