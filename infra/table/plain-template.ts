import { DEFAULT_TABLE_NAME, tableDefinition, tableSettings } from '../../schema/table.ts';

/** DynamoDB's default quota of a table. */
const MAX_UNITS = 40_000;

/**
 * The table alone as a plain CloudFormation template, for deployments that run the rest elsewhere: no CDK, no bootstrap.
 * CloudFormation takes what CreateTable takes, except for the stream, which it enables by its view type.
 */
export function plainTableTemplate() {
  const { StreamSpecification, GlobalSecondaryIndexes, ...definition } = tableDefinition(DEFAULT_TABLE_NAME);
  const throughput = whenProvisioned({
    ReadCapacityUnits: { Ref: 'ReadCapacityUnits' },
    WriteCapacityUnits: { Ref: 'WriteCapacityUnits' },
  });
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'The table of Cruddur messaging, as schema/table.ts defines it',
    Parameters: parameters(),
    Conditions: {
      IsProvisioned: { 'Fn::Equals': [{ Ref: 'BillingMode' }, 'PROVISIONED'] },
      IsProtected: { 'Fn::Equals': [{ Ref: 'DeletionProtection' }, 'true'] },
    },
    Resources: {
      Table: {
        Type: 'AWS::DynamoDB::Table',
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          ...definition,
          TableName: { Ref: 'TableName' },
          BillingMode: { Ref: 'BillingMode' },
          ProvisionedThroughput: throughput,
          GlobalSecondaryIndexes: GlobalSecondaryIndexes.map((index) => ({
            ...index,
            ProvisionedThroughput: throughput,
          })),
          StreamSpecification: { StreamViewType: StreamSpecification.StreamViewType },
          TimeToLiveSpecification: tableSettings.timeToLive,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: tableSettings.pointInTimeRecovery },
          DeletionProtectionEnabled: { 'Fn::If': ['IsProtected', true, false] },
        },
      },
    },
    Outputs: outputs(),
  };
}

function parameters() {
  const units = { Type: 'Number', Default: 5, MinValue: 1, MaxValue: MAX_UNITS };
  return {
    TableName: {
      Type: 'String',
      Default: DEFAULT_TABLE_NAME,
      AllowedPattern: '[a-zA-Z0-9_.-]{3,255}',
      Description: 'The value of DDB_MESSAGE_TABLE',
    },
    BillingMode: {
      Type: 'String',
      Default: tableDefinition(DEFAULT_TABLE_NAME).BillingMode,
      AllowedValues: ['PAY_PER_REQUEST', 'PROVISIONED'],
      Description: 'On-demand, or with provisioned units',
    },
    ReadCapacityUnits: {
      ...units,
      Description: 'With PROVISIONED: read units, of the table and of its index',
    },
    WriteCapacityUnits: {
      ...units,
      Description: 'With PROVISIONED: write units, of the table and of its index',
    },
    DeletionProtection: {
      Type: 'String',
      Default: 'true',
      AllowedValues: ['true', 'false'],
      Description: 'Whether the table cannot be deleted',
    },
  };
}

function outputs() {
  return {
    TableName: { Value: { Ref: 'Table' } },
    TableArn: { Value: { 'Fn::GetAtt': ['Table', 'Arn'] } },
    TableStreamArn: { Value: { 'Fn::GetAtt': ['Table', 'StreamArn'] } },
  };
}

/** Leaves units out if there are none. */
function whenProvisioned(value: object) {
  return { 'Fn::If': ['IsProvisioned', value, { Ref: 'AWS::NoValue' }] };
}
