import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { PACKAGE_ROOT } from '../../local/config.ts';
import { useTempDirs } from '../local/temp-dir.ts';
import { failsWith, runScript, succeeds } from './run-script.ts';
import { SCRIPTS } from './script-names.ts';

/*
 * Each executable in a process of its own, once. What the scripts do is tested in the tests' process; what a terminal, a
 * pipe or a signal changes, beside the script that it concerns.
 */

const tempDir = useTempDirs();

it('all executables are listed here and may be executed', () => {
  const executables = ['ddb', 'ddb/patterns', '.'].flatMap((dir) =>
    readdirSync(join(PACKAGE_ROOT, 'bin', dir), { withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.includes('.'))
      .map((entry) => join(dir, entry.name)),
  );
  expect(executables.sort()).toEqual(SCRIPTS);
  for (const script of SCRIPTS) {
    expect(statSync(join(PACKAGE_ROOT, 'bin', script)).mode & 0o111).toBe(0o111);
  }
});

it('every executable shows its help with examples in 80 columns, also where the project around it is broken', async () => {
  const cwd = tempDir();
  writeFileSync(join(cwd, 'tsconfig.json'), '{ broken');
  writeFileSync(join(cwd, 'package.json'), '{"type":"commonjs"}');
  await Promise.all(
    SCRIPTS.map(async (script) => {
      const help = await succeeds(runScript(script, ['--help'], { cwd }));
      expect(help).toMatch(/^Usage: /);
      expect(help).toMatch(new RegExp(`\\nExamples:\\n(?:  .*\\n)*?  .*\\./bin/${script}\\b`));
      for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    }),
  );
});

it('a script resolves a relative DATA_DIR against the package, whatever directory its user is in', async () => {
  const cwd = tempDir();
  mkdirSync(join(cwd, '.data'));
  const env = { DATA_DIR: 'nowhere-at-all', AWS_ENDPOINT_URL: '' };
  await failsWith(
    runScript('ddb/list-tables', [], { cwd, env }),
    new RegExp(`from ${PACKAGE_ROOT}nowhere-at-all`),
  );
});
