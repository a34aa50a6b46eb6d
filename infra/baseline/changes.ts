import { EventField, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { notify } from '../service/alarm-topic.ts';

/**
 * Calls that take data out of the account's protection, delete it, or stop what would report it. The trail records them
 * as management events, and EventBridge gets each of them within minutes, free of charge.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/logging-using-cloudtrail.html
 */
export const WATCHED_CALLS = {
  'dynamodb.amazonaws.com': [
    'CreateBackup',
    'DeleteBackup',
    'DeleteResourcePolicy',
    'DeleteTable',
    'ExportTableToPointInTime',
    'PutResourcePolicy',
    'RestoreTableFromBackup',
    'RestoreTableToPointInTime',
  ],
  'backup.amazonaws.com': [
    'DeleteBackupPlan',
    'DeleteBackupSelection',
    'DeleteBackupVault',
    'DeleteBackupVaultAccessPolicy',
    'DeleteRecoveryPoint',
    'PutBackupVaultAccessPolicy',
    'StartRestoreJob',
  ],
  'kms.amazonaws.com': ['DisableKey', 'PutKeyPolicy', 'ScheduleKeyDeletion'],
  'cloudtrail.amazonaws.com': ['DeleteTrail', 'PutEventSelectors', 'StopLogging', 'UpdateTrail'],
  'config.amazonaws.com': ['DeleteConfigurationRecorder', 'StopConfigurationRecorder'],
} as const;

/** Calls that are watched only with these parameters: with others they are everyday ones. */
export const WATCHED_SWITCHES = [
  { eventName: ['UpdateTable'], requestParameters: { deletionProtectionEnabled: [false] } },
  {
    eventName: ['UpdateContinuousBackups'],
    requestParameters: { pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: [false] } },
  },
] as const;

/** AWS Backup makes the daily copies, and deletes expired ones, by itself. */
const NOT_AWS_BACKUP = {
  userIdentity: { invokedBy: [{ 'anything-but': 'backup.amazonaws.com' }, { exists: false }] },
};

/** Sends an e-mail for each of the watched calls, also when it was refused. Deployments and runbooks cause some. */
export function watchChanges(scope: Construct, topic: Topic): void {
  const calls = Object.entries(WATCHED_CALLS).map(([source, names]) => ({
    eventSource: [source],
    eventName: [...names],
  }));
  const switches = WATCHED_SWITCHES.map((one) => ({ eventSource: ['dynamodb.amazonaws.com'], ...one }));
  notify(scope, 'Changes', topic, {
    description: 'Calls that delete data or its protection, or take data out',
    events: {
      detailType: ['AWS API Call via CloudTrail'],
      detail: { ...NOT_AWS_BACKUP, $or: [...calls, ...switches] },
    },
    text: RuleTargetInput.fromText(
      `${EventField.fromPath('$.detail.eventName')} of ${EventField.fromPath('$.detail.eventSource')} by ` +
        `${EventField.fromPath('$.detail.userIdentity.arn')} at ${EventField.fromPath('$.detail.eventTime')}. ` +
        'See docs/operations.md, alarms, if it was not you.',
    ),
  });
}
