import { AsyncLocalStorage } from 'node:async_hooks';
import { appendFileSync } from 'node:fs';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { TableUser } from '../../infra/permissions.ts';

/*
 * Records the calls of the API and the functions to the table while tests run, for the comparison with their policies
 * (`npm run test:permissions`): a line `user action table` or `user action index` each, in the file that the environment
 * variable RECORDED_CALLS names. Without it nothing is recorded. The reads and writes of a test itself are not recorded:
 * only those within `asTableUser` are.
 */

const FILE = process.env['RECORDED_CALLS'] ?? '';
const users = new AsyncLocalStorage<TableUser>();
const noted = new Set<string>();

/** Runs a task as one of the table's users. */
export function asTableUser<Result>(user: TableUser, work: () => Result): Result {
  return FILE === '' ? work() : users.run(user, work);
}

/** Records a client's calls. */
export function recordCalls(client: DynamoDBClient): void {
  if (FILE === '') return;
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        const user = users.getStore();
        if (user) note(user, commandName.replace(/Command$/, ''), args.input);
        return next(args);
      },
    { step: 'initialize', name: 'recordCalls' },
  );
}

const query = z.object({ IndexName: z.string().optional() });
const transaction = z.object({ TransactItems: z.array(z.record(z.string(), z.unknown())) });

/** Returns the permissions that the parts of a transaction need. */
const TRANSACTION_ACTIONS: Readonly<Record<string, string>> = {
  ConditionCheck: 'ConditionCheckItem',
  Delete: 'DeleteItem',
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
};

function note(user: TableUser, operation: string, input: unknown): void {
  const place = query.safeParse(input).data?.IndexName === undefined ? 'table' : 'index';
  for (const action of actionsOf(operation, input)) {
    const line = `${user} ${action} ${place}\n`;
    if (noted.has(line)) continue;
    noted.add(line);
    appendFileSync(FILE, line);
  }
}

/** Returns the permissions that an operation needs: for a transaction, those of its parts. */
function actionsOf(operation: string, input: unknown): string[] {
  if (!operation.startsWith('Transact')) return [operation];
  const parts = transaction.parse(input).TransactItems.flatMap((item) => Object.keys(item));
  return [...new Set(parts)].map((part) => TRANSACTION_ACTIONS[part] ?? part);
}
