import { type Fingerprint, FingerprintFiles } from './fingerprints.ts';
import type { RawItem } from './item-json.ts';
import { counted } from './scan-table.ts';

/** An item that the two sides do not both have alike. */
export interface ItemDifference {
  readonly pk: string;
  readonly sk: string;
  /** Which side has it. */
  readonly where: 'first only' | 'second only' | 'both';
  /** In both: the attributes that differ; each with its two values where they were asked for. */
  readonly attributes: readonly AttributeDifference[];
}

export interface AttributeDifference {
  readonly name: string;
  /** DynamoDB's JSON; absent where the side has no such attribute, or where values were not asked for. */
  readonly first?: string;
  readonly second?: string;
}

/** Something whose items can be read, all of them once, in any order. */
export interface Side {
  readonly items: () => AsyncIterable<RawItem>;
}

/**
 * Every difference between two sides. Reads each once, and holds one item of 256 of both in memory at a time. What
 * it remembers meanwhile is in a temporary directory: about as much as the items are large.
 * @param withValues tells the values that differ, too.
 */
export async function* compareSides(
  first: Side,
  second: Side,
  { withValues, onItem }: { readonly withValues: boolean; readonly onItem: () => void },
): AsyncGenerator<ItemDifference> {
  const files = new FingerprintFiles(withValues);
  try {
    await files.add('first', counted(first.items(), onItem));
    await files.add('second', counted(second.items(), onItem));
    for (const bucket of files.buckets()) yield* compareBucket(files, bucket, withValues);
  } finally {
    files.close();
  }
}

async function* compareBucket(
  files: FingerprintFiles,
  bucket: number,
  withValues: boolean,
): AsyncGenerator<ItemDifference> {
  const known = new Map<string, Fingerprint>();
  for await (const item of files.read('first', bucket)) known.set(keyText(item), item);
  for await (const item of files.read('second', bucket)) {
    const other = known.get(keyText(item));
    known.delete(keyText(item));
    const { pk, sk } = item;
    if (!other) {
      yield { pk, sk, where: 'second only', attributes: [] };
      continue;
    }
    const attributes = compareAttributes(other, item, withValues);
    if (attributes.length > 0) yield { pk, sk, where: 'both', attributes };
  }
  for (const { pk, sk } of known.values()) yield { pk, sk, where: 'first only', attributes: [] };
}

function compareAttributes(one: Fingerprint, other: Fingerprint, withValues: boolean): AttributeDifference[] {
  const names = [...new Set([...Object.keys(one.attributes), ...Object.keys(other.attributes)])].sort();
  return names
    .filter((name) => one.attributes[name] !== other.attributes[name])
    .map((name) => {
      const first = withValues ? one.attributes[name] : undefined;
      const second = withValues ? other.attributes[name] : undefined;
      return { name, ...(first !== undefined && { first }), ...(second !== undefined && { second }) };
    });
}

function keyText({ pk, sk }: Fingerprint): string {
  return JSON.stringify([pk, sk]);
}
