import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { serviceControlPolicy } from '../service-control-policy.ts';
import { synthesise } from './support/synthesis.ts';

const ACCOUNT = '123456789012';
const TABLE = `arn:aws:dynamodb:eu-west-1:${ACCOUNT}:table/cruddur-messages`;
const FILES = 'arn:aws:s3:::cruddur-service-filesbucket7c17ee2e-abcdef';
const DRILL = `${TABLE}-drill`;
const ANY = '*';

/** The roles that appear in a deployment and in the runbooks. */
const ROLES = {
  administrator: `arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_AdministratorAccess_1`,
  deployment: `arn:aws:iam::${ACCOUNT}:role/cdk-hnb659fds-cfn-exec-role-${ACCOUNT}-eu-west-1`,
  backups: `arn:aws:iam::${ACCOUNT}:role/cruddur-table-BackupsRole3D7E6C8A-AbCdEf`,
  breakGlass: `arn:aws:iam::${ACCOUNT}:role/break-glass`,
} as const;
type Who = keyof typeof ROLES;

const list = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const statement = z.object({
  Effect: z.literal('Deny'),
  Action: list.optional(),
  NotAction: list.optional(),
  Resource: list.optional(),
  NotResource: list.optional(),
  Condition: z
    .object({
      ArnNotLike: z.object({ 'aws:PrincipalArn': list }).optional(),
      StringNotEquals: z.object({ 'aws:RequestedRegion': list }).optional(),
    })
    .default({}),
});
const statements = z.array(statement).parse(serviceControlPolicy(['eu-west-1', 'eu-central-1']).Statement);

/** Whether a text matches one of IAM's patterns, in which `*` is any text. */
function matches(text: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`).test(text);
  });
}

/** Evaluates the policy as AWS does: one statement that applies denies the call. */
function isDenied(who: Who, action: string, resource: string = ANY, region = 'eu-west-1'): boolean {
  return statements.some(({ Action, NotAction, Resource, NotResource, Condition }) => {
    const roles = Condition.ArnNotLike?.['aws:PrincipalArn'];
    const regions = Condition.StringNotEquals?.['aws:RequestedRegion'];
    return (
      (Action ? matches(action, Action) : !matches(action, NotAction ?? [])) &&
      (Resource ? matches(resource, Resource) : !matches(resource, NotResource ?? [])) &&
      (roles === undefined || !matches(ROLES[who], roles)) &&
      !regions?.includes(region)
    );
  });
}

describe('the control policy', () => {
  it.each<[Who, string, string]>([
    // A deployment, with the baseline and every option switched on and off.
    ['deployment', 'dynamodb:CreateTable', TABLE],
    ['deployment', 'dynamodb:UpdateTable', TABLE],
    ['deployment', 'dynamodb:UpdateContinuousBackups', TABLE],
    ['deployment', 'cloudtrail:PutEventSelectors', ANY],
    ['deployment', 'cloudtrail:UpdateTrail', ANY],
    ['deployment', 'kms:PutKeyPolicy', ANY],
    ['deployment', 'backup:PutBackupVaultAccessPolicy', ANY],
    ['deployment', 's3:PutBucketPublicAccessBlock', FILES],
    ['deployment', 's3:PutBucketPolicy', FILES],
    ['deployment', 's3:PutLifecycleConfiguration', FILES],
    // The CDK's bootstrap.
    [
      'administrator',
      's3:PutBucketPublicAccessBlock',
      'arn:aws:s3:::cdk-hnb659fds-assets-123456789012-eu-west-1',
    ],
    // A sweep of files.
    ['administrator', 's3:ListBucket', FILES],
    ['administrator', 's3:DeleteObject', `${FILES}/files/x`],
    // AWS Backup, and the runbooks' commands.
    ['backups', 'dynamodb:DeleteBackup', `${TABLE}/backup/1`],
    ['administrator', 'dynamodb:RestoreTableToPointInTime', TABLE],
    ['administrator', 'dynamodb:CreateTable', DRILL],
    ['administrator', 'dynamodb:UpdateTable', DRILL],
    ['administrator', 'dynamodb:UpdateContinuousBackups', DRILL],
    ['administrator', 'dynamodb:DeleteTable', DRILL],
    ['administrator', 'dynamodb:Scan', TABLE],
    ['administrator', 'ecs:UpdateService', ANY],
    // A restore that the service is then switched to.
    ['breakGlass', 'dynamodb:UpdateTable', `${TABLE}-restored`],
    ['breakGlass', 'dynamodb:UpdateContinuousBackups', `${TABLE}-restored`],
    ['breakGlass', 'dynamodb:ExportTableToPointInTime', TABLE],
  ])('does not deny to the role %s what deployments and runbooks do: %s on %s', (who, action, resource) => {
    expect(isDenied(who, action, resource)).toBe(false);
  });

  it.each<[Who, string, string]>([
    ['administrator', 'dynamodb:DeleteTable', TABLE],
    ['deployment', 'dynamodb:DeleteTable', TABLE],
    ['administrator', 'dynamodb:UpdateTable', TABLE],
    ['administrator', 'dynamodb:UpdateContinuousBackups', TABLE],
    ['administrator', 'dynamodb:CreateTable', `${TABLE}-copy`],
    ['administrator', 'dynamodb:ImportTable', `${TABLE}-copy`],
    ['administrator', 'dynamodb:ExportTableToPointInTime', TABLE],
    ['administrator', 'dynamodb:PutResourcePolicy', TABLE],
    ['administrator', 'dynamodb:DeleteBackup', `${TABLE}/backup/1`],
    ['administrator', 'backup:DeleteRecoveryPoint', ANY],
    ['administrator', 'kms:DisableKey', ANY],
    ['deployment', 'kms:ScheduleKeyDeletion', ANY],
    ['administrator', 'kms:PutKeyPolicy', ANY],
    ['administrator', 'cloudtrail:PutEventSelectors', ANY],
    ['deployment', 'cloudtrail:StopLogging', ANY],
    ['administrator', 's3:PutBucketPublicAccessBlock', FILES],
    ['administrator', 's3:PutAccountPublicAccessBlock', ANY],
    ['administrator', 's3:PutBucketPolicy', FILES],
    ['administrator', 's3:DeleteBucketPolicy', FILES],
    ['administrator', 's3:PutBucketAcl', FILES],
    ['administrator', 's3:PutObjectAcl', `${FILES}/files/x`],
    ['administrator', 's3:PutBucketCORS', FILES],
    ['administrator', 's3:PutReplicationConfiguration', FILES],
    ['administrator', 's3:PutLifecycleConfiguration', FILES],
    ['breakGlass', 'iam:CreateAccessKey', ANY],
  ])('denies to the role %s: %s on %s', (who, action, resource) => {
    expect(isDenied(who, action, resource)).toBe(true);
  });

  it('denies every other region, except for services that are global', () => {
    expect(isDenied('breakGlass', 'dynamodb:GetItem', TABLE, 'us-west-2')).toBe(true);
    expect(isDenied('administrator', 'iam:GetRole', ANY, 'us-east-1')).toBe(false);
  });

  it('names the role for backups as the deployment does, and fits AWS’s quota', () => {
    const table = synthesise().find(({ name }) => name === 'CruddurTable');
    const roles = Object.keys(table?.template.Resources ?? {}).filter((name) =>
      name.startsWith('BackupsRole'),
    );
    expect(roles).toHaveLength(1);
    expect(
      matches(`arn:aws:iam::${ACCOUNT}:role/cruddur-table-${roles[0]}-x`, [
        'arn:aws:iam::*:role/*-table-BackupsRole*',
      ]),
    ).toBe(true);
    expect(JSON.stringify(serviceControlPolicy(['eu-west-1'])).length).toBeLessThan(5_120);
  });
});
