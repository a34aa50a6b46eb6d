import type { AttachmentLimits } from '../attachment-config.ts';
import { ForbiddenError, NotFoundError, UnprocessableError } from '../errors.ts';
import { isAllowedType } from '../../schema/attachments.ts';
import { type FileStore, sentKey, servedType, type SignedUpload, uploadKey } from '../files/file-store.ts';
import { secondsOf } from '../table/upload-store.ts';
import type { Dependencies } from './dependencies.ts';
import { unknownAttachment } from './drafts.ts';
import { type AccessNeeds, readOwnRow } from './membership.ts';
import type { NamedAttachment, UploadedFile } from './model.ts';

/** How long an upload may begin after it was signed, in seconds. */
const UPLOAD_LIFE_S = 15 * 60;
/** How long a file can be sent after its upload was signed, in seconds: offline clients send later. */
const FILE_LIFE_S = 24 * 60 * 60;
/** How long a signed download works, in seconds. */
const DOWNLOAD_LIFE_S = 5 * 60;

/** A file that a user wants to upload. */
export type NewFile = Pick<UploadedFile, 'type' | 'size' | 'width' | 'height'> & { readonly name: string };

/** A file's id, and how to upload it. */
export interface NewUpload {
  readonly file: UploadedFile & { readonly name: string };
  readonly upload: SignedUpload;
  readonly uploadUntil: Date;
  readonly sendUntil: Date;
}

type Needs = Pick<Dependencies, 'uploads' | 'fileStore' | 'clock' | 'newId'>;

/**
 * Signs the upload of a file, and notes that this user may send it. 1 W. The item is stored last: what a signed upload
 * without an item stores is never sent, and the store deletes it.
 * @throws ForbiddenError `attachments_disabled`; UnprocessableError `attachment_too_large`,
 * `attachment_type_not_allowed`; FilesUnavailableError, TextKeysUnavailableError.
 */
export async function createUpload(
  needs: Needs & Pick<Dependencies, 'attachmentLimits'>,
  userId: string,
  file: NewFile,
): Promise<NewUpload> {
  const store = requireFileStore(needs);
  requireAllowed(needs.attachmentLimits, file);
  const now = needs.clock();
  const id = needs.newId();
  const [uploadUntil, sendUntil] = [after(now, UPLOAD_LIFE_S), after(now, FILE_LIFE_S)];
  const { type, size } = file;
  const upload = await store.signUpload({ key: uploadKey(id), type, size, expiresAt: uploadUntil });
  const created = {
    ...file,
    id,
    user_uuid: userId,
    created_at: now.toISOString(),
    expires_at: secondsOf(sendUntil),
  };
  await needs.uploads.create(created);
  return { file: created, upload, uploadUntil, sendUntil };
}

/** Files that a message can be sent with, or why it cannot: an earlier attempt may have sent them already. */
export type TakenFiles =
  { readonly attachments: readonly NamedAttachment[] } | { readonly refusal: UnprocessableError };

/**
 * Makes a user's files ready to be sent: copies each to a key of its own, which no signed upload can change. 1 R each, and a
 * copy in the store. The transaction that stores the message checks again that they can be sent. What is copied for a
 * message that is not stored is an object without an item: see `discardFiles` and `sweepFiles`.
 * @param ids each once.
 * @throws ForbiddenError `attachments_disabled`; FilesUnavailableError, TextKeysUnavailableError.
 */
export async function takeFiles(needs: Needs, userId: string, ids: readonly string[]): Promise<TakenFiles> {
  const store = requireFileStore(needs);
  const now = secondsOf(needs.clock());
  const found = new Map((await needs.uploads.findMany(ids)).map((file) => [file.id, file]));
  const files = ids.flatMap((id) => {
    const file = found.get(id);
    return file && canBeSent(file, userId, now) ? [file] : [];
  });
  if (files.length < ids.length) return { refusal: unknownAttachment() };
  const attachments = files.map(({ id, name, type, size, width, height }) => ({
    id,
    name,
    object: sentKey(id, needs.newId()),
    type,
    size,
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
  }));
  const copied = await Promise.all(attachments.map(({ id, object }) => store.copy(uploadKey(id), object)));
  if (copied.every(Boolean)) return { attachments };
  await discardFiles(needs, attachments);
  return { refusal: new UnprocessableError([{ code: 'attachment_not_uploaded', field: 'attachments' }]) };
}

/**
 * Deletes copies of which it is certain that no stored message names them. Where that fails, a sweep deletes them.
 */
export async function discardFiles(
  { fileStore }: Pick<Dependencies, 'fileStore'>,
  attachments: readonly NamedAttachment[],
): Promise<void> {
  await fileStore?.delete(attachments.map(({ object }) => object)).catch(() => undefined);
}

/** A download that a member may start, and until when. */
export interface Download {
  readonly url: string;
  readonly expiresAt: Date;
}

/**
 * Signs the download of a message's file for a member of its group. 2 R, and 1 R more for each further 4 KB of the message.
 * Between the read and the download the message may be deleted or the member be removed: the URL works for minutes at most,
 * and a deleted file is gone before.
 * @throws NotFoundError for a user who is not a member, and where the message has no such file; ForbiddenError
 * `attachments_disabled`; FilesUnavailableError.
 */
export async function signDownload(
  needs: AccessNeeds & Pick<Dependencies, 'fileStore' | 'clock'>,
  {
    groupId,
    seq,
    fileId,
    userId,
  }: Record<'groupId' | 'fileId' | 'userId', string> & { readonly seq: number },
): Promise<Download> {
  await readOwnRow(needs, groupId, userId);
  const message = await needs.messages.find(groupId, seq);
  const file = message?.attachments?.find(({ id }) => id === fileId);
  if (!file) throw new NotFoundError();
  const expiresAt = after(needs.clock(), DOWNLOAD_LIFE_S);
  const url = await requireFileStore(needs).signDownload({
    key: file.object,
    name: file.name,
    type: servedType(file.type),
    expiresInS: DOWNLOAD_LIFE_S,
  });
  return { url, expiresAt };
}

function canBeSent(file: UploadedFile, userId: string, nowS: number): file is NewUpload['file'] {
  const { user_uuid: owner, object, expires_at: until = 0, name } = file;
  return owner === userId && object === undefined && until > nowS && name !== undefined;
}

function requireFileStore({ fileStore }: Pick<Dependencies, 'fileStore'>): FileStore {
  if (!fileStore) throw new ForbiddenError('attachments_disabled');
  return fileStore;
}

function requireAllowed({ maxBytes, types }: AttachmentLimits, { size, type }: NewFile): void {
  if (size > maxBytes) throw new UnprocessableError([{ code: 'attachment_too_large', field: 'size' }]);
  if (!isAllowedType(type, types)) {
    throw new UnprocessableError([{ code: 'attachment_type_not_allowed', field: 'type' }]);
  }
}

const after = (at: Date, seconds: number): Date => new Date(at.getTime() + seconds * 1_000);
