/**
 * What each role may do with the table: every action it uses and no other. The policies, the VPC endpoint's policy and
 * the check that compares them with what the tests recorded (`npm run test:permissions`) are made from this one list.
 */

/** An action of DynamoDB's data plane as IAM names it, without its prefix. */
export type TableAction =
  | 'BatchGetItem'
  | 'BatchWriteItem'
  | 'ConditionCheckItem'
  | 'DeleteItem'
  | 'GetItem'
  | 'PutItem'
  | 'Query'
  | 'Scan'
  | 'UpdateItem';

export interface TableAccess {
  readonly table: readonly TableAction[];
  readonly index: readonly TableAction[];
}

/** Who reaches the table: the name of the role's part in the deployment. */
export type TableUser = 'api' | 'update-summaries' | 'create-profile';

/** A transaction needs the action of each of its items, and none of its own. */
export const TABLE_ACCESS: Readonly<Record<TableUser, TableAccess>> = {
  api: {
    table: ['BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'],
    index: ['Query'],
  },
  'update-summaries': { table: ['Query', 'UpdateItem'], index: [] },
  'create-profile': { table: ['GetItem', 'PutItem'], index: [] },
};

/** What Lambda's poller does with the stream in the role's name. */
export const STREAM_ACTIONS = ['DescribeStream', 'GetRecords', 'GetShardIterator'] as const;

/** What anybody may do, each action once: the most that the way to the table lets through. */
export function anyTableAccess(): TableAccess {
  const all = Object.values(TABLE_ACCESS);
  return {
    table: [...new Set(all.flatMap(({ table }) => table))].sort(),
    index: [...new Set(all.flatMap(({ index }) => index))].sort(),
  };
}
