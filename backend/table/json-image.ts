import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { AttributeValue as JsonAttributeValue } from 'aws-lambda';

type Image = Record<string, JsonAttributeValue>;

/**
 * Converts an item of the SDK to DynamoDB's JSON, in which Lambda gets the images of a stream and exports to S3 hold their
 * items: each value with its type, and bytes in base64.
 */
export function toImage(image: Record<string, AttributeValue>): Image {
  return Object.fromEntries(Object.entries(image).map(([name, value]) => [name, toAttribute(value)]));
}

function toAttribute(value: AttributeValue): JsonAttributeValue {
  if (value.B !== undefined) return { B: base64(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(base64) };
  if (value.L !== undefined) return { L: value.L.map(toAttribute) };
  if (value.M !== undefined) return { M: toImage(value.M) };
  if (value.S !== undefined) return { S: value.S };
  if (value.N !== undefined) return { N: value.N };
  if (value.SS !== undefined) return { SS: value.SS };
  if (value.NS !== undefined) return { NS: value.NS };
  if (value.BOOL !== undefined) return { BOOL: value.BOOL };
  return { NULL: true };
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
