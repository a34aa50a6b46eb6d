import { S3Client } from '@aws-sdk/client-s3';
import { readRemoverConfig } from '../../backend/function-config.ts';
import { deleteObjects } from '../../backend/files/delete-objects.ts';
import { createLogger } from '../../backend/logger.ts';
import { opaqueTexts } from '../../backend/table/message-codec.ts';
import { openTable } from '../../backend/table/table.ts';
import { UploadStore } from '../../backend/table/upload-store.ts';
import { createLambdaClient } from '../dynamo-client.ts';
import { createHandler } from './handler.ts';

/*
 * The Lambda's entry: wires the handler once for each cold start.
 * Environment: DDB_MESSAGE_TABLE, and ATTACHMENT_BUCKET, the bucket of the files.
 */

const { dynamo, bucket } = readRemoverConfig(process.env);
const client = new S3Client({});

export const handler = createHandler({
  uploads: new UploadStore(openTable(createLambdaClient(dynamo), dynamo.tableName), opaqueTexts()),
  fileStore: { delete: (keys) => deleteObjects(client, bucket, keys) },
  logger: createLogger('info'),
});
