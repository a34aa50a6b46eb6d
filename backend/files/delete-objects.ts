import { DeleteObjectsCommand, type S3Client } from '@aws-sdk/client-s3';
import { FilesUnavailableError } from '../errors.ts';

/** Objects of one DeleteObjects. */
const DELETED_AT_ONCE = 1_000;

/** Deletes objects of a bucket; those that do not exist stay so. @throws FilesUnavailableError */
export async function deleteObjects(
  client: Pick<S3Client, 'send'>,
  bucket: string,
  keys: readonly string[],
): Promise<void> {
  for (let from = 0; from < keys.length; from += DELETED_AT_ONCE) {
    const Objects = keys.slice(from, from + DELETED_AT_ONCE).map((Key) => ({ Key }));
    const command = new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } });
    const { Errors: [failed] = [] } = await client.send(command).catch((error: unknown) => {
      throw new FilesUnavailableError({ cause: error });
    });
    if (failed) throw new FilesUnavailableError({ cause: new Error(`${failed.Code}: ${failed.Message}`) });
  }
}
