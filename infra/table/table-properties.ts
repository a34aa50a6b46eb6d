import type { CfnGlobalTable, CfnGlobalTableProps } from 'aws-cdk-lib/aws-dynamodb';
import { INBOX_INDEX, tableDefinition, tableSettings } from '../../schema/table.ts';
import type { Settings } from '../settings.ts';

/** Target use of provisioned units: the rest is a reserve until the next step up, which takes about two minutes. */
const TARGET_PERCENT = 70;

/** A region of the table. */
export interface TableRegion {
  readonly region: string;
  /** Absent: AWS owns the key. */
  readonly keyArn: string | undefined;
}

/**
 * The table as CloudFormation's global table, also in one region, where it costs the same: CloudFormation cannot turn its
 * other type of table into this one, and a region in reserve could not be added later. Only one region is written to.
 * @param regions the first is the stack's.
 */
export function tableProperties(settings: Settings, regions: readonly TableRegion[]): CfnGlobalTableProps {
  const { tableName, billing } = settings;
  const definition = tableDefinition(tableName);
  const { timeToLive } = tableSettings;
  const write = writeUnits(settings);
  return {
    tableName,
    attributeDefinitions: definition.AttributeDefinitions.map(({ AttributeName, AttributeType }) => ({
      attributeName: AttributeName,
      attributeType: AttributeType,
    })),
    keySchema: definition.KeySchema.map(keyPart),
    // The index has as many units as the table: what throttles it throttles the table.
    globalSecondaryIndexes: definition.GlobalSecondaryIndexes.map((index) => ({
      indexName: index.IndexName,
      keySchema: index.KeySchema.map(keyPart),
      projection: { projectionType: index.Projection.ProjectionType },
      ...write,
    })),
    billingMode: billing === 'provisioned' ? 'PROVISIONED' : definition.BillingMode,
    ...write,
    // CloudFormation enables a stream by its view type.
    streamSpecification: { streamViewType: definition.StreamSpecification.StreamViewType },
    timeToLiveSpecification: {
      attributeName: timeToLive.AttributeName ?? '',
      enabled: timeToLive.Enabled ?? false,
    },
    ...(settings.encryptionKey === 'customer-managed' && {
      sseSpecification: { sseEnabled: true, sseType: 'KMS' },
    }),
    replicas: regions.map((one) => replica(settings, one)),
  };
}

/** The properties that each region has of its own. */
function replica(
  settings: Settings,
  { region, keyArn }: TableRegion,
): CfnGlobalTable.ReplicaSpecificationProperty {
  const read = readUnits(settings);
  return {
    region,
    ...read,
    globalSecondaryIndexes: [{ indexName: INBOX_INDEX, ...read }],
    deletionProtectionEnabled: settings.deletionProtection,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: tableSettings.pointInTimeRecovery },
    ...(keyArn !== undefined && { sseSpecification: { kmsMasterKeyId: keyArn } }),
  };
}

/** The units of writes, which all regions have together: a maximum, or what provisioned capacity scales between. */
function writeUnits({ billing, writeUnits: min, maxWriteUnits: max }: Settings) {
  return billing === 'provisioned'
    ? { writeProvisionedThroughputSettings: { writeCapacityAutoScalingSettings: scaling(min, max) } }
    : { writeOnDemandThroughputSettings: { maxWriteRequestUnits: max } };
}

/** The units of reads, which each region has of its own. */
function readUnits({ billing, readUnits: min, maxReadUnits: max }: Settings) {
  return billing === 'provisioned'
    ? { readProvisionedThroughputSettings: { readCapacityAutoScalingSettings: scaling(min, max) } }
    : { readOnDemandThroughputSettings: { maxReadRequestUnits: max } };
}

function scaling(minCapacity: number, maxCapacity: number) {
  return {
    minCapacity,
    maxCapacity,
    // What a table has at first when its billing changes from on-demand.
    seedCapacity: minCapacity,
    targetTrackingScalingPolicyConfiguration: { targetValue: TARGET_PERCENT },
  };
}

function keyPart({ AttributeName, KeyType }: { readonly AttributeName: string; readonly KeyType: string }) {
  return { attributeName: AttributeName, keyType: KeyType };
}

/** The ARN of the table's index, which policies name. */
export function indexArn(tableArn: string): string {
  return `${tableArn}/index/${INBOX_INDEX}`;
}
