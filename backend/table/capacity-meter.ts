import type { ConsumedCapacity, DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** Capacity units: what was written, and what was read. */
export interface Units {
  readonly W: number;
  readonly R: number;
}

/** What one piece of work used. */
export interface Usage extends Units {
  /** `{ PutItem: 1, … }`: units by operation. */
  readonly byOperation: Readonly<Record<string, number>>;
  /** Writes whose condition did not hold. Each costs what the write would have cost the table; no engine reports it. */
  readonly failedConditions: number;
}

export interface CapacityMeter {
  /** What one piece of work used: nothing else may use the client meanwhile. */
  measure(work: () => Promise<unknown>): Promise<Usage>;
}

const READS = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan', 'TransactGetItems']);
const WRITES = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems']);

/** Whether an operation on items reads. */
export const isRead = (operation: string): boolean => READS.has(operation);
/** Whether an operation on items writes. */
export const isWrite = (operation: string): boolean => WRITES.has(operation);

/**
 * Has a client ask for the capacity that each of its operations consumes, and adds it up. For scripts, tests and
 * benchmarks: the API does not ask, the report makes each answer larger.
 */
export function meterCapacity(client: DynamoDBClient): CapacityMeter {
  const units = new Map<string, number>();
  let failedConditions = 0;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const operation = (commandName ?? '').replace(/Command$/, '');
        if (!isRead(operation) && !isWrite(operation)) return next(args);
        const input = { ...args.input, ReturnConsumedCapacity: 'TOTAL' };
        try {
          const result = await next({ ...args, input: input });
          const used = capacityOf(result.output);
          units.set(operation, (units.get(operation) ?? 0) + used);
          return result;
        } catch (error) {
          if (error instanceof Error && error.name === 'ConditionalCheckFailedException')
            failedConditions += 1;
          throw error;
        }
      },
    { step: 'initialize', name: 'meterCapacity', override: true },
  );
  return {
    measure: async (work) => {
      units.clear();
      failedConditions = 0;
      await work();
      return {
        W: sum(units, WRITES) + failedConditions,
        R: sum(units, READS),
        byOperation: Object.fromEntries(units),
        failedConditions,
      };
    },
  };
}

interface Consumption {
  readonly ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[];
}

/** Returns the units in an output whose request asked for them. @throws Error for an output without a report. */
export function capacityOf(output: object): number {
  const { ConsumedCapacity: report } = output as Consumption;
  if (report === undefined) throw new Error('the engine did not report what an operation consumed');
  return [report].flat().reduce((total, { CapacityUnits }) => total + (CapacityUnits ?? 0), 0);
}

function sum(units: ReadonlyMap<string, number>, operations: ReadonlySet<string>): number {
  return [...units].reduce((total, [name, used]) => (operations.has(name) ? total + used : total), 0);
}
