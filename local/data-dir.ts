import { randomBytes } from 'node:crypto';
import {
  accessSync,
  constants,
  linkSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { codeOf, UserError } from '../cli/user-error.ts';

/**
 * Creates the data directory if it does not exist, checks that it can be written, and returns its real path: every
 * process that uses the directory gets the same path, even if it follows other symbolic links.
 * @throws UserError
 */
export function prepareDataDir(path: string): string {
  try {
    mkdirSync(path, { recursive: true });
    const real = realpathSync(path);
    accessSync(real, constants.R_OK | constants.W_OK | constants.X_OK);
    return real;
  } catch (error) {
    throw new UserError(`DATA_DIR ${path} cannot be written (${codeOf(error)}): choose another directory`, {
      cause: error,
    });
  }
}

/**
 * Replaces a file in one step: a reader finds the old text or the new one, and a crash leaves one of them. So does a
 * full disk. The package write-file-atomic (7.0.1) does not ensure that: it makes one call to write, which may write
 * only a part of the text without an error, and the part then replaces the file.
 */
export function replaceFile(path: string, text: string, mode = 0o644): void {
  const fresh = freshFile(path, text, mode);
  orRemove(fresh, () => renameSync(fresh, path));
}

/** Writes a file unless it exists, in one step. Returns false if it exists. */
export function createFile(path: string, text: string, mode: number): boolean {
  const fresh = freshFile(path, text, mode);
  try {
    linkSync(fresh, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** Returns a file's text, or undefined if there is no file. */
export function readFileIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

function freshFile(path: string, text: string, mode: number): string {
  const fresh = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  orRemove(fresh, () => writeFileSync(fresh, text, { mode, flag: 'wx' }));
  return fresh;
}

/** Removes the temporary file when an attempt fails. Otherwise each attempt on a full disk would leave one. */
function orRemove(fresh: string, attempt: () => void): void {
  try {
    attempt();
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}
