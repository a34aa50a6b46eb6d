import { fileIdOfSent, type FileStore, SENT_PREFIX, uploadKey } from '../files/file-store.ts';
import type { StoredObject } from '../files/file-store.ts';
import type { SentAt } from '../table/upload-store.ts';
import type { Dependencies } from './dependencies.ts';
import type { LogEntry } from './model.ts';

/** A file of a message, as the stream has it. */
export type RemovedFile = Pick<NonNullable<LogEntry['attachments']>[number], 'id' | 'object'>;

/** What deletes files. */
export interface RemoverNeeds {
  readonly fileStore: Pick<FileStore, 'delete'>;
  readonly uploads: Pick<Dependencies['uploads'], 'delete'>;
}

/**
 * Deletes the files of deleted messages: what was sent, and what was uploaded. 1 W each. The item is deleted last: until
 * then a repeat deletes the same objects again, which changes nothing.
 * @throws FilesUnavailableError, TableUnavailableError.
 */
export async function removeFiles(
  { fileStore, uploads }: RemoverNeeds,
  files: readonly RemovedFile[],
): Promise<void> {
  if (files.length === 0) return;
  await fileStore.delete(files.flatMap(({ id, object }) => [object, uploadKey(id)]));
  await Promise.all(files.map(({ id }) => uploads.delete(id)));
}

/**
 * How old an object is, in days, before a sweep looks at it. A file is sent within a day of its upload, and a send takes
 * seconds: no message will name an older object that none names now.
 */
export const SWEPT_AFTER_DAYS = 2;
const DAY_MS = 86_400_000;

/** What a sweep found. */
export interface Sweep {
  /** Objects that were looked at. */
  readonly looked: number;
  /** Objects that no message names. They are deleted, unless the sweep only counts. */
  readonly unused: number;
}

/**
 * Finds sent files that no message names: of sends that died between the copy and the message, and of deleted messages whose
 * files the stream's function could not delete. 1 R for each object's item, and 1 R for each message. It may run while
 * clients send and delete, and be ended at any moment. A message that is deleted after it was read keeps its files until
 * the stream's function, or the next sweep, deletes them.
 * @param onPage is called after each page of objects.
 */
export async function sweepFiles(
  needs: Pick<Dependencies, 'uploads' | 'messages'> & { readonly fileStore: FileStore },
  options: { readonly now: Date; readonly deletes: boolean; readonly onPage?: (sweep: Sweep) => void },
): Promise<Sweep> {
  const { now, deletes, onPage = () => undefined } = options;
  const before = now.getTime() - SWEPT_AFTER_DAYS * DAY_MS;
  let sweep: Sweep = { looked: 0, unused: 0 };
  for await (const page of needs.fileStore.list(SENT_PREFIX)) {
    const old = page.filter(({ storedAt }) => storedAt.getTime() < before);
    const unused = await findUnused(needs, old);
    if (deletes) {
      await needs.fileStore.delete(unused.map(({ key }) => key));
      await Promise.all(
        unused.flatMap(({ itemId }) => (itemId === undefined ? [] : [needs.uploads.delete(itemId)])),
      );
    }
    sweep = { looked: sweep.looked + page.length, unused: sweep.unused + unused.length };
    onPage(sweep);
  }
  return sweep;
}

/** An object that no message names; `itemId`: of the file's item, where that names it. */
interface Unused {
  readonly key: string;
  readonly itemId?: string;
}

async function findUnused(
  { uploads, messages }: Pick<Dependencies, 'uploads' | 'messages'>,
  objects: readonly StoredObject[],
): Promise<Unused[]> {
  const ids = [...new Set(objects.flatMap(({ key }) => fileIdOfSent(key) ?? []))];
  const items = await uploads.sentAt(ids);
  const unused = await Promise.all(
    objects.map(async ({ key }): Promise<Unused | undefined> => {
      const id = fileIdOfSent(key);
      // Something else's object is left alone.
      if (id === undefined) return undefined;
      const item = items.get(id);
      if (item?.object !== key) return { key };
      return (await isNamed(messages, item)) ? undefined : { key, itemId: id };
    }),
  );
  return unused.filter((one) => one !== undefined);
}

async function isNamed(
  messages: Pick<Dependencies['messages'], 'entriesAt'>,
  { group_uuid: groupId, seq, object }: SentAt,
): Promise<boolean> {
  if (groupId === undefined || seq === undefined) return false;
  const entry = (await messages.entriesAt(groupId, [seq])).get(seq);
  return entry?.attachments?.some((file) => file.object === object) ?? false;
}
