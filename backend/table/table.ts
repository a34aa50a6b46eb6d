import { type DynamoDBClient, DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { TableUnavailableError } from '../errors.ts';
import { type DocumentCommand, LeanClient } from './lean-client/lean-client.ts';

/** The one table, with the client that reaches it. Every store is built on one of these. */
export interface Table {
  readonly name: string;
  /** Same commands as the document client's; a failure that is the table's own is a TableUnavailableError. */
  readonly send: DynamoDBDocumentClient['send'];
}

export function openTable(client: DynamoDBClient, name: string): Table {
  const forward = documentSender(client);
  const send = async (command: DocumentCommand): Promise<unknown> => {
    try {
      return await forward(command);
    } catch (error) {
      throw isOurs(error) ? error : new TableUnavailableError({ cause: error });
    }
  };
  return { name, send: send as DynamoDBDocumentClient['send'] };
}

/** Returns what sends lib-dynamodb's commands: the client itself, or the SDK's document client over it. */
function documentSender(client: DynamoDBClient): (command: DocumentCommand) => Promise<unknown> {
  if (client instanceof LeanClient) return (command) => client.sendDocument(command);
  const documents = DynamoDBDocumentClient.from(client);
  return documents.send.bind(documents) as (command: unknown) => Promise<unknown>;
}

/**
 * Failures that say something about our request: a condition that did not hold (the stores handle it) or a request
 * that no engine would accept (a bug). Every other one, from a throttle to expired credentials, is the table's own.
 */
function isOurs(error: unknown): boolean {
  if (!(error instanceof DynamoDBServiceException)) return false;
  switch (error.name) {
    case 'ConditionalCheckFailedException':
    case 'ValidationException':
      return true;
    case 'TransactionCanceledException':
      return !isPassingCancellation(error);
    default:
      return false;
  }
}

/** Reasons of a cancelled transaction that another attempt can overcome. */
const PASSING_REASONS = new Set([
  'None',
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);

/** Whether a transaction was cancelled only by others being in the way: then it is worth sending again as it is. */
export function isPassingCancellation(error: unknown): boolean {
  if (!(error instanceof DynamoDBServiceException) || error.name !== 'TransactionCanceledException')
    return false;
  const reasons = cancellationReasons(error);
  return reasons.length > 0 && reasons.every((reason) => PASSING_REASONS.has(reason.Code ?? 'None'));
}

/** The reasons of a cancelled transaction, one for each of its items; empty for any other error. */
export function cancellationReasons(error: DynamoDBServiceException) {
  return error.name === 'TransactionCanceledException' && 'CancellationReasons' in error
    ? (error.CancellationReasons as { Code?: string; Item?: Record<string, never> }[])
    : [];
}
