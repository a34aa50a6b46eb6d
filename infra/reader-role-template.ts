import { DEFAULT_TABLE_NAME, INBOX_INDEX } from '../schema/table.ts';

const HOUR_S = 3_600;
/** Actions that read items, and that describe the table: those of `bin/ddb/scan`, `dump` and `doctor` too. */
export const READS = [
  'dynamodb:BatchGetItem',
  'dynamodb:DescribeContinuousBackups',
  'dynamodb:DescribeTable',
  'dynamodb:DescribeTimeToLive',
  'dynamodb:GetItem',
  'dynamodb:Query',
  'dynamodb:Scan',
];

/**
 * A role that reads the table, for users outside the service: a tool for looking at data, another account, a cache. It
 * is assumed with an external id, from listed addresses, for an hour at a time; and it writes nothing. Plain
 * CloudFormation, because its users may have no other part of this project.
 */
export function readerRoleTemplate() {
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'A role that reads the table of Cruddur messaging, for tools outside the service',
    Parameters: {
      ...READER_PARAMETERS,
      Addresses: {
        Type: 'CommaDelimitedList',
        Description: 'Addresses that it may be used from, such as 203.0.113.0/24',
      },
    },
    Conditions: { HasKey: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'KeyArn' }, ''] }] } },
    Resources: { Reader: readerRole({ IpAddress: { 'aws:SourceIp': { Ref: 'Addresses' } } }) },
    Outputs: { RoleArn: { Value: { 'Fn::GetAtt': ['Reader', 'Arn'] } } },
  };
}

/** The parameters of a template with such a role. */
export const READER_PARAMETERS = {
  TableName: { Type: 'String', Default: DEFAULT_TABLE_NAME, AllowedPattern: '[a-zA-Z0-9_.-]{3,255}' },
  Principal: {
    Type: 'String',
    AllowedPattern: 'arn:[^:]+:iam::[0-9]{12}:(root|role/.+)',
    Description: 'ARN of the account or the role that may assume it',
  },
  ExternalId: {
    Type: 'String',
    MinLength: 16,
    NoEcho: true,
    Description: 'A shared secret of that account and this one: a long random text',
  },
  KeyArn: {
    Type: 'String',
    Default: '',
    AllowedPattern: '(arn:[^:]+:kms:.+)?',
    Description: 'ARN of the key that encrypts the table; empty if AWS owns the key',
  },
} as const;

/**
 * A role that is assumed with an external id, and reads the table. Its template has READER_PARAMETERS and the condition HasKey.
 * @param where the condition of IAM that says where a request must come from.
 */
export function readerRole<Where extends object>(where: Where) {
  return {
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
        { PolicyName: 'read', PolicyDocument: { Version: '2012-10-17', Statement: statements(where) } },
      ],
    },
  };
}

function statements<Where extends object>(where: Where) {
  const table = {
    'Fn::Sub': 'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${TableName}',
  };
  const index = { 'Fn::Sub': `${table['Fn::Sub']}/index/${INBOX_INDEX}` };
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
    { Effect: 'Allow', Action: READS, Resource: table, Condition: where },
    { Effect: 'Allow', Action: 'dynamodb:Query', Resource: index, Condition: where },
    { 'Fn::If': ['HasKey', decrypt, { Ref: 'AWS::NoValue' }] },
  ];
}
