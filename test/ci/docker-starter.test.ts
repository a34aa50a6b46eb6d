import { execFile } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PACKAGE_ROOT } from '../../local/config.ts';

/* How `.ci/run` finds the command that starts a Docker engine. */

const run = promisify(execFile);
let around: string;

/** Writes a file that can be executed, or one that cannot. */
function write(path: string, mode = 0o755): string {
  const file = join(around, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '');
  chmodSync(file, mode);
  return file;
}

/** What the script of the checkout prints, with DOCKER_STARTER set to a value, or not set. */
async function find(starter?: string): Promise<string> {
  const env = { PATH: process.env['PATH'], ...(starter !== undefined && { DOCKER_STARTER: starter }) };
  const { stdout } = await run('bash', [join(around, 'checkout/.ci/docker-starter')], { env });
  return stdout.trim();
}

beforeEach(() => {
  around = realpathSync(mkdtempSync(join(tmpdir(), 'docker-starter-')));
  copyFileSync(join(PACKAGE_ROOT, '.ci/docker-starter'), write('checkout/.ci/docker-starter'));
});
afterEach(() => rmSync(around, { recursive: true }));

describe('the command that starts a Docker engine', () => {
  it('is the one that DOCKER_STARTER names, before any other', async () => {
    write('tools/docker-up');
    const own = write('elsewhere/start-docker');
    expect(await find(own)).toBe(own);
  });

  it('is an error when DOCKER_STARTER names what cannot be executed', async () => {
    await expect(find(write('elsewhere/start-docker', 0o644))).rejects.toThrow('cannot be executed');
  });

  it('is none when DOCKER_STARTER is empty', async () => {
    write('tools/docker-up');
    expect(await find('')).toBe('');
  });

  it('is tools/docker-up in the folder of the checkout, or in a folder beside it', async () => {
    const beside = write('shared/tools/docker-up');
    expect(await find()).toBe(beside);
    const above = write('tools/docker-up');
    expect(await find()).toBe(above);
  });

  it('is none where nothing can be executed at these places', async () => {
    write('tools/docker-up', 0o644);
    mkdirSync(join(around, 'shared/tools/docker-up'), { recursive: true });
    expect(await find()).toBe('');
  });
});
