import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { BackupPlan, BackupPlanRule, BackupResource, BackupVault } from 'aws-cdk-lib/aws-backup';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';

/** As long as point-in-time recovery, so that a deleted table can be restored as far back. */
const DAILY_KEPT_DAYS = 35;
const MONTHLY_KEPT_DAYS = 366;
/** At night in Europe and in America. */
const HOUR_UTC = '3';

/** Daily and monthly copies in their own vault: they outlive the table and its point-in-time recovery. */
export class Backups extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { tableArn, prefix }: { readonly tableArn: string; readonly prefix: string },
  ) {
    super(scope, id);
    const vault = new BackupVault(this, 'Vault', {
      // A vault needs a name, and the CDK's own would be the same in each environment.
      backupVaultName: `${prefix}-backups`,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      // A role that can write to the table cannot delete its copies.
      blockRecoveryPointDeletion: true,
    });
    const plan = new BackupPlan(this, 'Plan', {
      backupVault: vault,
      backupPlanRules: [
        new BackupPlanRule({
          ruleName: 'daily',
          scheduleExpression: Schedule.cron({ hour: HOUR_UTC, minute: '0' }),
          deleteAfter: Duration.days(DAILY_KEPT_DAYS),
        }),
        new BackupPlanRule({
          ruleName: 'monthly',
          scheduleExpression: Schedule.cron({ hour: HOUR_UTC, minute: '30', day: '1' }),
          deleteAfter: Duration.days(MONTHLY_KEPT_DAYS),
        }),
      ],
    });
    plan.addSelection('Table', {
      resources: [BackupResource.fromArn(tableArn)],
      role: this.#role(tableArn, vault.backupVaultArn),
      disableDefaultBackupPolicy: true,
    });
  }

  /** A role that can back up but not restore: restoring is done by hand, with another role. */
  #role(tableArn: string, vaultArn: string): Role {
    const { partition, region, account } = Stack.of(this);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('backup.amazonaws.com'),
      inlinePolicies: {
        backup: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: [
                'dynamodb:CreateBackup',
                'dynamodb:DescribeTable',
                'dynamodb:ListTagsOfResource',
                'dynamodb:StartAwsBackupJob',
              ],
              resources: [tableArn],
            }),
            new PolicyStatement({
              actions: ['dynamodb:DeleteBackup', 'dynamodb:DescribeBackup'],
              resources: [`${tableArn}/backup/*`],
            }),
            new PolicyStatement({
              actions: ['backup:CopyIntoBackupVault', 'backup:DescribeBackupVault'],
              resources: [vaultArn],
            }),
            new PolicyStatement({
              // Permissions on the table's key and the vault's, as both services use them.
              actions: ['kms:CreateGrant', 'kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'],
              resources: [`arn:${partition}:kms:${region}:${account}:key/*`],
              conditions: {
                StringLike: { 'kms:ViaService': ['dynamodb.*.amazonaws.com', 'backup.*.amazonaws.com'] },
              },
            }),
          ],
        }),
      },
    });
    acknowledge(
      role,
      'A backup’s ARN is unknown before it is made; the keys are limited to the services that use them.',
      [
        'IAM5[Resource::<Table.Arn>/backup/*]',
        'IAM5[Resource::arn:<AWS::Partition>:kms:<AWS::Region>:<AWS::AccountId>:key/*]',
      ],
    );
    return role;
  }
}
