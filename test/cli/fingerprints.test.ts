import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { FingerprintFiles } from '../../cli/dumps/fingerprints.ts';
import { useTempDirs } from '../local/temp-dir.ts';

const tempDir = useTempDirs();
const { TMPDIR } = process.env;
afterEach(() => {
  if (TMPDIR === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = TMPDIR;
});

it('leaves no file to be opened where reading the items fails: it would be created while the directory is removed', async () => {
  const directory = tempDir();
  process.env['TMPDIR'] = directory;
  const files = new FingerprintFiles(false);
  // eslint-disable-next-line @typescript-eslint/require-await -- it fails before its first item.
  async function* items(): AsyncGenerator<never> {
    throw new Error('the first read fails');
  }
  await expect(files.add('first', items())).rejects.toThrow('the first read fails');
  const [own = ''] = readdirSync(directory);
  expect(readdirSync(join(directory, own))).toHaveLength(files.buckets().length);
  files.close();
  expect(readdirSync(directory)).toEqual([]);
});
