import type { CreateTableCommandInput, TimeToLiveSpecification } from '@aws-sdk/client-dynamodb';

/** The table's name where nothing else is configured. */
export const DEFAULT_TABLE_NAME = 'cruddur-messages';

/**
 * The only index: a user's message groups, newest activity first, and the public groups by name. Sparse: only the items of
 * members and the listings of public groups have its keys.
 */
export const INBOX_INDEX = 'inbox';

/** Attributes that are part of a key, of the table or of the index. */
export const KEY_ATTRIBUTES = { pk: 'pk', sk: 'sk', inboxPk: 'inbox_pk', inboxSk: 'inbox_sk' } as const;

/** Retention: epoch seconds after which DynamoDB may remove an item: set on invitations. */
export const TTL_ATTRIBUTE = 'expires_at';

/** What a table needs beyond `CreateTable`, which takes neither of these. */
export interface TableSettings {
  readonly timeToLive: TimeToLiveSpecification;
  readonly pointInTimeRecovery: boolean;
}

/**
 * The table as data. Whatever creates a table (the script, the tests, the deployment) uses this definition.
 * There is no local secondary index: one would cap a group's history at 10 GB and forbid splitting a hot group.
 */
export function tableDefinition(tableName: string) {
  const string = 'S' as const;
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: Object.values(KEY_ATTRIBUTES).map((name) => ({
      AttributeName: name,
      AttributeType: string,
    })),
    KeySchema: [
      { AttributeName: KEY_ATTRIBUTES.pk, KeyType: 'HASH' },
      { AttributeName: KEY_ATTRIBUTES.sk, KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: INBOX_INDEX,
        KeySchema: [
          { AttributeName: KEY_ATTRIBUTES.inboxPk, KeyType: 'HASH' },
          { AttributeName: KEY_ATTRIBUTES.inboxSk, KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  } as const satisfies CreateTableCommandInput;
}

export const tableSettings: TableSettings = {
  timeToLive: { AttributeName: TTL_ATTRIBUTE, Enabled: true },
  pointInTimeRecovery: true,
};
