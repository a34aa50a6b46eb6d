import { type Fingerprint, FingerprintFiles } from './fingerprints.ts';
import type { ItemSource } from './open-source.ts';
import { counted } from './scan-table.ts';

/** An item that differs between the two sides, or is missing on one. */
export interface ItemDifference {
  readonly pk: string;
  readonly sk: string;
  /** Which side has it. */
  readonly where: 'first only' | 'second only' | 'both';
  /** If both sides have it: the attributes that differ, each with its two values if they were requested. */
  readonly attributes: readonly AttributeDifference[];
}

export interface AttributeDifference {
  readonly name: string;
  /** DynamoDB's JSON; absent if the side has no such attribute, or values were not requested. */
  readonly first?: string;
  readonly second?: string;
}

/**
 * Yields every difference between two sides. Reads each side once, and holds 1/256 of both in memory at a time. The rest
 * is in a temporary directory, which becomes about as large as the items.
 * @param withValues includes the values that differ.
 */
export async function* compareSides(
  first: ItemSource,
  second: ItemSource,
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
