/**
 * The actions that each role may do with the table: those that it uses and no others. The policies, the VPC endpoint's
 * policy and the check that compares them with recorded calls of the tests (`npm run test:permissions`) are made from
 * this one list.
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

/** The roles that access the table, by the name of their part of the deployment. */
export type TableUser = 'api' | 'update-summaries' | 'create-profile' | 'remove-files';

/** A transaction needs the permission for the action of each of its items, and none of its own. */
export const TABLE_ACCESS: Readonly<Record<TableUser, TableAccess>> = {
  api: {
    table: ['BatchGetItem', 'ConditionCheckItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'],
    index: ['Query'],
  },
  'update-summaries': {
    table: ['BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'],
    index: [],
  },
  'create-profile': { table: ['GetItem', 'PutItem'], index: [] },
  'remove-files': { table: ['DeleteItem'], index: [] },
};

/** The actions of Lambda's poller on the stream, with the role's permissions. */
export const STREAM_ACTIONS = ['DescribeStream', 'GetRecords', 'GetShardIterator'] as const;

/** The actions that any role may do, each once: the VPC endpoint of the table allows no others. */
export function anyTableAccess(): TableAccess {
  const all = Object.values(TABLE_ACCESS);
  return {
    table: [...new Set(all.flatMap(({ table }) => table))].sort(),
    index: [...new Set(all.flatMap(({ index }) => index))].sort(),
  };
}
