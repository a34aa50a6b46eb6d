import { CfnElement, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  CfnBucket,
  HttpMethods,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct, type IConstruct } from 'constructs';
import { UPLOADS_KEPT_DAYS } from '../../backend/files/file-store.ts';
import { MESSAGE_SK_PREFIX } from '../../schema/keys.ts';
import { acknowledge } from '../acknowledge.ts';
import { TableFunction } from './lambda-function.ts';
import { createFailureQueue, followerStatements, followStream } from './stream-follower.ts';
import type { DeployedTable } from './table-policy.ts';

const UPLOADS = 'uploads/*';
const SENT = 'files/*';
/** How long a browser may cache the bucket's response to a preflight, in seconds. */
const PREFLIGHT_LIFE_S = 600;
const TIMEOUT = Duration.minutes(1);
const BATCH_SIZE = 100;

export interface FilesProps {
  readonly table: DeployedTable;
  /** The origin of the screens, whose pages upload and show files. */
  readonly origin: string;
  readonly logDays: RetentionDays;
}

/** The bucket of the files of messages, and the function that deletes those of deleted messages. */
export class Files extends Construct {
  readonly bucket: Bucket;
  readonly remover: TableFunction;
  readonly failures: Queue;

  constructor(scope: Construct, id: string, { table, origin, logDays }: FilesProps) {
    super(scope, id);
    this.bucket = this.#createBucket(origin, logDays);
    this.failures = createFailureQueue(this);
    this.remover = new TableFunction(this, 'Remover', 'remove-files', {
      table,
      timeout: TIMEOUT,
      logDays,
      environment: { ATTACHMENT_BUCKET: this.bucket.bucketName },
      statements: [
        this.#objects(['s3:DeleteObject'], [UPLOADS, SENT]),
        ...followerStatements(table, this.failures),
      ],
    });
    this.acknowledgePrefixes(this.remover.role);
    // Only messages whose old image has files, with names that are plain (`S`) or encrypted (`B`).
    const patterns = ['S', 'B'].map((type) => ({
      eventName: ['MODIFY', 'REMOVE'],
      dynamodb: {
        Keys: { sk: { S: [{ prefix: MESSAGE_SK_PREFIX }] } },
        OldImage: { attachment_names: { [type]: [{ exists: true }] } },
      },
    }));
    followStream(this, this.remover, { table, failures: this.failures, patterns, batchSize: BATCH_SIZE });
  }

  /**
   * What the API does itself, and what its signed forms and URLs allow. No condition names the network: clients send these
   * requests. Without `s3:ListBucket` a copy of a file that was not uploaded would be refused, and not say that it is missing.
   */
  apiStatements(): PolicyStatement[] {
    return [
      this.#objects(['s3:GetObject', 's3:PutObject'], [UPLOADS, SENT]),
      this.#objects(['s3:DeleteObject'], [SENT]),
      new PolicyStatement({ actions: ['s3:ListBucket'], resources: [this.bucket.bucketArn] }),
    ];
  }

  /** Acknowledges that the policy of a role names objects by their beginning. */
  acknowledgePrefixes(role: IConstruct): void {
    const { defaultChild } = this.bucket.node;
    const id = CfnElement.isCfnElement(defaultChild) ? Stack.of(this).getLogicalId(defaultChild) : '';
    const findings = [UPLOADS, SENT].map((prefix) => `IAM5[Resource::<${id}.Arn>/${prefix}]`);
    acknowledge(role, 'Each file has a key of its own below these prefixes.', findings);
  }

  #objects(actions: readonly string[], prefixes: readonly string[]): PolicyStatement {
    return new PolicyStatement({
      actions: [...actions],
      resources: prefixes.map((prefix) => this.bucket.arnForObjects(prefix)),
    });
  }

  /** Without versions: a deleted file is gone. */
  #createBucket(origin: string, logDays: RetentionDays): Bucket {
    const closed = {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: RemovalPolicy.RETAIN,
    };
    const log = new Bucket(this, 'AccessLog', {
      ...closed,
      lifecycleRules: [{ expiration: Duration.days(logDays) }],
    });
    acknowledge(log, 'It is the bucket of access logs itself.', ['S1']);
    const bucket = new Bucket(this, 'Bucket', {
      ...closed,
      cors: [
        {
          allowedOrigins: [origin],
          allowedMethods: [HttpMethods.GET, HttpMethods.HEAD, HttpMethods.POST],
          allowedHeaders: ['*'],
          maxAge: PREFLIGHT_LIFE_S,
        },
      ],
      lifecycleRules: [{ prefix: 'uploads/', expiration: Duration.days(UPLOADS_KEPT_DAYS) }],
    });
    logAccess(bucket, log);
    return bucket;
  }
}

/** Has S3 log each request for a bucket. The CDK would allow it by an access list, which the log's bucket does not have. */
function logAccess(bucket: Bucket, log: Bucket): void {
  const { defaultChild } = bucket.node;
  if (!(defaultChild instanceof CfnBucket)) throw new TypeError('a bucket is one resource');
  defaultChild.loggingConfiguration = { destinationBucketName: log.bucketName };
  log.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('logging.s3.amazonaws.com')],
      actions: ['s3:PutObject'],
      resources: [log.arnForObjects('*')],
      conditions: {
        ArnLike: { 'aws:SourceArn': bucket.bucketArn },
        StringEquals: { 'aws:SourceAccount': Stack.of(bucket).account },
      },
    }),
  );
}
