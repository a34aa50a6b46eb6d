import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  CreateTableCommand,
  DescribeTableCommand,
  type CreateTableCommandInput,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import { tableDifferences } from '../../backend/table/schema-loader.ts';
import { plainTableTemplate } from '../table/plain-template.ts';
import { TableStack } from '../table/table-stack.ts';
import { TEMPLATES } from '../templates.ts';
import { tableSettings } from '../../schema/table.ts';
import { STANDBY, testSettings } from './support/synthesis.ts';
import { useTestTable } from '../../test/support/test-table.ts';

const db = useTestTable({ stream: true });

/** Of a global table: what all regions have together. */
const writeUnits = {
  WriteOnDemandThroughputSettings: z.unknown().optional(),
  WriteProvisionedThroughputSettings: z.unknown().optional(),
};

/** The properties of a table in CloudFormation. Any property that is not named here makes the tests fail. */
const properties = z.strictObject({
  TableName: z.unknown(),
  AttributeDefinitions: z.array(z.record(z.string(), z.string())),
  KeySchema: z.array(z.record(z.string(), z.string())),
  GlobalSecondaryIndexes: z.array(
    z.strictObject({
      IndexName: z.string(),
      KeySchema: z.unknown(),
      Projection: z.unknown(),
      ProvisionedThroughput: z.unknown().optional(),
      OnDemandThroughput: z.unknown().optional(),
      ...writeUnits,
    }),
  ),
  StreamSpecification: z.strictObject({ StreamViewType: z.string() }),
  BillingMode: z.unknown(),
  ProvisionedThroughput: z.unknown().optional(),
  OnDemandThroughput: z.unknown().optional(),
  ...writeUnits,
  TimeToLiveSpecification: z.strictObject({ AttributeName: z.string(), Enabled: z.boolean() }),
  PointInTimeRecoverySpecification: z.strictObject({ PointInTimeRecoveryEnabled: z.boolean() }).optional(),
  DeletionProtectionEnabled: z.unknown().optional(),
  SSESpecification: z.looseObject({}).optional(),
  Replicas: z.array(z.looseObject({})).optional(),
  Tags: z.unknown().optional(),
});
type Properties = z.output<typeof properties>;

/** The table's properties in the stack with these settings. */
function deployed(context: Readonly<Record<string, unknown>> = {}): Properties {
  const stack = new TableStack(new App(), 'Table', { settings: testSettings(context) });
  const [table] = Object.values(Template.fromStack(stack).findResources('AWS::DynamoDB::GlobalTable'));
  return properties.parse(table?.['Properties']);
}

let tables = 0;

/** Creates a table with CloudFormation's properties on an engine, and returns the engine's description of it. */
async function create(
  table: Properties,
  more: Partial<CreateTableCommandInput> = {},
): Promise<TableDescription> {
  tables += 1;
  const TableName = `deployed-${tables}`;
  const { AttributeDefinitions, KeySchema, StreamSpecification } = table;
  const { ProvisionedThroughput } = more;
  const input = {
    AttributeDefinitions,
    KeySchema,
    GlobalSecondaryIndexes: table.GlobalSecondaryIndexes.map(({ IndexName, KeySchema: key, Projection }) => ({
      IndexName,
      KeySchema: key,
      Projection,
      ProvisionedThroughput,
    })),
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamEnabled: true, ...StreamSpecification },
    ...more,
    TableName,
  };
  await db().client.send(new CreateTableCommand(input as CreateTableCommandInput));
  return describeTable(TableName);
}

async function describeTable(TableName: string): Promise<TableDescription> {
  const { Table } = await db().client.send(new DescribeTableCommand({ TableName }));
  return Table ?? {};
}

/** The description of a table without its name, its times and its contents. */
function shapeOf(table: TableDescription) {
  const { AttributeDefinitions = [], KeySchema, StreamSpecification, GlobalSecondaryIndexes = [] } = table;
  return {
    attributes: AttributeDefinitions.map(
      ({ AttributeName, AttributeType }) => `${AttributeName} ${AttributeType}`,
    ).sort(),
    KeySchema,
    StreamSpecification,
    local: table.LocalSecondaryIndexes ?? [],
    global: GlobalSecondaryIndexes.map((index) => ({
      name: index.IndexName,
      KeySchema: index.KeySchema,
      Projection: index.Projection,
    })),
  };
}

const OWN_KEY = 'arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555';
const DEPLOYMENTS = {
  'by default': {},
  'with the key of AWS': { encryptionKey: 'aws-owned' },
  'with a standby': { ...STANDBY, standbyKeyArn: OWN_KEY },
};

describe.each(Object.entries(DEPLOYMENTS))('the table that is deployed %s', (_name, context) => {
  it('equals the table that schema-load creates', async () => {
    const table = await create(deployed(context));
    expect(tableDifferences(table, table.TableName ?? '')).toEqual([]);
    expect(shapeOf(table)).toEqual(shapeOf(await describeTable(db().tableName)));
  });

  it('has TTL, recovery and protection as the schema and the settings require', () => {
    const table = deployed(context);
    expect(table.TimeToLiveSpecification).toEqual(tableSettings.timeToLive);
    expect(table.BillingMode).toBe('PAY_PER_REQUEST');
    for (const place of table.Replicas ?? [table]) {
      expect(place).toMatchObject({
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: tableSettings.pointInTimeRecovery },
        DeletionProtectionEnabled: true,
      });
    }
  });
});

describe('the table that is deployed', () => {
  it('with provisioned units scales them between the given bounds, in the table and in its index', () => {
    const units = {
      billing: 'provisioned',
      readUnits: 2,
      maxReadUnits: 20,
      writeUnits: 3,
      maxWriteUnits: 30,
    };
    const table = deployed(units);
    const scaling = (min: number, max: number) =>
      expect.objectContaining({ MinCapacity: min, MaxCapacity: max, SeedCapacity: min });
    const write = {
      WriteProvisionedThroughputSettings: { WriteCapacityAutoScalingSettings: scaling(3, 30) },
    };
    const read = { ReadProvisionedThroughputSettings: { ReadCapacityAutoScalingSettings: scaling(2, 20) } };
    expect(table).toMatchObject({ BillingMode: 'PROVISIONED', ...write, GlobalSecondaryIndexes: [write] });
    expect(table.Replicas).toEqual([
      expect.objectContaining({ ...read, GlobalSecondaryIndexes: [expect.objectContaining(read)] }),
    ]);
  });

  it('on demand has a maximum of units, so that no load costs without end', () => {
    const table = deployed({ maxReadUnits: 20, maxWriteUnits: 30 });
    const write = { WriteOnDemandThroughputSettings: { MaxWriteRequestUnits: 30 } };
    const read = { ReadOnDemandThroughputSettings: { MaxReadRequestUnits: 20 } };
    expect(table).toMatchObject({ ...write, GlobalSecondaryIndexes: [write] });
    expect(table.Replicas).toEqual([
      expect.objectContaining({ ...read, GlobalSecondaryIndexes: [expect.objectContaining(read)] }),
    ]);
  });

  it('has the configured key, which is rotated', () => {
    const own = Template.fromStack(new TableStack(new App(), 'Table', { settings: testSettings({}) }));
    own.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
    expect(deployed().SSESpecification).toMatchObject({ SSEEnabled: true, SSEType: 'KMS' });
    const settings = testSettings({ encryptionKey: 'aws-owned' });
    Template.fromStack(new TableStack(new App(), 'Table', { settings })).resourceCountIs('AWS::KMS::Key', 0);
    expect(deployed({ encryptionKey: 'aws-owned' }).SSESpecification).toBeUndefined();
  });

  it('with a standby exists in both regions, with a key in each', () => {
    const replicas = deployed(DEPLOYMENTS['with a standby']).Replicas ?? [];
    expect(replicas.map(({ Region: region }) => region)).toEqual([{ Ref: 'AWS::Region' }, 'eu-central-1']);
    expect(replicas[1]).toMatchObject({ SSESpecification: { KMSMasterKeyId: OWN_KEY } });
  });

  it('is kept when its stack is deleted', () => {
    for (const context of Object.values(DEPLOYMENTS)) {
      const stack = new TableStack(new App(), 'Table', { settings: testSettings(context) });
      const kept = Object.values(
        Template.fromStack(stack).toJSON()['Resources'] as Record<string, { Type: string }>,
      ).filter(({ Type }) => Type.startsWith('AWS::DynamoDB'));
      expect(kept).toEqual([
        expect.objectContaining({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' }),
      ]);
    }
  });
});

/** Replaces references to the key's parameters with their defaults, as CloudFormation does. */
function withDefaults(value: unknown): unknown {
  const { PartitionKeyName, PartitionKeyType } = plainTableTemplate().Parameters;
  const text = JSON.stringify(value)
    .replaceAll('{"Ref":"PartitionKeyName"}', JSON.stringify(PartitionKeyName.Default))
    .replaceAll('{"Ref":"PartitionKeyType"}', JSON.stringify(PartitionKeyType.Default));
  return JSON.parse(text);
}

describe('the plain template', () => {
  it('creates the same table as schema-load', async () => {
    const { Properties: table } = plainTableTemplate().Resources.Table;
    const made = await create(properties.parse(withDefaults(table)));
    expect(shapeOf(made)).toEqual(shapeOf(await describeTable(db().tableName)));
    expect(table.TimeToLiveSpecification).toEqual(tableSettings.timeToLive);
    expect(table.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled).toBe(
      tableSettings.pointInTimeRecovery,
    );
  });

  it('has parameters for the name, the billing, the units, the partition key and the protection, and uses each', () => {
    const { Parameters, ...rest } = plainTableTemplate();
    expect(Object.keys(Parameters)).toEqual([
      'TableName',
      'BillingMode',
      'ReadCapacityUnits',
      'WriteCapacityUnits',
      'MaxReadRequestUnits',
      'MaxWriteRequestUnits',
      'PartitionKeyName',
      'PartitionKeyType',
      'DeletionProtection',
    ]);
    for (const name of Object.keys(Parameters)) expect(JSON.stringify(rest)).toContain(`{"Ref":"${name}"}`);
  });
});

it.each(TEMPLATES)('$path is up to date: `npm run templates` writes it', ({ path, text }) => {
  expect(readFileSync(path, 'utf8')).toBe(text);
});
