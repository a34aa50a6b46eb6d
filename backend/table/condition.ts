import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { cancellationReasons } from './table.ts';

/**
 * What became of a conditional write. When the condition did not hold, `existing` is the item that was there
 * (`ReturnValuesOnConditionCheckFailure: ALL_OLD`), undefined where there was none.
 */
export type WriteOutcome<Item, Answer = unknown> =
  | { readonly stored: true; readonly answer: Answer }
  | {
      readonly stored: false;
      readonly existing: Item | undefined;
      /** The SDK sent the request more than once: an attempt whose answer was lost may have been stored. */
      readonly repeated?: boolean;
    };

/** Turns a conditional write's failed condition into an outcome; any other failure is thrown on. */
export async function conditionalWrite<Item, Answer>(
  write: Promise<Answer>,
): Promise<WriteOutcome<Item, Answer>> {
  try {
    return { stored: true, answer: await write };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const { Item, $metadata } = error;
    return {
      stored: false,
      existing: Item && (unmarshall(Item) as Item),
      repeated: ($metadata.attempts ?? 1) > 1,
    };
  }
}

/** What became of a transaction, item by item in the order they were sent: `held` says whether its condition held. */
export type TransactionOutcome =
  | { readonly stored: true }
  | {
      readonly stored: false;
      readonly items: readonly { readonly held: boolean; readonly existing: object | undefined }[];
      /** The SDK sent the request more than once: an attempt whose answer was lost may have been stored. */
      readonly repeated: boolean;
    };

/** Turns a transaction's failed conditions into an outcome; any other failure is thrown on. */
export async function conditionalTransaction(write: Promise<unknown>): Promise<TransactionOutcome> {
  try {
    await write;
    return { stored: true };
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const items = cancellationReasons(error).map((reason) => ({
      held: reason.Code !== 'ConditionalCheckFailed',
      existing: reason.Item && unmarshall(reason.Item),
    }));
    if (items.every((item) => item.held)) throw error;
    return { stored: false, items, repeated: (error.$metadata.attempts ?? 1) > 1 };
  }
}
