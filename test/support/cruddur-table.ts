import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  type DynamoDBClient,
  PutItemCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';

/*
 * Items in the shapes of Cruddur's own table, in the bootcamp's application: what its API and its seed put.
 */

/** Text attributes, as the seed puts them. */
export type OriginalItem = Readonly<Record<string, { readonly S: string }>>;

/** A user of Cruddur, as its seed reads them from Postgres. */
export interface CruddurUser {
  readonly uuid: string;
  readonly handle: string;
  readonly display_name: string;
}

/** Creates Cruddur's table: its keys, and the index of its stream function. */
export async function createCruddurTable(client: DynamoDBClient, TableName: string): Promise<void> {
  const names = ['pk', 'sk', 'message_group_uuid'];
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'message-group-sk-index',
          KeySchema: [
            { AttributeName: 'message_group_uuid', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  await waitUntilTableExists({ client, minDelay: 1, maxDelay: 1, maxWaitTime: 30 }, { TableName });
}

/** Puts items one by one, as Cruddur's seed does. */
export async function putOriginals(
  client: DynamoDBClient,
  TableName: string,
  items: readonly OriginalItem[],
): Promise<void> {
  for (const Item of items) await client.send(new PutItemCommand({ TableName, Item }));
}

/** A person's row of a conversation. */
export function rowItem(values: {
  readonly conversation: string;
  readonly owner: CruddurUser;
  readonly other: CruddurUser;
  readonly at: string;
}): OriginalItem {
  const { conversation, owner, other, at } = values;
  return {
    pk: { S: `GRP#${owner.uuid}` },
    sk: { S: at },
    message_group_uuid: { S: conversation },
    message: { S: 'this is the newest text' },
    ...attributesOf(other),
  };
}

/** A message. */
export function originalMessage(values: {
  readonly conversation: string;
  readonly author: CruddurUser;
  readonly at: string;
  readonly text: string;
}): OriginalItem {
  const { conversation, author, at, text } = values;
  return {
    pk: { S: `MSG#${conversation}` },
    sk: { S: at },
    message_uuid: { S: randomUUID() },
    message: { S: text },
    ...attributesOf(author),
  };
}

/** An item without one of its attributes. */
export function without(item: OriginalItem, name: string): OriginalItem {
  return Object.fromEntries(Object.entries(item).filter(([attribute]) => attribute !== name));
}

/** A file of users, as psql writes it. @param subs by handle. */
export function usersCsv(users: readonly CruddurUser[], subs: Readonly<Record<string, string>> = {}): string {
  const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = users.map(({ uuid, handle, display_name }) =>
    [
      uuid,
      display_name,
      handle,
      `${handle}@example.com`,
      subs[handle] ?? 'MOCK',
      '2023-03-26 15:04:05.123456',
    ]
      .map(quoted)
      .join(','),
  );
  return ['uuid,display_name,handle,email,cognito_user_id,created_at', ...lines, ''].join('\n');
}

/** A time as Python's `isoformat()` writes it. @param offsetMinutes absent: without a time zone, which is UTC. */
export function isoformat(micros: number, offsetMinutes?: number): string {
  const shifted = new Date(Math.floor(micros / 1_000) + (offsetMinutes ?? 0) * 60_000).toISOString();
  const fraction = micros % 1_000_000;
  // Python leaves out a fraction of zero.
  const time = shifted.slice(0, 19) + (fraction === 0 ? '' : `.${String(fraction).padStart(6, '0')}`);
  if (offsetMinutes === undefined) return time;
  const sign = offsetMinutes < 0 ? '-' : '+';
  const minutes = Math.abs(offsetMinutes);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${time}${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function attributesOf({ uuid, handle, display_name }: CruddurUser): OriginalItem {
  return { user_uuid: { S: uuid }, user_display_name: { S: display_name }, user_handle: { S: handle } };
}
