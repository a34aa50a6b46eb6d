import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { link, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FilesUnavailableError } from '../../backend/errors.ts';
import {
  type DownloadToSign,
  type FileStore,
  type SignedUpload,
  type StoredObject,
  UPLOADS_KEPT_DAYS,
  type UploadToSign,
} from '../../backend/files/file-store.ts';
import { codeOf } from '../../cli/user-error.ts';
import { createFile, readFileIfThere } from '../data-dir.ts';

/** Where a local run serves its files. */
export const FILES_PATH = '/local-files';

/** What an upload is allowed to store. */
export interface UploadPolicy {
  readonly key: string;
  readonly type: string;
  readonly size: number;
  /** ISO 8601. */
  readonly expiresAt: string;
}

/** What a download shows. */
export interface DownloadPolicy {
  readonly key: string;
  readonly name: string;
  readonly type: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}

const OWNER_ONLY = 0o600;
const KEY = /^(?:uploads\/[0-9A-Z]{26}|files\/[0-9A-Z]{26}\/[0-9A-Z]{26})$/;
const DAY_MS = 86_400_000;
const PARTIAL = 'partial';

/**
 * Files on the disk of a local run, with the semantics of S3: signed forms that allow one key, type and size, signed
 * downloads of minutes, copies that later uploads do not change, and uploads that are deleted after days. `localFiles`
 * serves it.
 */
export class LocalFileStore implements FileStore {
  /** It is served by the API's own server, in a sandbox. */
  readonly origin = undefined;
  readonly #directory: string;
  readonly #secret: string;

  private constructor(directory: string, secret: string) {
    this.#directory = directory;
    this.#secret = secret;
  }

  /**
   * Opens the store in the data directory, for the local run that uses it alone. What uploads left that a crash ended is
   * deleted, and so are uploads that are older than UPLOADS_KEPT_DAYS.
   */
  static async open(dataDir: string, now: Date): Promise<LocalFileStore> {
    const store = await LocalFileStore.openBeside(dataDir);
    const partial = join(store.#directory, PARTIAL);
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial);
    await store.#deleteOldUploads(now);
    return store;
  }

  /** Opens the store for a script, beside a local run that may be using it. */
  static async openBeside(dataDir: string): Promise<LocalFileStore> {
    const directory = join(dataDir, 'files');
    await mkdir(join(directory, PARTIAL), { recursive: true });
    const secretPath = join(directory, 'secret');
    createFile(secretPath, randomBytes(32).toString('hex'), OWNER_ONLY);
    return new LocalFileStore(directory, readFileIfThere(secretPath) ?? '');
  }

  signUpload({ key, type, size, expiresAt }: UploadToSign): Promise<SignedUpload> {
    const policy: UploadPolicy = { key, type, size, expiresAt: expiresAt.toISOString() };
    const fields = { key, 'Content-Type': type, ...this.#sign(policy) };
    return Promise.resolve({ url: FILES_PATH, fields });
  }

  signDownload({ key, name, type, expiresInS }: DownloadToSign): Promise<string> {
    const expiresAt = new Date(Date.now() + expiresInS * 1_000).toISOString();
    const policy: DownloadPolicy = { key, name, type, expiresAt };
    return Promise.resolve(`${FILES_PATH}?${new URLSearchParams(this.#sign(policy)).toString()}`);
  }

  /** Returns what was signed; undefined for what this store did not sign. */
  verify(policy: string, signature: string): unknown {
    const expected = Buffer.from(this.#signatureOf(policy));
    const given = Buffer.from(signature);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    return JSON.parse(Buffer.from(policy, 'base64url').toString());
  }

  /** The path of an object. @throws TypeError for what is no key: it could be outside of the directory. */
  pathOf(key: string): string {
    if (!KEY.test(key)) throw new TypeError('not the key of an object');
    return join(this.#directory, key);
  }

  /** A path for an upload that is under way. */
  newPartialPath(): string {
    return join(this.#directory, PARTIAL, randomBytes(16).toString('hex'));
  }

  /**
   * Gives a complete upload its key, in one step: a reader finds no part of it. An earlier upload is replaced; its copies
   * keep its content, because they are links to the earlier file.
   */
  async keep(partialPath: string, key: string): Promise<void> {
    const path = this.pathOf(key);
    await mkdir(dirname(path), { recursive: true });
    await rename(partialPath, path);
  }

  async copy(from: string, to: string): Promise<boolean> {
    const path = this.pathOf(to);
    try {
      await mkdir(dirname(path), { recursive: true });
      await link(this.pathOf(from), path);
      return true;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false;
      if (codeOf(error) === 'EEXIST') return true;
      throw new FilesUnavailableError({ cause: error });
    }
  }

  async delete(keys: readonly string[]): Promise<void> {
    try {
      await Promise.all(keys.map((key) => rm(this.pathOf(key), { force: true })));
    } catch (error) {
      throw new FilesUnavailableError({ cause: error });
    }
  }

  async *list(prefix: string): AsyncGenerator<readonly StoredObject[]> {
    const root = join(this.#directory, prefix);
    const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return [];
      throw new FilesUnavailableError({ cause: error });
    });
    for (const entry of entries.filter((one) => one.isFile())) {
      const path = join(entry.parentPath, entry.name);
      const key = path.slice(this.#directory.length + 1);
      // A link keeps the time of the upload, which is a little before the copy's.
      if (KEY.test(key)) yield [{ key, storedAt: (await stat(path)).mtime }];
    }
  }

  async #deleteOldUploads(now: Date): Promise<void> {
    const oldest = now.getTime() - UPLOADS_KEPT_DAYS * DAY_MS;
    for await (const objects of this.list('uploads/')) {
      await this.delete(objects.filter(({ storedAt }) => storedAt.getTime() < oldest).map(({ key }) => key));
    }
  }

  #sign(policy: UploadPolicy | DownloadPolicy): { readonly policy: string; readonly signature: string } {
    const text = Buffer.from(JSON.stringify(policy)).toString('base64url');
    return { policy: text, signature: this.#signatureOf(text) };
  }

  #signatureOf(policy: string): string {
    return createHmac('sha256', this.#secret).update(policy).digest('base64url');
  }
}
