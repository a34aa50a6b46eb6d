import { codeOf, UserError } from '../user-error.ts';

/** What a system error of a file is called by a person; undefined for an error that is none. */
const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'it may not be read or written',
  EDQUOT: 'there is no room left: give another directory, or make room',
  EFBIG: 'a file may not become as large: raise the limit (ulimit -f)',
  EIO: 'the disk fails',
  EISDIR: 'it is a directory',
  EMFILE: 'too many files are open',
  ENOENT: 'it is not there',
  ENOSPC: 'there is no room left: give another directory, or make room',
  ENOTDIR: 'a part of the way is no directory',
  EPERM: 'it may not be read or written',
  EROFS: 'nothing can be written there',
};

/** A failure of a file, for the person who named it; anything else as it is. */
export function fileFailure(error: unknown, path: string): unknown {
  const code = codeOf(error);
  const words = WORDS[code];
  return words === undefined ? error : new UserError(`${path}: ${words} (${code})`, { cause: error });
}
