import type { CfnGlobalTableProps, CfnTableProps } from 'aws-cdk-lib/aws-dynamodb';
import { INBOX_INDEX, tableDefinition, tableSettings } from '../../schema/table.ts';
import type { Settings } from '../settings.ts';

/** The properties of both kinds of table that the schema defines. CloudFormation enables a stream by its view type. */
function schemaProperties(tableName: string) {
  const definition = tableDefinition(tableName);
  const { timeToLive } = tableSettings;
  return {
    tableName,
    attributeDefinitions: definition.AttributeDefinitions.map(({ AttributeName, AttributeType }) => ({
      attributeName: AttributeName,
      attributeType: AttributeType,
    })),
    keySchema: definition.KeySchema.map(keyPart),
    globalSecondaryIndexes: definition.GlobalSecondaryIndexes.map((index) => ({
      indexName: index.IndexName,
      keySchema: index.KeySchema.map(keyPart),
      projection: { projectionType: index.Projection.ProjectionType },
    })),
    streamSpecification: { streamViewType: definition.StreamSpecification.StreamViewType },
    timeToLiveSpecification: {
      attributeName: timeToLive.AttributeName ?? '',
      enabled: timeToLive.Enabled ?? false,
    },
  };
}

function keyPart({ AttributeName, KeyType }: { readonly AttributeName: string; readonly KeyType: string }) {
  return { attributeName: AttributeName, keyType: KeyType };
}

/** The table of one region. */
export function tableProperties(settings: Settings, keyArn: string | undefined): CfnTableProps {
  const { tableName, billing, readUnits, writeUnits } = settings;
  const provisioned = billing === 'provisioned';
  const provisionedThroughput = { readCapacityUnits: readUnits, writeCapacityUnits: writeUnits };
  const { globalSecondaryIndexes, ...properties } = schemaProperties(tableName);
  return {
    ...properties,
    globalSecondaryIndexes: globalSecondaryIndexes.map((index) => ({
      ...index,
      ...(provisioned && { provisionedThroughput }),
    })),
    billingMode: provisioned ? 'PROVISIONED' : tableDefinition(tableName).BillingMode,
    ...(provisioned && { provisionedThroughput }),
    deletionProtectionEnabled: settings.deletionProtection,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: tableSettings.pointInTimeRecovery },
    ...(keyArn !== undefined && {
      sseSpecification: { sseEnabled: true, sseType: 'KMS', kmsMasterKeyId: keyArn },
    }),
  };
}

/** The same table with a replica in another region. Only one of the two is written to. */
export function globalTableProperties(
  settings: Settings,
  here: { readonly region: string; readonly keyArn: string | undefined },
  standby: { readonly region: string; readonly keyArn: string | undefined },
): CfnGlobalTableProps {
  return {
    ...schemaProperties(settings.tableName),
    billingMode: tableDefinition(settings.tableName).BillingMode,
    ...(here.keyArn !== undefined && { sseSpecification: { sseEnabled: true, sseType: 'KMS' } }),
    replicas: [here, standby].map(({ region, keyArn }) => ({
      region,
      deletionProtectionEnabled: settings.deletionProtection,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: tableSettings.pointInTimeRecovery },
      ...(keyArn !== undefined && { sseSpecification: { kmsMasterKeyId: keyArn } }),
    })),
  };
}

/** The ARNs of a table and its parts, which policies name. */
export function indexArn(tableArn: string): string {
  return `${tableArn}/index/${INBOX_INDEX}`;
}
