import { hash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, mkdtempSync, rmSync, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { finished } from 'node:stream/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fileFailure } from './file-failure.ts';
import { linesOf, type RawItem, toEntries } from './item-json.ts';
import { keyOf } from './item-shapes.ts';

/** Number of files over which items are spread, by the first byte of a hash of their keys. */
const BUCKETS = 256;
/** Characters of a digest in base64: enough that no two texts have the same digest. */
const DIGEST_LENGTH = 22;
/** Size of one write to a file: a write for each line would take most of the time. */
const CHUNK_CHARACTERS = 32_768;

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
  readonly #directory = mkdtempSync(join(tmpdir(), 'cruddur-compare-'));
  readonly #secret = randomBytes(32).toString('base64');
  readonly #withValues: boolean;
  readonly #remove = () => rmSync(this.#directory, { recursive: true, force: true });

  /** @param withValues stores values instead of digests, because they will be shown. */
  constructor(withValues: boolean) {
    this.#withValues = withValues;
    // Ctrl-C ends the process at once.
    process.once('exit', this.#remove);
  }

  /** Stores all items of a side. */
  async add(side: string, items: AsyncIterable<RawItem>): Promise<void> {
    const files = Array.from({ length: BUCKETS }, (_, bucket) =>
      createWriteStream(this.#path(side, bucket), { mode: 0o600 }),
    );
    try {
      const failed = Promise.race(files.map(failureOf));
      // Each wait below races with this promise.
      failed.catch(() => undefined);
      const chunks = files.map(() => '');
      for await (const item of items) {
        const { pk, sk } = keyOf(item);
        const bucket = bucketOf(pk, sk);
        const chunk = `${chunks[bucket]}${JSON.stringify([pk, sk, this.#attributes(item)])}\n`;
        chunks[bucket] = chunk.length < CHUNK_CHARACTERS ? chunk : '';
        const file = chunks[bucket] === '' ? files[bucket] : undefined;
        if (file?.write(chunk) === false) await Promise.race([once(file, 'drain'), failed]);
      }
      const ended = files.map((file, bucket) => endFile(file, chunks[bucket]));
      await Promise.all(ended);
    } catch (error) {
      throw fileFailure(error, this.#directory);
    } finally {
      // One that is still being opened would come to be in a directory that is just removed.
      await Promise.all(files.map(closeFile));
    }
  }

  /** The numbers of the files that a side was spread over. */
  buckets(): number[] {
    return Array.from({ length: BUCKETS }, (_, bucket) => bucket);
  }

  async *read(side: string, bucket: number): AsyncGenerator<Fingerprint> {
    const file = createReadStream(this.#path(side, bucket), 'utf8');
    for await (const line of linesOf(file)) {
      const [pk, sk, attributes] = fingerprint.parse(JSON.parse(line));
      yield { pk, sk, attributes };
    }
  }

  close(): void {
    process.off('exit', this.#remove);
    this.#remove();
  }

  #attributes(item: RawItem): Record<string, string> {
    const entries = toEntries(item).map(([name, value]) => [name, this.#remembered(JSON.stringify(value))]);
    return Object.fromEntries(entries) as Record<string, string>;
  }

  #remembered(value: string): string {
    if (this.#withValues) return value;
    return hash('sha256', this.#secret + value, 'base64').slice(0, DIGEST_LENGTH);
  }

  #path(side: string, bucket: number): string {
    return join(this.#directory, `${side}-${bucket}`);
  }
}

function bucketOf(pk: string, sk: string): number {
  return hash('sha256', JSON.stringify([pk, sk]), 'buffer')[0] ?? 0;
}

/** Rejects with the first error of a file, and otherwise never settles. */
function failureOf(file: WriteStream): Promise<never> {
  return new Promise((_resolve, reject) => file.once('error', reject));
}

/** Closes a file, whatever became of it. */
async function closeFile(file: WriteStream): Promise<void> {
  if (file.closed) return;
  const closed = new Promise<void>((resolve) => file.once('close', resolve));
  file.destroy();
  await closed;
}

/** Ends a file. Rejects if its end, or anything before, could not be written. */
async function endFile(file: WriteStream, rest = ''): Promise<void> {
  file.end(rest);
  await finished(file);
}
