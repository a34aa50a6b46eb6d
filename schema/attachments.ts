import { isolateName } from './isolate-name.ts';
import { cleanLine } from './plain-text.ts';

/** The most files of a message. */
export const MAX_ATTACHMENTS = 10;

/** Of a file's name: at least as much as any usual file system allows. */
export const MAX_FILE_NAME_CODE_POINTS = 255;

/** The largest width or height of a picture that is stored. */
export const MAX_PIXELS = 65_535;

/** A media type without parameters (RFC 6838, section 4.2), in lower case. */
export const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;

/** Whether a type is one of the allowed ones. @param allowed types, `image/*` or `*\/*`. */
export function isAllowedType(type: string, allowed: readonly string[]): boolean {
  const [group = ''] = type.split('/');
  return ['*/*', `${group}/*`, type].some((one) => allowed.includes(one));
}

/** Directional controls: they could show `exe.gpj` as `jpg.exe`. Names from right to left need none. */
const DIRECTIONAL = /\p{Bidi_Control}/gu;
/** What comes before the last separator of a path, of any operating system. */
const FOLDERS = /^.*[/\\]/s;

/**
 * A file's name as it is stored: one line without control characters and without directional controls, and without the
 * folders that some browsers send with it. It may be blank, or name a folder: see `isFileName`.
 */
export function cleanFileName(written: string): string {
  return cleanLine(cleanLine(written).replace(DIRECTIONAL, '').replace(FOLDERS, ''));
}

/** Whether a clean name can be a file's. */
export const isFileName = (name: string): boolean => name !== '.' && name !== '..';

const PAPERCLIP = '\u{1F4CE}';

/** The line that names files, for clients that do not show them. Each name keeps its own direction. */
export function filesLine(names: readonly string[]): string {
  return `${PAPERCLIP} ${names.map(isolateName).join(', ')}`;
}
