import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createUpload, type NewFile } from '../../backend/domain/uploads.ts';
import { uploadKey } from '../../backend/files/file-store.ts';
import type { Wiring } from '../../backend/wiring.ts';
import { LocalFileStore } from '../../local/files/local-file-store.ts';

/** A store of files in a directory of its own. */
export interface TestFiles {
  readonly store: LocalFileStore;
  readonly directory: string;
  close(): Promise<void>;
}

export async function openTestFiles(): Promise<TestFiles> {
  const directory = await mkdtemp(join(tmpdir(), 'cruddur-files-'));
  const store = await LocalFileStore.open(directory, new Date());
  return { store, directory, close: () => rm(directory, { recursive: true, force: true }) };
}

/** Puts the content of an upload into the store. */
export async function putUpload(
  store: LocalFileStore,
  fileId: string,
  content: string | Buffer,
): Promise<void> {
  const path = store.newPartialPath();
  await writeFile(path, content);
  await store.keep(path, uploadKey(fileId));
}

/** Uploads a file as a user, without HTTP. Returns its id. */
export async function uploadFile(
  context: Wiring,
  store: LocalFileStore,
  userId: string,
  { content = 'content', ...file }: Partial<NewFile> & { readonly content?: string } = {},
): Promise<string> {
  const wanted = { name: 'plan.pdf', type: 'application/pdf', size: content.length, ...file };
  const created = await createUpload(context, userId, wanted);
  await putUpload(store, created.file.id, content);
  return created.file.id;
}
