import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf, UserError } from '../cli/user-error.ts';

/** The lock of a data directory, which a local run holds as long as it uses the directory. */
export interface DataDirLock {
  release(): Promise<void>;
}

/**
 * Locks a data directory for this process. The lock is a listening socket, which the system releases when the process
 * ends, even after `kill -9`: no stale lock has to be removed by hand. Only processes on the same machine see it, and on
 * Linux only those in the same network namespace: containers that share a volume do not see each other's locks.
 * @param dataDir its real path.
 * @throws UserError if another process holds the lock.
 */
export async function lockDataDir(
  dataDir: string,
  platform: NodeJS.Platform = process.platform,
): Promise<DataDirLock> {
  const address = lockAddress(dataDir, platform);
  const server = (await listen(address)) ?? (await listenOnStale(address));
  if (!server) {
    throw new UserError(
      `another \`npm start\` is using ${dataDir}: stop it, or set DATA_DIR to another directory`,
    );
  }
  // The lock must not keep the process alive.
  server.unref();
  return {
    release: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}

/**
 * Linux has socket names outside the file system, and Windows has pipes. On other systems the lock is a file, outside the
 * data directory because the path of a socket holds only about 100 bytes.
 */
function lockAddress(dataDir: string, platform: NodeJS.Platform): string {
  const name = `cruddur-${createHash('sha256').update(dataDir).digest('hex').slice(0, 32)}`;
  if (platform === 'linux') return `\0${name}`;
  return platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

/** Returns a server on the address, or undefined if the address is taken. */
function listen(address: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => {
      if (codeOf(error) === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(address, () => resolve(server));
  });
}

/** A socket file outlives a killed process. If no process accepts connections on it, it may be replaced. */
async function listenOnStale(address: string): Promise<Server | undefined> {
  if (!address.startsWith('/') || (await answers(address))) return undefined;
  rmSync(address, { force: true });
  return listen(address);
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
