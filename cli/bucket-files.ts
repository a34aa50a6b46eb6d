import { hash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream, mkdtempSync, rmSync, type WriteStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { fileFailure } from './dumps/file-failure.ts';
import { linesOf } from './dumps/item-json.ts';

/** Number of files over which lines are spread, by the first byte of a hash of their keys. */
const BUCKETS = 256;
/** Size of one write to a file: a write for each line would take most of the time. */
const CHUNK_CHARACTERS = 32_768;

/** A text without line feeds, and the key that chooses its file. */
export interface KeyedLine {
  readonly key: string;
  readonly line: string;
}

/**
 * Spreads more lines than memory holds over files in a temporary directory: all lines with one key are in one file, so that
 * a program reads 1/256 of them at a time. Each side is a set of files of its own; the same key has the same number there.
 */
export class BucketFiles {
  readonly #directory: string;
  readonly #remove = () => rmSync(this.#directory, { recursive: true, force: true });

  /** @param purpose a part of the directory's name. */
  constructor(purpose: string) {
    this.#directory = mkdtempSync(join(tmpdir(), `cruddur-${purpose}-`));
    // Ctrl-C ends the process at once.
    process.once('exit', this.#remove);
  }

  /** Stores all lines of a side, in the order in which they come. */
  async spread(side: string, lines: AsyncIterable<KeyedLine>): Promise<void> {
    const files = Array.from({ length: BUCKETS }, (_, bucket) =>
      createWriteStream(this.#path(side, bucket), { mode: 0o600 }),
    );
    try {
      const failed = Promise.race(files.map(failureOf));
      // Each wait below races with this promise.
      failed.catch(() => undefined);
      const chunks = files.map(() => '');
      for await (const { key, line } of lines) {
        const bucket = bucketOf(key);
        const chunk = `${chunks[bucket]}${line}\n`;
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

  /** Yields the lines of one file of a side. */
  read(side: string, bucket: number): AsyncGenerator<string> {
    return linesOf(createReadStream(this.#path(side, bucket), 'utf8'));
  }

  /** Removes the files. */
  close(): void {
    process.off('exit', this.#remove);
    this.#remove();
  }

  #path(side: string, bucket: number): string {
    return join(this.#directory, `${side}-${bucket}`);
  }
}

function bucketOf(key: string): number {
  return hash('sha256', key, 'buffer')[0] ?? 0;
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
