import * as z from 'zod';
import { MEDIA_TYPE } from '../schema/attachments.ts';
import { httpUrl, integer } from './environment.ts';

/** Which files may be attached to messages. */
export interface AttachmentLimits {
  /** Of one file. */
  readonly maxBytes: number;
  /** Media types, `image/*` for all of a kind, or `*\/*`. */
  readonly types: readonly string[];
}

/** A bucket of S3, or of a server with its API. */
export interface BucketConfig {
  readonly bucket: string;
  /** Absent: S3 itself. */
  readonly endpoint?: string;
  /** Absent: as the SDK finds it. */
  readonly region?: string;
}

const MB = 1_048_576;
/** S3 copies objects of up to 5 GB in one request. */
const HIGHEST_MAX_BYTES = 5_120 * MB;
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const ANY_TYPE = '*/*';
const KIND_OF_TYPE = /^[a-z]+\/\*$/;

/** The limits where nothing is configured: any type is served so that it cannot run. */
export const ATTACHMENT_LIMITS: AttachmentLimits = { maxBytes: 25 * MB, types: [ANY_TYPE] };

const types = z.string().transform((text, context) => {
  const found = text.split(',').map((part) => part.trim().toLowerCase());
  for (const type of found.filter((one) => ![ANY_TYPE].includes(one) && !KIND_OF_TYPE.test(one)))
    if (!MEDIA_TYPE.test(type))
      context.addIssue({ code: 'custom', message: `"${type}" is no media type, and not like "image/*"` });
  return found;
});

/** The environment variables for files. */
export const attachmentEnvironment = z.object({
  ATTACHMENT_BUCKET: z.string().regex(BUCKET, 'must be the name of a bucket').optional(),
  ATTACHMENT_MAX_BYTES: integer(1, HIGHEST_MAX_BYTES).default(ATTACHMENT_LIMITS.maxBytes),
  ATTACHMENT_TYPES: types.default([...ATTACHMENT_LIMITS.types]),
  AWS_ENDPOINT_URL_S3: httpUrl.optional(),
});

type Values = z.output<typeof attachmentEnvironment>;

/** The limits, and the bucket if there is one. */
export function attachmentConfig(
  values: Values,
  region: string | undefined,
): { readonly attachments: AttachmentLimits; readonly bucket?: BucketConfig } {
  const { ATTACHMENT_BUCKET: bucket, AWS_ENDPOINT_URL_S3: endpoint } = values;
  return {
    attachments: { maxBytes: values.ATTACHMENT_MAX_BYTES, types: values.ATTACHMENT_TYPES },
    ...(bucket !== undefined && {
      bucket: {
        bucket,
        ...(endpoint !== undefined && { endpoint }),
        ...(region !== undefined && { region }),
      },
    }),
  };
}
