import {
  CopyObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  paginateListObjectsV2,
  S3Client,
  type S3ClientConfig,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { UndiciHttpHandler } from '@smithy/undici-http-handler';
import * as contentDisposition from 'content-disposition';
import type { BucketConfig } from '../attachment-config.ts';
import { FilesUnavailableError } from '../errors.ts';
import { deleteObjects } from './delete-objects.ts';
import type { DownloadToSign, FileStore, SignedUpload, StoredObject, UploadToSign } from './file-store.ts';

/** One attempt and up to two more: a request to the API waits for them. */
const MAX_ATTEMPTS = 3;
const CONNECT_TIMEOUT_MS = 1_000;
/** S3 copies about 100 MB a second, and sends the headers of its response first. */
const ANSWER_TIMEOUT_MS = 30_000;

/** Creates a client of S3, or of a server with its API. @param credentials absent: as the SDK finds them. */
export function createS3Client(
  { endpoint, region }: BucketConfig,
  credentials?: S3ClientConfig['credentials'],
): S3Client {
  return new S3Client({
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: new UndiciHttpHandler({
      dispatcher: {
        connect: { timeout: CONNECT_TIMEOUT_MS },
        headersTimeout: ANSWER_TIMEOUT_MS,
        bodyTimeout: ANSWER_TIMEOUT_MS,
      },
    }),
    ...(region !== undefined && { region }),
    ...(credentials !== undefined && { credentials }),
    // A server of one's own has no name for each bucket.
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
  });
}

/**
 * Files in a bucket of S3. Clients send the file to S3 with the policy of a signed form, which S3 itself enforces: the
 * key, the type, and the size, no byte more or less.
 */
export class S3FileStore implements FileStore {
  readonly #client: S3Client;
  readonly #bucket: string;
  #origin: string | undefined;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  /** Finds out its origin. Signing needs no request. */
  async open(): Promise<this> {
    const { url } = await this.signUpload({ key: '-', type: '-', size: 1, expiresAt: new Date() });
    this.#origin = new URL(url).origin;
    return this;
  }

  get origin(): string | undefined {
    return this.#origin;
  }

  async signUpload({ key, type, size, expiresAt }: UploadToSign): Promise<SignedUpload> {
    const Expires = Math.max(1, Math.ceil((expiresAt.getTime() - Date.now()) / 1_000));
    return available(
      createPresignedPost(this.#client, {
        Bucket: this.#bucket,
        Key: key,
        Fields: { 'Content-Type': type },
        Conditions: [
          ['content-length-range', size, size],
          ['eq', '$Content-Type', type],
        ],
        Expires,
      }),
    );
  }

  async signDownload({ key, name, type, expiresInS }: DownloadToSign): Promise<string> {
    const command = new GetObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      ResponseContentDisposition: contentDisposition.create(name),
      ResponseContentType: type,
      ResponseCacheControl: 'private, no-store',
    });
    return available(getSignedUrl(this.#client, command, { expiresIn: expiresInS }));
  }

  async copy(from: string, to: string): Promise<boolean> {
    const command = new CopyObjectCommand({
      Bucket: this.#bucket,
      CopySource: `${this.#bucket}/${from}`,
      Key: to,
    });
    try {
      await this.#client.send(command);
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw new FilesUnavailableError({ cause: error });
    }
  }

  async delete(keys: readonly string[]): Promise<void> {
    await deleteObjects(this.#client, this.#bucket, keys);
  }

  async *list(prefix: string): AsyncGenerator<readonly StoredObject[]> {
    const pages = paginateListObjectsV2({ client: this.#client }, { Bucket: this.#bucket, Prefix: prefix });
    try {
      for await (const { Contents = [] } of pages) {
        yield Contents.flatMap(({ Key: key, LastModified: storedAt }) =>
          key === undefined || storedAt === undefined ? [] : [{ key, storedAt }],
        );
      }
    } catch (error) {
      throw new FilesUnavailableError({ cause: error });
    }
  }
}

/** @throws FilesUnavailableError */
async function available<Answer>(request: Promise<Answer>): Promise<Answer> {
  try {
    return await request;
  } catch (error) {
    throw new FilesUnavailableError({ cause: error });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof NoSuchKey || (error instanceof S3ServiceException && error.name === 'NoSuchKey');
}
