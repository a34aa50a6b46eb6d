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
import { UserError } from './user-error.ts';

/**
 * Makes sure that the data directory is there and can be written, and answers with its real path: the one by which
 * everybody who uses it knows it, whatever links lead there.
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

/** Replaces a file in one step: a reader finds the old text or the new one, and a crash leaves one of them. */
export function replaceFile(path: string, text: string, mode = 0o644): void {
  const fresh = freshFile(path, text, mode);
  orRemove(fresh, () => renameSync(fresh, path));
}

/** Writes a file unless there is one, in one step. False: somebody else's is there. */
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

/** A file's text, or undefined where there is none. */
export function readFileIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** A text's JSON, or undefined when it is none. */
export function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The code of a system error, such as ENOENT. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error
    ? String(error.code)
    : 'unknown error';
}

function freshFile(path: string, text: string, mode: number): string {
  const fresh = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  orRemove(fresh, () => writeFileSync(fresh, text, { mode, flag: 'wx' }));
  return fresh;
}

/** Who tries again on a full disk would leave a file behind at each attempt. */
function orRemove(fresh: string, attempt: () => void): void {
  try {
    attempt();
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}
