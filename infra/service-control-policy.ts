/** Services that are global, or whose one region cannot be chosen. */
const GLOBAL_SERVICES = [
  'access-analyzer:*',
  'account:*',
  'acm:*',
  'aws-portal:*',
  'billing:*',
  'budgets:*',
  'ce:*',
  'cloudfront:*',
  'consolidatedbilling:*',
  'cur:*',
  'freetier:*',
  'health:*',
  'iam:*',
  'identitystore:*',
  'invoicing:*',
  'kms:*',
  'organizations:*',
  'payments:*',
  'pricing:*',
  'route53:*',
  'route53domains:*',
  's3:GetAccountPublicAccessBlock',
  's3:ListAllMyBuckets',
  'sso:*',
  'sts:*',
  'support:*',
  'tax:*',
  'trustedadvisor:*',
  'waf:*',
  'wafv2:*',
];

/** Assumed by two people together, for what no one may do alone: the trail reports it. */
const BREAK_GLASS = 'arn:aws:iam::*:role/break-glass';
/** CloudFormation acts with it in a deployment of the CDK. */
const DEPLOYMENT = 'arn:aws:iam::*:role/cdk-*-cfn-exec-role-*';
/** AWS Backup deletes an expired copy with the role that made it (`table/backups.ts`). */
const BACKUPS = 'arn:aws:iam::*:role/*-table-BackupsRole*';
/** The CDK's bootstrap makes and updates it, as the administrator who runs it. */
const BOOTSTRAP_BUCKETS = 'arn:aws:s3:::cdk-*';
/** Copies for drills, which runbooks create and drop: their names say so. */
const DRILL_TABLES = 'arn:aws:dynamodb:*:*:table/*-drill';

const except = (...roles: readonly string[]) => ({ ArnNotLike: { 'aws:PrincipalArn': roles } });

function deny(Sid: string, Action: readonly string[], ...roles: readonly string[]) {
  return { Sid, Effect: 'Deny', Action, Resource: '*', Condition: except(BREAK_GLASS, ...roles) };
}

function denyOfTables(Sid: string, Action: readonly string[], ...roles: readonly string[]) {
  return { Sid, Effect: 'Deny', Action, NotResource: DRILL_TABLES, Condition: except(BREAK_GLASS, ...roles) };
}

/**
 * What an organisation denies to every identity of the account, including its administrators: regions where people's data
 * may not be, and actions that delete data, its protection or its traces, or take it out. It is attached by hand, from the
 * organisation's own account.
 */
export function serviceControlPolicy(regions: readonly string[]) {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'OnlyTheseRegions',
        Effect: 'Deny',
        NotAction: GLOBAL_SERVICES,
        Resource: '*',
        Condition: { StringNotEquals: { 'aws:RequestedRegion': regions } },
      },
      ...ofTables(),
      ...ofProtection(),
      ofBuckets(),
      {
        Sid: 'NoUsersWithKeys',
        Effect: 'Deny',
        Action: ['iam:CreateAccessKey', 'iam:CreateUser'],
        Resource: '*',
      },
    ],
  };
}

/**
 * Tables, and copies of their data. IAM has no condition for what `UpdateTable` and `UpdateContinuousBackups` switch off, so
 * both are left to deployments.
 */
function ofTables() {
  const changes = [
    'dynamodb:CreateTable',
    'dynamodb:DeleteResourcePolicy',
    'dynamodb:ImportTable',
    'dynamodb:PutResourcePolicy',
    'dynamodb:UpdateContinuousBackups',
    'dynamodb:UpdateTable',
  ];
  return [
    denyOfTables('NoTableIsDeleted', ['dynamodb:DeleteTable', 'dynamodb:DeleteTableReplica']),
    denyOfTables('OnlyDeploymentsMakeAndChangeTables', changes, DEPLOYMENT),
    deny('NoExports', ['dynamodb:ExportTableToPointInTime']),
    deny('BackupsEndByTheirPlanAlone', ['dynamodb:DeleteBackup'], BACKUPS),
  ];
}

/** Backups, keys and the trail. */
function ofProtection() {
  const ends = [
    'backup:DeleteBackupVault',
    'backup:DeleteBackupVaultAccessPolicy',
    'backup:DeleteRecoveryPoint',
    'kms:DisableKey',
    'kms:ScheduleKeyDeletion',
  ];
  const stops = [
    'cloudtrail:DeleteTrail',
    'cloudtrail:StopLogging',
    'config:DeleteConfigurationRecorder',
    'config:StopConfigurationRecorder',
  ];
  const changes = [
    'backup:PutBackupVaultAccessPolicy',
    'cloudtrail:PutEventSelectors',
    'cloudtrail:UpdateTrail',
    'kms:PutKeyPolicy',
  ];
  return [
    deny('NoBackupOrKeyIsDeleted', ends),
    deny('NoTrailIsStopped', stops),
    deny('OnlyDeploymentsChangeProtection', changes, DEPLOYMENT),
  ];
}

/**
 * What opens a bucket, of files or of logs, or has it forget: only deployments do that. Access lists and replication, which
 * no deployment uses, are among them. Objects are not: only roles whose policies name them may read or delete them.
 */
function ofBuckets() {
  const changes = [
    's3:DeleteBucketPolicy',
    's3:PutAccountPublicAccessBlock',
    's3:PutBucketAcl',
    's3:PutBucketCORS',
    's3:PutBucketLogging',
    's3:PutBucketOwnershipControls',
    's3:PutBucketPolicy',
    's3:PutBucketPublicAccessBlock',
    's3:PutEncryptionConfiguration',
    's3:PutLifecycleConfiguration',
    's3:PutObjectAcl',
    's3:PutReplicationConfiguration',
  ];
  return {
    Sid: 'OnlyDeploymentsOpenBuckets',
    Effect: 'Deny',
    Action: changes,
    NotResource: [BOOTSTRAP_BUCKETS],
    Condition: except(BREAK_GLASS, DEPLOYMENT),
  };
}
