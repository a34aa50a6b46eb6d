import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { z } from 'zod';

/*
 * The files next to the data files, in the format of DynamoDB's export to S3: a summary, a list of the data files with
 * one JSON text on each line, and the MD5 of each of the two.
 */

export const DATA_DIR = 'data';
export const SUMMARY = 'manifest-summary.json';
export const FILES = 'manifest-files.json';

/** The version of the format. */
const VERSION = '2020-06-30';

export const dataFile = z.object({
  itemCount: z.int().min(0),
  /** The MD5 of the compressed file, in base64. */
  md5Checksum: z.base64(),
  dataFileS3Key: z.string().regex(/[^/]$/),
});

export type DataFile = z.output<typeof dataFile>;

/** Returns the name of a data file, without the folders that an export to S3 puts before it. */
export function fileNameOf({ dataFileS3Key }: DataFile): string {
  return basename(dataFileS3Key);
}

export const summary = z.object({
  version: z.literal(VERSION, { error: `must be ${VERSION}` }),
  tableArn: z.string(),
  /** The point in time of an export; the start of a dump. */
  exportTime: z.string(),
  itemCount: z.int().min(0),
  outputFormat: z.literal('DYNAMODB_JSON', { error: 'must be DYNAMODB_JSON' }),
  /** Newer exports have it. An incremental export is not a whole table. */
  exportType: z.literal('FULL_EXPORT', { error: 'must be FULL_EXPORT' }).optional(),
});

export type Summary = z.output<typeof summary>;

/** Returns the MD5 of a text or of bytes in base64, as S3 writes it. */
export function md5(content: string | Uint8Array): string {
  return createHash('md5').update(content).digest('base64');
}

/** Returns the name of the file with a manifest's MD5. */
export function checksumName(manifest: string): string {
  return manifest.replace(/\.json$/, '.md5');
}

/** Returns the ETag that S3 gives to an upload in one part. */
export function etagOf(md5Checksum: string): string {
  return `${createHash('md5').update(Buffer.from(md5Checksum, 'base64')).digest('hex')}-1`;
}

/** Makes a dump's summary with all fields of an export's; those about S3 are null. */
export function summaryOf(parts: {
  readonly tableArn: string;
  readonly tableId: string | undefined;
  readonly startTime: Date;
  readonly endTime: Date;
  readonly itemCount: number;
}) {
  const startTime = parts.startTime.toISOString();
  return {
    version: VERSION,
    exportArn: null,
    startTime,
    endTime: parts.endTime.toISOString(),
    tableArn: parts.tableArn,
    tableId: parts.tableId ?? null,
    exportTime: startTime,
    s3Bucket: null,
    s3Prefix: null,
    s3SseAlgorithm: null,
    s3SseKmsKeyId: null,
    manifestFilesS3Key: FILES,
    billedSizeBytes: 0,
    itemCount: parts.itemCount,
    outputFormat: 'DYNAMODB_JSON',
    exportType: 'FULL_EXPORT',
  };
}
