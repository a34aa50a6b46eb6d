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

/** The only role that may do what the policy denies: two people are needed to assume it, and the trail reports it. */
const NOT_THE_BREAK_GLASS_ROLE = {
  ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/break-glass' },
};

/** AWS Backup deletes an expired copy with the role that made it (`table/backups.ts`). */
const NOT_THE_ROLE_FOR_BACKUPS = {
  ArnNotLike: {
    'aws:PrincipalArn': ['arn:aws:iam::*:role/break-glass', 'arn:aws:iam::*:role/*-table-BackupsRole*'],
  },
};

/**
 * What an organisation denies to every identity of the account, including its administrators: regions where people's data
 * may not be, and actions that delete data or its traces. It is attached by hand, from the organisation's own account.
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
      {
        Sid: 'NoTableIsDeleted',
        Effect: 'Deny',
        Action: ['dynamodb:DeleteTable', 'dynamodb:DeleteTableReplica'],
        Resource: '*',
        Condition: NOT_THE_BREAK_GLASS_ROLE,
      },
      {
        Sid: 'BackupsEndByTheirPlanAlone',
        Effect: 'Deny',
        Action: ['dynamodb:DeleteBackup'],
        Resource: '*',
        Condition: NOT_THE_ROLE_FOR_BACKUPS,
      },
      {
        Sid: 'NoBackupIsDeleted',
        Effect: 'Deny',
        Action: [
          'backup:DeleteBackupVault',
          'backup:DeleteBackupVaultAccessPolicy',
          'backup:DeleteRecoveryPoint',
          'kms:ScheduleKeyDeletion',
        ],
        Resource: '*',
        Condition: NOT_THE_BREAK_GLASS_ROLE,
      },
      {
        Sid: 'NoTrailIsStopped',
        Effect: 'Deny',
        Action: [
          'cloudtrail:DeleteTrail',
          'cloudtrail:PutEventSelectors',
          'cloudtrail:StopLogging',
          'cloudtrail:UpdateTrail',
          'config:DeleteConfigurationRecorder',
          'config:StopConfigurationRecorder',
        ],
        Resource: '*',
        Condition: NOT_THE_BREAK_GLASS_ROLE,
      },
      {
        Sid: 'NoUsersWithKeys',
        Effect: 'Deny',
        Action: ['iam:CreateAccessKey', 'iam:CreateUser'],
        Resource: '*',
      },
    ],
  };
}
