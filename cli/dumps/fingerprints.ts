import { hash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { BucketFiles, type KeyedLine } from '../bucket-files.ts';
import { type RawItem, toEntries } from './item-json.ts';
import { keyOf } from './item-shapes.ts';

/** Characters of a digest in base64: enough that no two texts have the same digest. */
const DIGEST_LENGTH = 22;

/** The stored form of an item: its key, and the value or a digest of each attribute. */
const fingerprint = z.tuple([z.string(), z.string(), z.record(z.string(), z.string())]);

/** The key of an item, and the value or a digest of each of its attributes. */
export interface Fingerprint {
  readonly pk: string;
  readonly sk: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * Spreads the items of two sides over files in a temporary directory. The same item of both sides is in files with the same
 * number, so that two files are compared at a time, whatever the size of the sides. Digests are made with a random key
 * that is not stored: short texts cannot be guessed from files that remain after a crash.
 */
export class FingerprintFiles {
  readonly #files = new BucketFiles('compare');
  readonly #secret = randomBytes(32).toString('base64');
  readonly #withValues: boolean;

  /** @param withValues stores values instead of digests, because they will be shown. */
  constructor(withValues: boolean) {
    this.#withValues = withValues;
  }

  /** Stores all items of a side. */
  async add(side: string, items: AsyncIterable<RawItem>): Promise<void> {
    await this.#files.spread(side, this.#lines(items));
  }

  /** The numbers of the files that a side was spread over. */
  buckets(): number[] {
    return this.#files.buckets();
  }

  async *read(side: string, bucket: number): AsyncGenerator<Fingerprint> {
    for await (const line of this.#files.read(side, bucket)) {
      const [pk, sk, attributes] = fingerprint.parse(JSON.parse(line));
      yield { pk, sk, attributes };
    }
  }

  close(): void {
    this.#files.close();
  }

  async *#lines(items: AsyncIterable<RawItem>): AsyncGenerator<KeyedLine> {
    for await (const item of items) {
      const { pk, sk } = keyOf(item);
      yield { key: JSON.stringify([pk, sk]), line: JSON.stringify([pk, sk, this.#attributes(item)]) };
    }
  }

  #attributes(item: RawItem): Record<string, string> {
    const entries = toEntries(item).map(([name, value]) => [name, this.#remembered(JSON.stringify(value))]);
    return Object.fromEntries(entries) as Record<string, string>;
  }

  #remembered(value: string): string {
    if (this.#withValues) return value;
    return hash('sha256', this.#secret + value, 'base64').slice(0, DIGEST_LENGTH);
  }
}
