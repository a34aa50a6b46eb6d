/**
 * Where the files of messages are: S3, or the disk of a local run. Clients upload and download directly, with signed
 * requests of a few minutes; the API itself never passes on a file's bytes.
 *
 * `uploads/<file>` is what a client uploaded: the store deletes it after UPLOADS_KEPT_DAYS. Sending copies it to
 * `files/<file>/<attempt>`, whose content no request can change any more.
 */
export interface FileStore {
  /** The origin of its URLs; undefined: the API's own. */
  readonly origin: string | undefined;
  /** Signs an upload of exactly this size and type, to one key. */
  signUpload(upload: UploadToSign): Promise<SignedUpload>;
  /** Signs a download. */
  signDownload(download: DownloadToSign): Promise<string>;
  /** Copies an object. A repeat replaces the copy. @returns false where there is no such object. */
  copy(from: string, to: string): Promise<boolean>;
  /** Deletes objects; those that do not exist stay so. */
  delete(keys: readonly string[]): Promise<void>;
  /** The objects whose keys begin with `prefix`, in pages. */
  list(prefix: string): AsyncIterable<readonly StoredObject[]>;
}

/** Every method throws FilesUnavailableError where the store does not respond. */
export interface UploadToSign {
  readonly key: string;
  readonly type: string;
  /** In bytes. */
  readonly size: number;
  readonly expiresAt: Date;
}

/** A form that a client sends as `multipart/form-data`: these fields first, then the file as `file`. */
export interface SignedUpload {
  /** Absolute, or relative to the API's address. */
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
}

export interface DownloadToSign {
  readonly key: string;
  /** The name under which browsers save it. */
  readonly name: string;
  /** The type that the response states. */
  readonly type: string;
  /** In seconds. */
  readonly expiresInS: number;
}

export interface StoredObject {
  readonly key: string;
  readonly storedAt: Date;
}

const UPLOADS = 'uploads/';
/** What the keys of all sent files begin with. */
export const SENT_PREFIX = 'files/';

/** Days after which an upload is deleted, sent or not: more than a file can wait to be sent. */
export const UPLOADS_KEPT_DAYS = 2;

export const uploadKey = (fileId: string): string => UPLOADS + fileId;
/** @param attempt a ULID: two sends of a file at once do not write the same object. */
export const sentKey = (fileId: string, attempt: string): string => `${SENT_PREFIX}${fileId}/${attempt}`;

/** The id of the file whose sent object this is; undefined for any other key. */
export function fileIdOfSent(key: string): string | undefined {
  return /^files\/([0-9A-Z]{26})\/[0-9A-Z]{26}$/.exec(key)?.[1];
}

/** Types that browsers show without running anything. An SVG picture can hold scripts, and is not among them. */
const SHOWN = /^(?:image|audio|video)\/(?!svg)/;
const DOWNLOADED = 'application/octet-stream';

/**
 * The type that a download states. Any other than pictures, sound, films and plain text is only saved: with the header
 * `Content-Disposition`, an uploaded page never runs at the store's origin either.
 */
export function servedType(type: string): string {
  if (type === 'text/plain') return 'text/plain; charset=utf-8';
  return SHOWN.test(type) || type === 'application/pdf' ? type : DOWNLOADED;
}
