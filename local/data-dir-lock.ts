import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf, UserError } from '../cli/user-error.ts';

/** Held for as long as a local run uses a data directory. */
export interface DataDirLock {
  release(): Promise<void>;
}

/**
 * Takes a data directory for this process alone. The lock is a listening socket, which the system releases whenever
 * the process ends, even by `kill -9`: no stale lock is ever left to be removed by hand. It is seen on one machine
 * only, and on Linux within one network namespace: containers that share a volume do not see each other's.
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
  // The lock alone keeps no process alive.
  server.unref();
  return {
    release: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}

/**
 * Linux has socket names outside the file system, Windows has pipes; elsewhere it is a file, outside the data
 * directory because a socket's path holds about 100 bytes only.
 */
function lockAddress(dataDir: string, platform: NodeJS.Platform): string {
  const name = `cruddur-${createHash('sha256').update(dataDir).digest('hex').slice(0, 32)}`;
  if (platform === 'linux') return `\0${name}`;
  return platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

/** A server on the address, or undefined when the address is taken. */
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
