import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { BucketConfig } from '../attachment-config.ts';
import type { FileStore } from './file-store.ts';

/** Opens a bucket. The SDK's client of S3 is loaded only for a process that has one. */
export async function openBucket(
  config: BucketConfig,
  credentials?: S3ClientConfig['credentials'],
): Promise<FileStore> {
  const { S3FileStore, createS3Client } = await import('./s3-file-store.ts');
  return new S3FileStore(createS3Client(config, credentials), config.bucket).open();
}
