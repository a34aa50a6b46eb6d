import { Aws } from 'aws-cdk-lib';
import { ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/**
 * The actions that a role of the deployment may have. A boundary gives nothing: a role has what its own policy and the
 * boundary both allow, so that a role which is created or extended through a deployment reaches no further than this.
 */
export const BOUNDARY_ACTIONS = [
  'backup:CopyIntoBackupVault',
  'backup:DescribeBackupVault',
  'dynamodb:BatchGetItem',
  'dynamodb:ConditionCheckItem',
  'dynamodb:CreateBackup',
  'dynamodb:DeleteBackup',
  'dynamodb:DeleteItem',
  'dynamodb:DescribeBackup',
  'dynamodb:DescribeStream',
  'dynamodb:DescribeTable',
  'dynamodb:GetItem',
  'dynamodb:GetRecords',
  'dynamodb:GetShardIterator',
  'dynamodb:ListStreams',
  'dynamodb:ListTagsOfResource',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'dynamodb:StartAwsBackupJob',
  'dynamodb:UpdateItem',
  'ec2:AssignPrivateIpAddresses',
  'ec2:AuthorizeSecurityGroupEgress',
  'ec2:AuthorizeSecurityGroupIngress',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:RevokeSecurityGroupEgress',
  'ec2:RevokeSecurityGroupIngress',
  'ec2:UnassignPrivateIpAddresses',
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:GetAuthorizationToken',
  'ecr:GetDownloadUrlForLayer',
  'kms:CreateGrant',
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
  'logs:CreateLogStream',
  'logs:DescribeLogStreams',
  'logs:PutLogEvents',
  'secretsmanager:DescribeSecret',
  'secretsmanager:GetSecretValue',
  's3:DeleteObject',
  's3:GetObject',
  's3:ListBucket',
  's3:PutObject',
  'sqs:SendMessage',
] as const;

/**
 * The boundary as a plain template, which is deployed once for an account, before the CDK's bootstrap. The CDK's own role for
 * CloudFormation, which has every permission, may then create roles only with it
 * (`cdk bootstrap --custom-permissions-boundary` limits that role itself).
 */
export function permissionsBoundaryTemplate() {
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'The most that a role of Cruddur messaging may do',
    Parameters: {
      Name: { Type: 'String', Default: 'cruddur-boundary', AllowedPattern: '[\\w+=,.@-]{1,128}' },
    },
    Resources: {
      Boundary: {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: {
          ManagedPolicyName: { Ref: 'Name' },
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Action: BOUNDARY_ACTIONS, Resource: '*' }],
          },
        },
      },
    },
    Outputs: { PolicyArn: { Value: { Ref: 'Boundary' } } },
  };
}

/** Gives every role below a construct the boundary of this name. */
export function applyBoundary(scope: IConstruct, name: string): void {
  const arn = `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:policy/${name}`;
  PermissionsBoundary.of(scope).apply(ManagedPolicy.fromManagedPolicyArn(scope, 'Boundary', arn));
}
