import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { z } from 'zod';
import { parseJson } from '../parse-json.ts';
import { codeOf, UserError } from '../user-error.ts';
import { fileFailure } from './file-failure.ts';
import { fromLine, linesOf, type RawItem } from './item-json.ts';
import {
  checksumName,
  DATA_DIR,
  type DataFile,
  dataFile,
  fileNameOf,
  FILES,
  md5,
  summary,
  SUMMARY,
} from './manifests.ts';

/** A dump, or an export of DynamoDB that was fetched from S3. Its items are checked while they are read. */
export interface Dump {
  readonly directory: string;
  readonly itemCount: number;
  /** The table it is of, for a person. */
  readonly tableArn: string;
  readonly time: string;
  readonly files: readonly DataFile[];
  /** Yields every item, file by file. @throws UserError at the end of a file that differs from the manifest. */
  items(): AsyncGenerator<RawItem>;
}

/** Opens a dump. @throws UserError if it is not a dump, or its manifests are damaged or contradict each other. */
export async function openDump(path: string): Promise<Dump> {
  const directory = resolve(path);
  const about = readShape(summary, await readManifest(directory, SUMMARY), join(directory, SUMMARY));
  const entries = (await readManifest(directory, FILES)).split('\n').filter((text) => text.trim() !== '');
  const files = entries.map((text) => readShape(dataFile, text, join(directory, FILES)));
  const listed = files.reduce((total, { itemCount }) => total + itemCount, 0);
  if (listed !== about.itemCount) {
    throw new UserError(
      `${directory} is damaged: its summary says ${about.itemCount} items, and its files are said to have ${listed}`,
    );
  }
  return {
    directory,
    itemCount: about.itemCount,
    tableArn: about.tableArn,
    time: about.exportTime,
    files,
    items: async function* items() {
      for (const file of files) yield* readItems(join(directory, DATA_DIR, fileNameOf(file)), file);
    },
  };
}

/** Reads a manifest and checks its MD5. */
async function readManifest(directory: string, name: string): Promise<string> {
  const text = await readText(directory, name);
  const sum = await readText(directory, checksumName(name));
  if (md5(text) !== sum.trim())
    throw new UserError(`${join(directory, name)} is damaged: its MD5 is another`);
  return text;
}

async function readText(directory: string, name: string): Promise<string> {
  try {
    return await readFile(join(directory, name), 'utf8');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw fileFailure(error, join(directory, name));
    throw new UserError(
      `${directory} is no whole dump: it has no ${name} (of an export to S3, give the directory AWSDynamoDB/<export>)`,
      { cause: error },
    );
  }
}

function readShape<Shape extends z.ZodType>(shape: Shape, text: string, path: string): z.output<Shape> {
  const result = shape.safeParse(parseJson(text));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const what = [issue?.path.join('.'), issue?.message].filter(Boolean).join(' ');
  throw new UserError(`${path} cannot be read: ${what}`);
}

/** Reads the items of a data file. At its end, count and MD5 are checked. */
async function* readItems(path: string, file: DataFile): AsyncGenerator<RawItem> {
  const sum = createHash('md5');
  let count = 0;
  for await (const line of readLines(path, (bytes) => sum.update(bytes))) {
    const item = fromLine(line);
    count += 1;
    if (!item) throw new UserError(`${path} is damaged: line ${count} is no item`);
    yield item;
  }
  if (sum.digest('base64') !== file.md5Checksum)
    throw new UserError(`${path} is damaged: its MD5 is another than the manifest's`);
  if (count !== file.itemCount)
    throw new UserError(`${path} has ${count} items, and ${file.itemCount} by the manifest`);
}

/** The lines of a compressed file. `onBytes` is called with the compressed bytes. */
async function* readLines(path: string, onBytes: (bytes: Buffer) => void): AsyncGenerator<string> {
  const listen = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      onBytes(chunk);
      done(null, chunk);
    },
  });
  const text = createGunzip();
  const fed = pipeline(createReadStream(path), listen, text);
  // An error there also ends the loop below.
  fed.catch(() => undefined);
  try {
    yield* linesOf(text.setEncoding('utf8'));
    await fed;
  } catch (error) {
    throw unreadable(error, path);
  }
}

/** Explains zlib's errors for a file that was cut off or changed. */
function unreadable(error: unknown, path: string): unknown {
  if (codeOf(error).startsWith('Z_'))
    return new UserError(`${path} is damaged: it cannot be decompressed (${codeOf(error)})`, {
      cause: error,
    });
  return fileFailure(error, path);
}
