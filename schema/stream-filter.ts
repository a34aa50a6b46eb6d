import { MESSAGE_SK_PREFIX, PINS_SK, REACTIONS_SK_PREFIX } from './keys.ts';

/**
 * The records of the table's stream that reach the function: items that members write. What the function keeps, and its
 * removal of a deleted message's reactions, do not invoke it again; only that it unpins a deleted message does, once. The event source mapping and the local pump filter by
 * this one declaration.
 */
export const STREAM_FILTER = {
  eventNames: ['INSERT', 'MODIFY'],
  sortKeyPrefixes: [MESSAGE_SK_PREFIX, REACTIONS_SK_PREFIX],
  sortKeys: [PINS_SK],
} as const;

/** Whether a record passes the filter. @param sk the sort key of its item. */
export function passesStreamFilter(eventName: string | undefined, sk: string): boolean {
  const { eventNames, sortKeyPrefixes, sortKeys } = STREAM_FILTER;
  return (
    eventNames.some((name) => name === eventName) &&
    (sortKeyPrefixes.some((prefix) => sk.startsWith(prefix)) || sortKeys.some((key) => key === sk))
  );
}
