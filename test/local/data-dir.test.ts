import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { PACKAGE_ROOT } from '../../local/config.ts';
import { replaceFile } from '../../local/data-dir.ts';
import { useTempDirs } from './temp-dir.ts';

const tempDir = useTempDirs();

it('replaces a file, and leaves no other files', () => {
  const dir = tempDir();
  const path = join(dir, 'place.json');
  replaceFile(path, 'old');
  replaceFile(path, 'new');
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(readdirSync(dir)).toEqual(['place.json']);
});

it('leaves no other files if the file cannot be replaced', () => {
  const dir = tempDir();
  mkdirSync(join(dir, 'place.json'));
  expect(() => replaceFile(join(dir, 'place.json'), 'text')).toThrow(/EISDIR/);
  expect(readdirSync(dir)).toEqual(['place.json']);
});

it('keeps the old file, and leaves no others, if only a part of the new one can be written', () => {
  const dir = tempDir();
  const path = join(dir, 'place.json');
  replaceFile(path, 'old');
  const source = join(PACKAGE_ROOT, 'local', 'data-dir.ts');
  const script = `
    const { replaceFile } = await import(${JSON.stringify(source)});
    try { replaceFile(${JSON.stringify(path)}, 'x'.repeat(100_000)); } catch (error) { console.log(error.code); }`;
  // The limit of 1 KB for a file is reached during the write, like the end of a disk.
  const limited = 'ulimit -f 1; exec "$0" --import tsx --input-type=module -e "$1"';
  const { stdout, stderr } = spawnSync('bash', ['-c', limited, process.execPath, script], {
    cwd: PACKAGE_ROOT,
    env: { ...process.env, TSX_DISABLE_CACHE: '1' },
    encoding: 'utf8',
  });
  expect({ stdout, stderr }).toEqual({ stdout: 'EFBIG\n', stderr: '' });
  expect(readdirSync(dir)).toEqual(['place.json']);
  expect(readFileSync(path, 'utf8')).toBe('old');
});
