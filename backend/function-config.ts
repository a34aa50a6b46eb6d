import * as z from 'zod';
import { attachmentEnvironment } from './attachment-config.ts';
import { type DynamoConfig, dynamoConfig, dynamoEnvironment } from './dynamo-config.ts';
import { anyway, type Environment, httpUrl, parse, redisUrl } from './environment.ts';

/* The configurations of the functions that follow the stream. */

/** The stream Lambda's configuration. */
export interface StreamConfig {
  readonly dynamo: DynamoConfig;
  /** Absent: its changes are not published, unless `redisUrlSecret` names the URL. */
  readonly redisUrl?: string;
  /** The secret in AWS Secrets Manager that is the URL. */
  readonly redisUrlSecret?: string;
  /** The SQS queue for the keys of records that fail permanently. */
  readonly failureQueueUrl?: string;
}

const streamEnvironment = dynamoEnvironment
  .extend({
    REDIS_URL: redisUrl.optional(),
    REDIS_URL_SECRET: z.string().optional(),
    FAILURE_QUEUE_URL: httpUrl.optional(),
  })
  .refine(({ REDIS_URL: url, REDIS_URL_SECRET: secret }) => url === undefined || secret === undefined, {
    ...anyway,
    path: ['REDIS_URL and REDIS_URL_SECRET'],
    error: 'set one of them',
  });

/** @throws ConfigError with everything that is wrong. */
export function readStreamConfig(environment: Environment): StreamConfig {
  const values = parse(streamEnvironment, environment);
  const { REDIS_URL: url, REDIS_URL_SECRET: secret, FAILURE_QUEUE_URL: queue } = values;
  return {
    dynamo: dynamoConfig(values),
    ...(url !== undefined && { redisUrl: url }),
    ...(secret !== undefined && { redisUrlSecret: secret }),
    ...(queue !== undefined && { failureQueueUrl: queue }),
  };
}

/** The configuration of the function that deletes files. */
export interface RemoverConfig {
  readonly dynamo: DynamoConfig;
  readonly bucket: string;
}

/** @throws ConfigError with everything that is wrong. */
export function readRemoverConfig(environment: Environment): RemoverConfig {
  const { ATTACHMENT_BUCKET } = attachmentEnvironment.shape;
  const shape = dynamoEnvironment.extend({ ATTACHMENT_BUCKET: ATTACHMENT_BUCKET.unwrap() });
  const values = parse(shape, environment);
  return { dynamo: dynamoConfig(values), bucket: values.ATTACHMENT_BUCKET };
}
