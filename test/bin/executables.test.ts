import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from '@jest/globals';
import { PACKAGE_ROOT } from '../../local/config.ts';
import { useTempDirs } from '../local/temp-dir.ts';
import { callScript, failsWith, succeeds } from './run-script.ts';
import { runExecutable } from './script-processes.ts';
import { SCRIPTS } from './script-names.ts';

/*
 * The executables differ only in the program that they run: one of them is tested as a process. What the scripts do is
 * tested in the tests' process; the effects of a terminal, a pipe or a signal are tested with the script that they concern.
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

it('every executable runs the program of its name, in the same way', () => {
  for (const script of SCRIPTS) {
    const [name, up] = [basename(script), '../'.repeat(script.split('/').length)];
    expect(readFileSync(join(PACKAGE_ROOT, 'bin', script), 'utf8')).toBe(
      `#!/usr/bin/env node\nimport { run } from '${up}cli/typescript.js';\nawait run(new URL('./${name}.ts', import.meta.url));\n`,
    );
    const program = readFileSync(join(PACKAGE_ROOT, 'bin', `${script}.ts`), 'utf8');
    expect(program).toMatch(/\nawait runAsProgram\(import\.meta\.url, script\);\n$/);
  }
});

it.each(SCRIPTS)('%s shows its help with examples in 80 columns', async (script) => {
  const help = await succeeds(callScript(script, ['--help'], { columns: 80 }));
  expect(help).toMatch(/^Usage: /);
  expect(help).toMatch(new RegExp(`\\nExamples:\\n(?:  .*\\n)*?  .*\\./bin/${script}\\b`));
  for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

it('an executable runs even in the folder of a broken project', async () => {
  const cwd = tempDir();
  writeFileSync(join(cwd, 'tsconfig.json'), '{ broken');
  writeFileSync(join(cwd, 'package.json'), '{"type":"commonjs"}');
  expect(await succeeds(runExecutable('ddb/patterns/list-conversations', ['--help'], { cwd }))).toMatch(
    /^Usage: /,
  );
});

it('a script resolves a relative DATA_DIR against the package, in any working directory', async () => {
  const cwd = tempDir();
  mkdirSync(join(cwd, '.data'));
  const env = { DATA_DIR: 'nowhere-at-all', AWS_ENDPOINT_URL: '' };
  await failsWith(
    runExecutable('ddb/list-tables', [], { cwd, env }),
    new RegExp(`from ${PACKAGE_ROOT}nowhere-at-all`),
  );
});
