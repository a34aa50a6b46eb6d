import { createHash } from 'node:crypto';
import { createWriteStream, rmSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { ulid } from 'ulid';
import { codeOf, UserError } from '../user-error.ts';
import { fileFailure } from './file-failure.ts';
import { type RawItem, toLine } from './item-json.ts';
import { checksumName, DATA_DIR, type DataFile, etagOf, FILES, md5, SUMMARY } from './manifests.ts';

/** Dumps hold people's messages: only their owner may read them. */
const PRIVATE_FILE = 0o600;

/** A data file as it was written. */
export interface WrittenFile extends DataFile {
  readonly etag: string;
  readonly bytes: number;
}

/**
 * A dump that is being written, in a temporary directory next to its own. The manifests are written last, and then the
 * directory is renamed in one step: a directory with the final name is always complete.
 */
export class NewDump {
  readonly directory: string;
  readonly #fresh: string;
  readonly #discard = () => rmSync(this.#fresh, { recursive: true, force: true });

  private constructor(directory: string, fresh: string) {
    this.directory = directory;
    this.#fresh = fresh;
    // Ctrl-C ends the process at once.
    process.once('exit', this.#discard);
  }

  /** Creates the directory. @throws UserError if the path exists already, or cannot be written. */
  static async begin(path: string): Promise<NewDump> {
    const directory = resolve(path);
    try {
      await refuseWhatIsThere(directory);
      await mkdir(dirname(directory), { recursive: true });
      const dump = new NewDump(directory, await mkdtemp(`${directory}.partial-`));
      await mkdir(join(dump.#fresh, DATA_DIR));
      return dump;
    } catch (error) {
      throw fileFailure(error, directory);
    }
  }

  /** Writes the items into a data file, no faster than the disk accepts them. `signal` aborts it. */
  async writeFile(items: AsyncIterable<RawItem>, signal: AbortSignal): Promise<WrittenFile> {
    const name = `${ulid().toLowerCase()}.json.gz`;
    const path = join(this.#fresh, DATA_DIR, name);
    const sum = createHash('md5');
    let itemCount = 0;
    let bytes = 0;
    async function* lines() {
      for await (const item of items) {
        itemCount += 1;
        yield toLine(item);
      }
    }
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        sum.update(chunk);
        bytes += chunk.length;
        done(null, chunk);
      },
    });
    const file = createWriteStream(path, { mode: PRIVATE_FILE, flags: 'wx', flush: true });
    try {
      await pipeline(Readable.from(lines()), createGzip(), measure, file, { signal });
    } catch (error) {
      throw fileFailure(error, this.directory);
    }
    const md5Checksum = sum.digest('base64');
    const dataFileS3Key = `${DATA_DIR}/${name}`;
    return { itemCount, md5Checksum, etag: etagOf(md5Checksum), dataFileS3Key, bytes };
  }

  /** Writes the manifests and gives the dump its name. @throws UserError if the name was taken meanwhile. */
  async finish(files: readonly WrittenFile[], summary: object): Promise<void> {
    const entries = files.map(({ itemCount, md5Checksum, etag, dataFileS3Key }) =>
      JSON.stringify({ itemCount, md5Checksum, etag, dataFileS3Key }),
    );
    try {
      await this.#writeManifest(FILES, `${entries.join('\n')}\n`);
      await this.#writeManifest(SUMMARY, JSON.stringify(summary));
      await syncDirectory(join(this.#fresh, DATA_DIR));
      await syncDirectory(this.#fresh);
      await rename(this.#fresh, this.directory);
      await syncDirectory(dirname(this.directory));
    } catch (error) {
      if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(codeOf(error))) throw isThere(this.directory);
      throw fileFailure(error, this.directory);
    }
    process.off('exit', this.#discard);
  }

  /** Removes what was written so far. */
  discard(): void {
    process.off('exit', this.#discard);
    this.#discard();
  }

  async #writeManifest(name: string, text: string): Promise<void> {
    const settings = { mode: PRIVATE_FILE, flag: 'wx', flush: true } as const;
    await writeFile(join(this.#fresh, name), text, settings);
    await writeFile(join(this.#fresh, checksumName(name)), md5(text), settings);
  }
}

/** @throws UserError unless the path does not exist, or is an empty directory. */
async function refuseWhatIsThere(directory: string): Promise<void> {
  try {
    const found = await stat(directory);
    if (!found.isDirectory() || (await readdir(directory)).length > 0) throw isThere(directory);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

function isThere(directory: string): UserError {
  return new UserError(`${directory} exists already: give the name of a new directory`);
}

/** Syncs a directory, so that the names in it survive a power failure, as the files do. */
async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
