import { isValid, ulidToUUID } from 'ulid';

/** The ids of a message's trace, and of the span that it begins with. */
export interface MessageTrace {
  readonly traceId: string;
  readonly spanId: string;
}

/**
 * Returns the trace of a message, which its id is: a ULID has 128 bits, as a trace id has. So every process that has the
 * message knows its trace, and nothing has to be stored or sent for it. The first span's id is the ULID's random end.
 * @returns undefined for a message whose id is no ULID.
 */
export function traceOfMessage(messageUuid: string): MessageTrace | undefined {
  if (!isValid(messageUuid)) return undefined;
  const traceId = ulidToUUID(messageUuid).replaceAll('-', '').toLowerCase();
  return { traceId, spanId: traceId.slice(16) };
}
