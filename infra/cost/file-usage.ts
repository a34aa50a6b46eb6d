import { UPLOADS_KEPT_DAYS } from '../../backend/files/file-store.ts';
import type { Prices } from './prices.ts';
import {
  DAYS,
  type DayOfUser,
  FUNCTION_GB,
  KB_PER_GB,
  RUN_S,
  type Usage,
  usageLine as line,
} from './usage.ts';

/*
 * What files of messages add, where messages may have them. No day of users with files was measured: these are assumptions,
 * so that a month's costs can be scaled to what an operator sees.
 */

/** Of messages, those with a file. */
const WITH_FILE = 0.05;
/** Of a file: a photo as a telephone makes it. */
const FILE_KB = 1_000;
/** Of a file: how often it is downloaded. */
const DOWNLOADS = 2;
/** Of messages with a file, those that are deleted. */
const DELETED = 0.02;
/** Of a send with a file: an upload's item, and the transaction that stores the message. A download reads its message and member. */
const W = { upload: 1, send: 3, deletion: 1 };
const R = { send: 1, download: 2 };

/** A line for each thing that is paid for, with the shares above. Deletions of objects are free. */
export function fileUsageOf(users: number, { sends }: DayOfUser, { use }: Prices): Usage[] {
  const files = users * DAYS * sends * WITH_FILE;
  const downloads = files * DOWNLOADS;
  const runs = files * DELETED;
  const gb = (files * FILE_KB) / KB_PER_GB;
  const writes = files * (W.upload + W.send + DELETED * W.deletion);
  const reads = files * R.send + downloads * R.download;
  return [
    line('files: storage of a month’s', gb, 'GB', use.bucketGbMonth),
    line('files: their uploads, until they expire', (gb * UPLOADS_KEPT_DAYS) / DAYS, 'GB', use.bucketGbMonth),
    // A form, and a copy.
    line('files: uploads and copies', (2 * files) / 1e6, 'million requests', use.millionBucketWrites),
    line('files: downloads', downloads / 1e6, 'million requests', use.millionBucketReads),
    line('files: downloads to the internet', (downloads * FILE_KB) / KB_PER_GB, 'GB', use.outGb),
    line('files: writes of the table', writes / 1e6, 'million W', use.millionWriteUnits),
    line('files: reads of the table', reads / 1e6, 'million R', use.millionReadUnits),
    line('files: runs of the function that deletes', runs / 1e6, 'million', use.millionInvocations),
    line('files: its time', runs * RUN_S * FUNCTION_GB, 'GB s', use.functionGbSecond),
  ];
}
