import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { lockDataDir } from '../../local/data-dir-lock.ts';
import { useTempDirs } from './temp-dir.ts';

const tempDir = useTempDirs();
const sockets = () =>
  new Set(readdirSync(tmpdir()).filter((name) => /^cruddur-[0-9a-f]{32}\.sock$/.test(name)));

describe.each(['linux', 'darwin'] as const)('the lock of a data directory on %s', (platform) => {
  it('is held by one process, and free again after its release', async () => {
    const dataDir = tempDir();
    const lock = await lockDataDir(dataDir, platform);
    await expect(lockDataDir(dataDir, platform)).rejects.toThrow(/another `npm start` is using/);
    await (await lockDataDir(tempDir(), platform)).release();
    await lock.release();
    await (await lockDataDir(dataDir, platform)).release();
  });
});

it('replaces a socket file whose owner was killed', async () => {
  const dataDir = tempDir();
  const before = sockets();
  const first = await lockDataDir(dataDir, 'darwin');
  const [name = ''] = [...sockets()].filter((socket) => !before.has(socket));
  await first.release();
  const path = join(tmpdir(), name);
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script]);
  expect(sockets()).toContain(name);
  await (await lockDataDir(dataDir, 'darwin')).release();
  rmSync(path, { force: true });
});
