import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import * as z from 'zod';
import { removeFiles, type RemovedFile, type RemoverNeeds } from '../../backend/domain/remove-files.ts';
import { AppError } from '../../backend/errors.ts';
import type { Logger } from '../../backend/logger.ts';
import { attachment } from '../../schema/items.ts';

export interface HandlerParts extends RemoverNeeds {
  readonly logger: Logger;
}

const files = z.object({ attachments: z.array(attachment.pick({ id: true, object: true })).default([]) });

/**
 * Deletes the files of messages that were deleted, or that expired: those that a record's old image has and its new one
 * has not. It follows the stream beside `update-summaries`, and not in it: where the store of files does not respond, its
 * records are tried again, and summaries go on.
 *
 * A batch may come again, in part or whole: what is deleted twice changes nothing. A record whose image cannot be read has
 * no files to delete; a sweep (`sweepFiles`) finds them.
 */
export function createHandler({ logger, ...needs }: HandlerParts) {
  return async function handler({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
    for (const record of Records) {
      try {
        await removeFiles(needs, filesRemovedBy(record));
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        logger.warn({ err: error }, 'files of a deleted message were not deleted, and will be tried again');
        return { batchItemFailures: [{ itemIdentifier: record.dynamodb?.SequenceNumber ?? '' }] };
      }
    }
    return { batchItemFailures: [] };
  };
}

function filesRemovedBy({ eventName, dynamodb }: DynamoDBRecord): RemovedFile[] {
  const before = filesIn(dynamodb?.OldImage);
  if (before.length === 0) return [];
  const kept = eventName === 'REMOVE' ? [] : filesIn(dynamodb?.NewImage).map(({ object }) => object);
  return before.filter(({ object }) => !kept.includes(object));
}

type Image = NonNullable<DynamoDBRecord['dynamodb']>['OldImage'];

/** The files in an image: of its attribute alone, which has no bytes. */
function filesIn(image: Image): RemovedFile[] {
  const { attachments } = image ?? {};
  if (attachments === undefined) return [];
  const item: unknown = unmarshall({ attachments } as Parameters<typeof unmarshall>[0]);
  return files.safeParse(item).data?.attachments ?? [];
}
