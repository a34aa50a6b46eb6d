import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  DynamoDBServiceException,
  type KeySchemaElement,
  ResourceInUseException,
  type TableDescription,
  UpdateContinuousBackupsCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { tableDefinition, tableSettings } from '../../schema/table.ts';

/** Seconds until a table that is being created has to be active: AWS takes 5 to 30. */
const MAX_WAIT_SECONDS = 180;
/** How often a setting is tried that AWS refuses for some seconds after a table was created. */
const SETTING_ATTEMPTS = 20;
const SETTING_PAUSE_MS = 1_500;

/** A table of this name is there, and is not what the schema says. */
export class SchemaMismatchError extends Error {
  /** One line for each difference: what is there, and what ought to be. */
  readonly differences: readonly string[];
  constructor(tableName: string, differences: readonly string[]) {
    super(`table ${tableName} differs from the schema: ${differences.join('; ')}`);
    this.name = 'SchemaMismatchError';
    this.differences = differences;
  }
}

/**
 * Makes sure that the table is there as the schema defines it, index, stream, TTL and recovery included, and waits
 * until it is active. Any number of processes may do so at once: one creates it, the others wait for it. Settings
 * that are missing, because a run ended between creating the table and making them, are made.
 * Recovery is left out on engines that do not have it.
 * @throws SchemaMismatchError for a table that is there and differs; SDK errors.
 */
export async function loadSchema(client: DynamoDBClient, tableName: string): Promise<{ created: boolean }> {
  const created = await createTable(client, tableName);
  const delays = created ? {} : { minDelay: 1, maxDelay: 2 };
  await waitUntilTableExists({ client, maxWaitTime: MAX_WAIT_SECONDS, ...delays }, { TableName: tableName });
  const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
  const found = tableDifferences(Table ?? {}, tableName);
  if (found.length > 0) throw new SchemaMismatchError(tableName, found);
  await setTimeToLive(client, tableName);
  await setRecovery(client, tableName);
  return { created };
}

/** Whether it was this call that created the table: one that is there, or is being created, is left alone. */
async function createTable(client: DynamoDBClient, tableName: string): Promise<boolean> {
  try {
    await client.send(new CreateTableCommand(tableDefinition(tableName)));
    return true;
  } catch (error) {
    if (error instanceof ResourceInUseException) return false;
    throw error;
  }
}

/** Where a table differs from its definition. Billing, protection, classes and tags are the operator's business. */
export function tableDifferences(table: TableDescription, tableName: string): string[] {
  const expected = tableDefinition(tableName);
  const comparisons: [what: string, stored: string, expected: string][] = [
    ['its key', keyText(table, table.KeySchema), keyText(expected, expected.KeySchema)],
    ['its indexes', indexesText(table), indexesText(expected)],
    ['its stream', streamText(table.StreamSpecification), streamText(expected.StreamSpecification)],
  ];
  return comparisons
    .filter(([, stored, wanted]) => stored !== wanted)
    .map(([what, stored, wanted]) => `${what}: ${stored} (schema: ${wanted})`);
}

type Definition = Pick<
  TableDescription,
  'AttributeDefinitions' | 'GlobalSecondaryIndexes' | 'LocalSecondaryIndexes' | 'StreamSpecification'
>;

/** A key as one reads it: "pk S HASH, sk S RANGE". */
function keyText(
  { AttributeDefinitions }: { readonly AttributeDefinitions?: Definition['AttributeDefinitions'] },
  key: readonly KeySchemaElement[] = [],
): string {
  const typeOf = (name: string | undefined) =>
    AttributeDefinitions?.find((attribute) => attribute.AttributeName === name)?.AttributeType ?? '?';
  return key.map((part) => `${part.AttributeName} ${typeOf(part.AttributeName)} ${part.KeyType}`).join(', ');
}

function indexesText(table: Definition): string {
  const { GlobalSecondaryIndexes = [], LocalSecondaryIndexes = [] } = table;
  const local = LocalSecondaryIndexes.map((index) => `local ${index.IndexName}`);
  const global = GlobalSecondaryIndexes.map(
    (index) => `${index.IndexName} [${keyText(table, index.KeySchema)}; ${index.Projection?.ProjectionType}]`,
  );
  return [...global, ...local].sort().join(', ') || 'none';
}

function streamText(stream: Definition['StreamSpecification']): string {
  return stream?.StreamEnabled === true ? String(stream.StreamViewType) : 'none';
}

/** AWS refuses a change while another is under way, so what is there decides whether there is anything to do. */
async function setTimeToLive(client: DynamoDBClient, tableName: string): Promise<void> {
  const wanted = tableSettings.timeToLive;
  await untilSet(async () => {
    const { TimeToLiveDescription } = await client.send(
      new DescribeTimeToLiveCommand({ TableName: tableName }),
    );
    const { TimeToLiveStatus: status, AttributeName: attribute } = TimeToLiveDescription ?? {};
    if (status === 'ENABLED' || status === 'ENABLING') {
      if (attribute === wanted.AttributeName) return;
      throw new SchemaMismatchError(tableName, [
        `its TTL attribute: ${attribute} (schema: ${wanted.AttributeName})`,
      ]);
    }
    await client.send(new UpdateTimeToLiveCommand({ TableName: tableName, TimeToLiveSpecification: wanted }));
  });
}

async function setRecovery(client: DynamoDBClient, tableName: string): Promise<void> {
  if (!tableSettings.pointInTimeRecovery) return;
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
  await untilSet(async () => {
    try {
      const answer = await client.send(new DescribeContinuousBackupsCommand({ TableName: tableName }));
      const recovery = answer.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
      if (recovery?.PointInTimeRecoveryStatus === 'ENABLED') return;
      await client.send(
        new UpdateContinuousBackupsCommand({ TableName: tableName, PointInTimeRecoverySpecification }),
      );
    } catch (error) {
      if (!isUnknownOperation(error)) throw error;
    }
  });
}

/** Repeats a setting that AWS refuses because the table is new, or because another process is making it. */
async function untilSet(attempt: () => Promise<void>): Promise<void> {
  for (let left = SETTING_ATTEMPTS; ; left -= 1) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (left <= 1 || !isPassingRefusal(error)) throw error;
      await sleep(SETTING_PAUSE_MS);
    }
  }
}

const PASSING_REFUSALS = new Set([
  'ContinuousBackupsUnavailableException',
  'ResourceInUseException',
  // What UpdateTimeToLive answers when TTL is being, or was just, enabled by another process.
  'ValidationException',
]);

function isPassingRefusal(error: unknown): boolean {
  return error instanceof DynamoDBServiceException && PASSING_REFUSALS.has(error.name);
}

function isUnknownOperation(error: unknown): boolean {
  return error instanceof DynamoDBServiceException && error.name === 'UnknownOperationException';
}
