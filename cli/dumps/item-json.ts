import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { toImage } from '../../backend/table/json-image.ts';
import { parseJson } from '../parse-json.ts';

/** An item with the types of its attributes, as it is stored: nothing is lost that a number or a set says. */
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

/** A line of a data file, its end included: the same for the same item. */
export function toLine(item: RawItem): string {
  return `${JSON.stringify({ Item: Object.fromEntries(toEntries(item)) })}\n`;
}

/** An item's attributes as JSON can say them, by name; what has no order, names and sets, is put in one. */
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

/** The item of a line; undefined for a line that is none. */
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
