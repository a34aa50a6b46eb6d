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
  const waiting = { client, minDelay: 1, maxDelay: 2, maxWaitTime: MAX_WAIT_SECONDS };
  await waitUntilTableExists(waiting, { TableName: tableName });
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

/** A part of a table that its definition says, as one reads it: what is there, and what ought to be. */
export interface ComparedPart {
  readonly part: 'key' | 'indexes' | 'stream';
  readonly stored: string;
  readonly expected: string;
}

/** A table beside its definition. Billing, protection, classes and tags are the operator's business. */
export function compareTable(table: TableDescription, tableName: string): readonly ComparedPart[] {
  const definition = tableDefinition(tableName);
  return [
    {
      part: 'key',
      stored: keyText(table, table.KeySchema),
      expected: keyText(definition, definition.KeySchema),
    },
    { part: 'indexes', stored: indexesText(table), expected: indexesText(definition) },
    {
      part: 'stream',
      stored: streamText(table.StreamSpecification),
      expected: streamText(definition.StreamSpecification),
    },
  ];
}

/** Where a table differs from its definition: a line for each part that does. */
export function tableDifferences(table: TableDescription, tableName: string): string[] {
  return compareTable(table, tableName)
    .filter(({ stored, expected }) => stored !== expected)
    .map(({ part, stored, expected }) => `its ${part}: ${stored} (schema: ${expected})`);
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

/** The attribute that makes items expire; undefined where none does. @throws SDK errors. */
export async function readTimeToLive(client: DynamoDBClient, tableName: string): Promise<string | undefined> {
  const { TimeToLiveDescription } = await client.send(
    new DescribeTimeToLiveCommand({ TableName: tableName }),
  );
  const { TimeToLiveStatus: status, AttributeName: attribute } = TimeToLiveDescription ?? {};
  return status === 'ENABLED' || status === 'ENABLING' ? attribute : undefined;
}

/** Whether a table has point-in-time recovery; undefined on an engine that knows of none. @throws SDK errors. */
export async function readRecovery(client: DynamoDBClient, tableName: string): Promise<boolean | undefined> {
  try {
    const answer = await client.send(new DescribeContinuousBackupsCommand({ TableName: tableName }));
    const recovery = answer.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
    return recovery?.PointInTimeRecoveryStatus === 'ENABLED';
  } catch (error) {
    if (isUnknownOperation(error)) return undefined;
    throw error;
  }
}

/** AWS refuses a change while another is under way, so what is there decides whether there is anything to do. */
async function setTimeToLive(client: DynamoDBClient, tableName: string): Promise<void> {
  const wanted = tableSettings.timeToLive;
  await untilSet(async () => {
    const attribute = await readTimeToLive(client, tableName);
    if (attribute === wanted.AttributeName) return;
    if (attribute !== undefined) {
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
    if ((await readRecovery(client, tableName)) !== false) return;
    await client.send(
      new UpdateContinuousBackupsCommand({ TableName: tableName, PointInTimeRecoverySpecification }),
    );
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
