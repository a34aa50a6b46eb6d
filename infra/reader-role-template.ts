import { DEFAULT_TABLE_NAME, INBOX_INDEX } from '../schema/table.ts';

const HOUR_S = 3_600;
/** What reads items, and describes where they are. */
const READS = ['dynamodb:BatchGetItem', 'dynamodb:DescribeTable', 'dynamodb:GetItem', 'dynamodb:Query'];

/**
 * A role that reads the table, for whoever is no part of the service: a tool for looking at data, another account, a
 * cache. It is taken on with an external id, from addresses that are listed, for an hour at a time; and it writes
 * nothing. Plain CloudFormation, because whoever needs it may have nothing else of this.
 */
export function readerRoleTemplate() {
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'A role that reads the table of Cruddur messaging, for tools outside the service',
    Parameters: parameters(),
    Conditions: { HasKey: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'KeyArn' }, ''] }] } },
    Resources: {
      Reader: {
        Type: 'AWS::IAM::Role',
        Properties: {
          MaxSessionDuration: HOUR_S,
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Principal: { AWS: { Ref: 'Principal' } },
                Action: 'sts:AssumeRole',
                Condition: { StringEquals: { 'sts:ExternalId': { Ref: 'ExternalId' } } },
              },
            ],
          },
          Policies: [
            {
              PolicyName: 'read',
              PolicyDocument: {
                Version: '2012-10-17',
                Statement: statements(),
              },
            },
          ],
        },
      },
    },
    Outputs: { RoleArn: { Value: { 'Fn::GetAtt': ['Reader', 'Arn'] } } },
  };
}

function parameters() {
  return {
    TableName: { Type: 'String', Default: DEFAULT_TABLE_NAME, AllowedPattern: '[a-zA-Z0-9_.-]{3,255}' },
    Principal: {
      Type: 'String',
      AllowedPattern: 'arn:[^:]+:iam::[0-9]{12}:(root|role/.+)',
      Description: 'ARN of the account or the role that may take it on',
    },
    ExternalId: {
      Type: 'String',
      MinLength: 16,
      NoEcho: true,
      Description: 'What only that account and this one know: a long random text',
    },
    Addresses: {
      Type: 'CommaDelimitedList',
      Description: 'Addresses that it may be used from, as 203.0.113.0/24',
    },
    KeyArn: {
      Type: 'String',
      Default: '',
      AllowedPattern: '(arn:[^:]+:kms:.+)?',
      Description: 'ARN of the key that the table is encrypted with; none where the key is the one of AWS',
    },
  };
}

function statements() {
  const table = {
    'Fn::Sub': 'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${TableName}',
  };
  const index = { 'Fn::Sub': `${table['Fn::Sub']}/index/${INBOX_INDEX}` };
  const listed = { IpAddress: { 'aws:SourceIp': { Ref: 'Addresses' } } };
  const byDynamo = {
    StringEquals: { 'kms:ViaService': { 'Fn::Sub': 'dynamodb.${AWS::Region}.${AWS::URLSuffix}' } },
  };
  const decrypt = {
    Effect: 'Allow',
    Action: ['kms:Decrypt', 'kms:DescribeKey'],
    Resource: { Ref: 'KeyArn' },
    Condition: byDynamo,
  };
  return [
    { Effect: 'Allow', Action: READS, Resource: table, Condition: listed },
    { Effect: 'Allow', Action: 'dynamodb:Query', Resource: index, Condition: listed },
    { 'Fn::If': ['HasKey', decrypt, { Ref: 'AWS::NoValue' }] },
  ];
}
