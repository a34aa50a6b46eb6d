import { Stack } from 'aws-cdk-lib';
import { AccountRootPrincipal, PolicyDocument, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { ENCRYPTION_CONTEXT } from '../../backend/table/encryption/encryption-context.ts';
import type { Settings } from '../settings.ts';

/**
 * What administrators of the account may do with a key: everything but use it, or give its use away by a grant.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
const ADMINISTRATION = [
  'kms:CancelKeyDeletion',
  'kms:CreateAlias',
  'kms:DeleteAlias',
  'kms:DescribeKey',
  'kms:DisableKey',
  'kms:DisableKeyRotation',
  'kms:EnableKey',
  'kms:EnableKeyRotation',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
  'kms:ListGrants',
  'kms:ListKeyPolicies',
  'kms:ListResourceTags',
  'kms:ListRetirableGrants',
  'kms:PutKeyPolicy',
  'kms:ReplicateKey',
  'kms:RevokeGrant',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateAlias',
  'kms:UpdateKeyDescription',
];
/** What DynamoDB and AWS Backup do with a table's key for their callers. */
const USE = ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'];

/** The CDK's default policy allows the account every action, which leaves the key to each policy of each role. */
function administration(): PolicyStatement {
  return new PolicyStatement({
    sid: 'Administration',
    principals: [new AccountRootPrincipal()],
    actions: ADMINISTRATION,
    resources: ['*'],
  });
}

/**
 * The policy of the table's key: it is used through DynamoDB and AWS Backup alone, by roles whose own policies allow it,
 * and cannot decrypt anything that was copied elsewhere.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
 */
export function tableKeyPolicy(scope: Construct): PolicyDocument {
  const { region } = Stack.of(scope);
  const services = {
    StringEquals: { 'kms:ViaService': ['dynamodb', 'backup'].map((one) => `${one}.${region}.amazonaws.com`) },
  };
  const account = [new AccountRootPrincipal()];
  return new PolicyDocument({
    statements: [
      administration(),
      new PolicyStatement({
        sid: 'UseThroughServices',
        principals: account,
        actions: USE,
        resources: ['*'],
        conditions: services,
      }),
      new PolicyStatement({
        sid: 'GrantsToServices',
        principals: account,
        actions: ['kms:CreateGrant'],
        resources: ['*'],
        conditions: { ...services, Bool: { 'kms:GrantIsForAWSResource': 'true' } },
      }),
      new PolicyStatement({
        sid: 'DynamoDB',
        principals: [new ServicePrincipal('dynamodb.amazonaws.com')],
        actions: ['kms:Describe*', 'kms:Get*', 'kms:List*'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
      }),
    ],
  });
}

/**
 * The policy of the texts' key: only the API's role uses it, and only for texts; and the break-glass role, for operators
 * who have to read them. A principal must exist when a policy names it, so the roles are recognised by their names.
 * CloudFormation begins a role's name with its stack's and its logical id.
 */
export function textKeyPolicy(scope: Construct, { prefix }: Settings): PolicyDocument {
  const { partition, account } = Stack.of(scope);
  const role = (name: string) => `arn:${partition}:iam::${account}:role/${name}`;
  return new PolicyDocument({
    statements: [
      administration(),
      new PolicyStatement({
        sid: 'OnlyTheApi',
        principals: [new AccountRootPrincipal()],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions: {
          ArnLike: { 'aws:PrincipalArn': [role(`${prefix}-service-ApiTaskRole*`), role('break-glass')] },
          StringEquals: { 'kms:EncryptionContext:purpose': ENCRYPTION_CONTEXT.purpose },
        },
      }),
    ],
  });
}
