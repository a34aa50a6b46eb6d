import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { toImage } from '../../backend/table/json-image.ts';
import { parseJson } from '../parse-json.ts';

/** An item with the types of its attributes, as it is stored: no digit of a number and no type of a set is lost. */
export type RawItem = Record<string, AttributeValue>;

const bytes = z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64')));

/** A value of exactly one type. */
const attribute: z.ZodType<AttributeValue> = z.union([
  z.strictObject({ S: z.string() }),
  z.strictObject({ N: z.string() }),
  z.strictObject({ B: bytes }),
  z.strictObject({ BOOL: z.boolean() }),
  z.strictObject({ NULL: z.literal(true) }),
  z.strictObject({ SS: z.array(z.string()) }),
  z.strictObject({ NS: z.array(z.string()) }),
  z.strictObject({ BS: z.array(bytes) }),
  z.strictObject({ L: z.lazy(() => z.array(attribute)) }),
  z.strictObject({ M: z.lazy(() => z.record(z.string(), attribute)) }),
]);

const line = z.object({ Item: z.record(z.string(), attribute) });

/** Formats an item as a line of a data file, with its end. Equal items give equal lines. */
export function toLine(item: RawItem): string {
  return `${JSON.stringify({ Item: Object.fromEntries(toEntries(item)) })}\n`;
}

/** Returns an item's attributes as DynamoDB's JSON, with names and sets in order. */
export function toEntries(item: RawItem): [name: string, value: unknown][] {
  return inOrder(toImage(item));
}

type Image = ReturnType<typeof toImage>;

function inOrder(image: Image): [name: string, value: unknown][] {
  const entries = Object.entries(image).map(([name, value]): [string, unknown] => [
    name,
    valueInOrder(value),
  ]);
  return entries.sort(([one], [other]) => (one < other ? -1 : 1));
}

function valueInOrder(value: Image[string]): unknown {
  if (value.M !== undefined) return { M: Object.fromEntries(inOrder(value.M)) };
  if (value.L !== undefined) return { L: value.L.map(valueInOrder) };
  if (value.SS !== undefined) return { SS: [...value.SS].sort() };
  if (value.BS !== undefined) return { BS: [...value.BS].sort() };
  if (value.NS !== undefined) return { NS: [...value.NS].sort((one, other) => Number(one) - Number(other)) };
  return value;
}

/** Parses a line; undefined if it is not an item. */
export function fromLine(text: string): RawItem | undefined {
  const result = line.safeParse(parseJson(text));
  return result.success ? result.data.Item : undefined;
}

/**
 * Splits a text that arrives in pieces into lines, without their ends and without empty lines. `node:readline` does not
 * work here: its newer versions also end a line at U+2028, which JSON does not escape.
 */
export async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
  if (rest !== '') yield rest;
}
