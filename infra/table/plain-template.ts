import { DEFAULT_TABLE_NAME, KEY_ATTRIBUTES, tableDefinition, tableSettings } from '../../schema/table.ts';

/** DynamoDB's default quota of a table. */
const MAX_UNITS = 40_000;
const PARTITION_KEY = { Ref: 'PartitionKeyName' };

/**
 * The table alone as a plain CloudFormation template, for deployments that run the rest elsewhere: no CDK, no bootstrap.
 * CloudFormation takes what CreateTable takes, except for the stream, which it enables by its view type.
 */
export function plainTableTemplate() {
  const { StreamSpecification, GlobalSecondaryIndexes, AttributeDefinitions, KeySchema, ...definition } =
    tableDefinition(DEFAULT_TABLE_NAME);
  const onDemand = {
    'Fn::If': [
      'IsProvisioned',
      { Ref: 'AWS::NoValue' },
      {
        MaxReadRequestUnits: { Ref: 'MaxReadRequestUnits' },
        MaxWriteRequestUnits: { Ref: 'MaxWriteRequestUnits' },
      },
    ],
  };
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
          AttributeDefinitions: AttributeDefinitions.map(({ AttributeName, AttributeType }) =>
            AttributeName === KEY_ATTRIBUTES.pk
              ? { AttributeName: PARTITION_KEY, AttributeType: { Ref: 'PartitionKeyType' } }
              : { AttributeName, AttributeType },
          ),
          KeySchema: KeySchema.map(({ AttributeName, KeyType }) => ({
            AttributeName: AttributeName === KEY_ATTRIBUTES.pk ? PARTITION_KEY : AttributeName,
            KeyType,
          })),
          TableName: { Ref: 'TableName' },
          BillingMode: { Ref: 'BillingMode' },
          ProvisionedThroughput: throughput,
          OnDemandThroughput: onDemand,
          GlobalSecondaryIndexes: GlobalSecondaryIndexes.map((index) => ({
            ...index,
            ProvisionedThroughput: throughput,
            OnDemandThroughput: onDemand,
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
    MaxReadRequestUnits: {
      ...units,
      Default: 500,
      Description: 'With PAY_PER_REQUEST: at most so many reads a second, of the table and of its index',
    },
    MaxWriteRequestUnits: {
      ...units,
      Default: 250,
      Description: 'With PAY_PER_REQUEST: at most so many writes a second, of the table and of its index',
    },
    PartitionKeyName: {
      Type: 'String',
      Default: KEY_ATTRIBUTES.pk,
      AllowedPattern: '[a-zA-Z0-9_.-]{1,255}',
      Description: 'The table’s partition key. The service needs the default; others may use the table alone',
    },
    PartitionKeyType: {
      Type: 'String',
      Default: 'S',
      AllowedValues: ['S', 'N', 'B'],
      Description: 'Its type. The service needs the default',
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
