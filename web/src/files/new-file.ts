import {
  cleanFileName,
  isAllowedType,
  isFileName,
  MAX_FILE_NAME_CODE_POINTS,
  MEDIA_TYPE,
} from '../../../schema/attachments.ts';
import { isolateName } from '../../../schema/isolate-name.ts';
import type { AttachmentLimits } from '../session/settings.ts';
import { sizeWords } from './file-words.ts';

/** The type of what no browser and no system knows. */
const UNKNOWN_TYPE = 'application/octet-stream';
/** The types of pictures that may be made smaller before they are uploaded. */
const SHRUNK = /^image\/(?:jpeg|png|webp)$/;

/** A file that the user chose, as it will be named. */
export interface ChosenFile {
  readonly name: string;
  readonly type: string;
  /** In bytes. */
  readonly size: number;
}

/** The name and the type that a file of the user's device gets here. */
export function chosenFile(file: ChosenFile): ChosenFile {
  const name = Array.from(cleanFileName(file.name)).slice(0, MAX_FILE_NAME_CODE_POINTS).join('');
  const [type = ''] = file.type.toLowerCase().split(';');
  return {
    name: name !== '' && isFileName(name) ? name : 'file',
    type: MEDIA_TYPE.test(type.trim()) ? type.trim() : UNKNOWN_TYPE,
    size: file.size,
  };
}

/** Whether a file may be made smaller before it is uploaded. */
export const mayShrink = ({ type }: Pick<ChosenFile, 'type'>): boolean => SHRUNK.test(type);

/** Why a file cannot be sent, as a sentence; undefined if it can. */
export function refusalOf({ name, type, size }: ChosenFile, limits: AttachmentLimits): string | undefined {
  if (size === 0) return `${isolateName(name)} is empty.`;
  if (!isAllowedType(type, limits.types))
    return `${isolateName(name)} was not added: files of this type cannot be sent here.`;
  if (size <= limits.max_bytes) return undefined;
  return `${isolateName(name)} is too large: ${sizeWords(size)}. The limit is ${sizeWords(limits.max_bytes)}.`;
}

/** The limits, before a file is chosen. */
export function limitWords({ max_count, max_bytes }: AttachmentLimits): string {
  return `Attach up to ${max_count} files of at most ${sizeWords(max_bytes)} each`;
}
