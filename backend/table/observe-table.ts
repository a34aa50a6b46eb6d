import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { currentScope, type RequestScope } from '../request-scope.ts';
import { capacityOf, isRead, isWrite } from './capacity-meter.ts';

/**
 * Has a client note its calls in the scope of the request that makes them: how long they take, and the capacity units they
 * use. Only calls of an observed request ask for the units, because the report makes each response larger.
 */
export function observeTable(client: DynamoDBClient): void {
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const scope = currentScope();
        if (!scope) return next(args);
        const operation = (commandName ?? '').replace(/Command$/, '');
        const end = scope.beginCall?.(operation);
        const isMeasured = scope.units !== undefined && (isRead(operation) || isWrite(operation));
        const input = isMeasured ? { ...args.input, ReturnConsumedCapacity: 'TOTAL' as const } : args.input;
        try {
          const result = await next({ ...args, input });
          if (isMeasured) addUnits(scope, operation, capacityOf(result.output));
          end?.();
          return result;
        } catch (error) {
          // It costs what the write would have cost, and no engine reports it: one unit at least.
          if (error instanceof Error && error.name === 'ConditionalCheckFailedException')
            addUnits(scope, operation, 1);
          end?.(error);
          throw error;
        }
      },
    { step: 'initialize', name: 'observeTable', override: true },
  );
}

function addUnits({ units }: RequestScope, operation: string, used: number): void {
  if (units) units[isRead(operation) ? 'R' : 'W'] += used;
}
