import { codeOf, UserError } from '../user-error.ts';

/** Our words for the system errors of files, by their codes. */
const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'it may not be read or written',
  EDQUOT: 'there is no room left: give another directory, or make room',
  EFBIG: 'a file may not become that large: raise the limit (ulimit -f)',
  EIO: 'the disk fails',
  EISDIR: 'it is a directory',
  EMFILE: 'too many files are open',
  ENOENT: 'it does not exist',
  ENOSPC: 'there is no room left: give another directory, or make room',
  ENOTDIR: 'a part of the path is not a directory',
  EPERM: 'it may not be read or written',
  EROFS: 'nothing can be written there',
};

/** Turns a system error of a file into a UserError that names its path; returns any other error unchanged. */
export function fileFailure(error: unknown, path: string): unknown {
  const code = codeOf(error);
  const words = WORDS[code];
  return words === undefined ? error : new UserError(`${path}: ${words} (${code})`, { cause: error });
}
