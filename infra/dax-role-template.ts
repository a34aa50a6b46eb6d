import { DEFAULT_TABLE_NAME, INBOX_INDEX } from '../schema/table.ts';

/** What DAX does for a client that reads: it describes the table, and passes on what it has not cached. */
const READS = [
  'dynamodb:BatchGetItem',
  'dynamodb:DescribeTable',
  'dynamodb:GetItem',
  'dynamodb:Query',
  'dynamodb:Scan',
];

/**
 * A role for a DAX cluster before the table, which can only read: DAX uses its own role for every client that reaches it,
 * so that a role which writes would bypass the policies of all of them.
 */
export function daxRoleTemplate() {
  const table = {
    'Fn::Sub': 'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${TableName}',
  };
  const index = { 'Fn::Sub': `${table['Fn::Sub']}/index/${INBOX_INDEX}` };
  const decrypt = {
    Effect: 'Allow',
    Action: ['kms:Decrypt', 'kms:DescribeKey'],
    Resource: { Ref: 'KeyArn' },
    Condition: {
      StringEquals: { 'kms:ViaService': { 'Fn::Sub': 'dynamodb.${AWS::Region}.${AWS::URLSuffix}' } },
    },
  };
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'A role with which a DAX cluster reads the table of Cruddur messaging',
    Parameters: {
      TableName: { Type: 'String', Default: DEFAULT_TABLE_NAME, AllowedPattern: '[a-zA-Z0-9_.-]{3,255}' },
      KeyArn: {
        Type: 'String',
        Default: '',
        AllowedPattern: '(arn:[^:]+:kms:.+)?',
        Description: 'ARN of the key that encrypts the table; empty if AWS owns the key',
      },
    },
    Conditions: { HasKey: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'KeyArn' }, ''] }] } },
    Resources: {
      Dax: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Principal: { Service: 'dax.amazonaws.com' },
                Action: 'sts:AssumeRole',
              },
            ],
          },
          Policies: [
            {
              PolicyName: 'read',
              PolicyDocument: {
                Version: '2012-10-17',
                Statement: [
                  { Effect: 'Allow', Action: READS, Resource: table },
                  { Effect: 'Allow', Action: ['dynamodb:Query', 'dynamodb:Scan'], Resource: index },
                  { 'Fn::If': ['HasKey', decrypt, { Ref: 'AWS::NoValue' }] },
                ],
              },
            },
          ],
        },
      },
    },
    Outputs: { RoleArn: { Value: { 'Fn::GetAtt': ['Dax', 'Arn'] } } },
  };
}
