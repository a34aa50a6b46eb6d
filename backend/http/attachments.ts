import * as z from 'zod';
import { createUpload, signDownload } from '../domain/uploads.ts';
import { MAX_PIXELS } from '../../schema/attachments.ts';
import { download, presentDownload, presentUpload, upload } from '../presentation/upload.ts';
import { fileNameField, fileTypeField } from './attachment-fields.ts';
import { CODES } from './fields.ts';
import { fileIdInPath, groupIdInPath, seqInPath } from './path-fields.ts';
import { json, personRoute, type Route } from './route.ts';

const pixelsField = (name: 'width' | 'height') =>
  z
    .int(`${name}_invalid`)
    .min(1, `${name}_invalid`)
    .max(MAX_PIXELS, `${name}_invalid`)
    .optional()
    .meta({
      description: `Of a picture or film: its ${name} in pixels, so that clients can reserve its space.`,
      examples: [1280],
      [CODES]: [`${name}_invalid`],
    });

const newUploadBody = z.strictObject({
  name: fileNameField,
  type: fileTypeField,
  size: z
    .int('attachment_size_invalid')
    .min(1, 'attachment_size_invalid')
    .meta({
      description: 'Size in bytes. The upload must have exactly this size.',
      examples: [48_213],
      [CODES]: ['attachment_size_invalid'],
    }),
  width: pixelsField('width'),
  height: pixelsField('height'),
});

const downloadQuery = z.strictObject({
  redirect: z
    .enum(['true', 'false'], 'redirect_invalid')
    .default('true')
    .meta({
      description:
        '`false`: the response is JSON with the URL, for pages that show a picture by its address, where no token can be sent.',
      examples: ['true'],
      [CODES]: ['redirect_invalid'],
    }),
});

const FOUND = 302;

export const attachmentRoutes: readonly Route[] = [
  personRoute({
    method: 'post',
    path: '/attachments',
    name: 'createAttachment',
    summary: 'Begins the upload of a file',
    description:
      'The client then uploads the file itself, with `upload`, and sends a message that names its id. What is not sent within a day is deleted.',
    body: newUploadBody,
    answer: json(upload, 'The id of the file, and how to upload it.'),
    errors: {
      403: ['attachments_disabled'],
      422: ['attachment_too_large', 'attachment_type_not_allowed'],
    },
    handle: async ({ context, caller: { userId }, body }) => {
      const { width, height, ...file } = body;
      const wanted = {
        ...file,
        ...(width !== undefined && { width }),
        ...(height !== undefined && { height }),
      };
      return presentUpload(await createUpload(context, userId, wanted));
    },
  }),

  personRoute({
    method: 'get',
    path: '/messages/:message_group_uuid/:seq/attachments/:id',
    name: 'downloadAttachment',
    summary: "Leads to a message's file",
    description:
      'For members of the group. The file is served from another origin or in a sandbox, and always as a download: an uploaded page never runs as a page of this API.',
    params: z.object({ message_group_uuid: groupIdInPath, seq: seqInPath, id: fileIdInPath }),
    query: downloadQuery,
    answer: { ...json(download, 'With `redirect=false`: where the file is.'), redirects: true },
    errors: { 403: ['attachments_disabled'] },
    handle: async ({ context, caller: { userId }, params, query, response }) => {
      const { message_group_uuid: groupId, seq, id: fileId } = params;
      const found = await signDownload(context, { groupId, seq, fileId, userId });
      if (query.redirect === 'true') response.status(FOUND).set('Location', found.url).end();
      return presentDownload(found);
    },
  }),
];
