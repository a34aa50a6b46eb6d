import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import * as z from 'zod';
import { PACKAGE_ROOT } from '../../local/config.ts';

/* Which package is named in which package.json decides what is installed where: CONTRIBUTING.md has the table. */

const versions = z.record(z.string(), z.string()).default({});
const manifest = z.object({
  dependencies: versions,
  devDependencies: versions,
  optionalDependencies: versions,
});
const lock = z.object({ packages: z.record(z.string(), z.object({ resolved: z.string().optional() })) });

const readJson = (path: string): unknown => JSON.parse(readFileSync(join(PACKAGE_ROOT, path), 'utf8'));
const root = manifest.parse(readJson('package.json'));
const local = manifest.parse(readJson('local/package.json'));

/** Served as files: resolved by name, not imported. */
const SERVED = ['swagger-ui-dist'];
const EXACT = /^\d+\.\d+\.\d+$/;

/** The TypeScript files in a folder and its subfolders, by their paths from the root. */
function sourcesIn(folder: string): string[] {
  return readdirSync(join(PACKAGE_ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `${folder}/${path}`);
}

/** The packages that programs and the files they import load, by name, in alphabetical order. */
async function packagesImportedBy(programs: readonly string[]): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: PACKAGE_ROOT,
    entryPoints: [...programs],
    ...{ bundle: true, packages: 'external', platform: 'node', format: 'esm' },
    ...{ write: false, metafile: true, outdir: 'dist', logLevel: 'silent' },
  });
  const names = Object.values(metafile.inputs)
    .flatMap(({ imports }) => imports)
    .filter(({ path, external }) => external && !path.startsWith('node:'))
    .map(({ path }) => /^(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path);
  return [...new Set(names)].sort();
}

describe('package.json', () => {
  it('names as dependencies exactly the packages that the API imports or serves', async () => {
    const imported = await packagesImportedBy(['backend/main.ts']);
    expect(Object.keys(root.dependencies).sort()).toEqual([...imported, ...SERVED].sort());
  });
});

describe('local/package.json', () => {
  const programs = [
    'local/start.ts',
    ...sourcesIn('local/containers'),
    ...sourcesIn('cli'),
    ...sourcesIn('bin'),
  ];

  it('names every package that the scripts and a local run import and the API does not', async () => {
    const imported = await packagesImportedBy(programs);
    expect(imported.filter((name) => !(name in root.dependencies) && !(name in local.dependencies))).toEqual(
      [],
    );
  });

  it('names no package that the API imports, and none that nothing imports', async () => {
    // Imported by a program in JavaScript.
    const imported = [...(await packagesImportedBy(programs)), 'tsx'];
    const superfluous = Object.keys(local.dependencies).filter(
      (name) => name in root.dependencies || !imported.includes(name),
    );
    expect(superfluous).toEqual([]);
  });

  it('names versions that the root can share, because bin/ finds these packages there', () => {
    const { packages } = lock.parse(readJson('package-lock.json'));
    expect(Object.keys(packages).filter((path) => path.startsWith('local/node_modules/'))).toEqual([]);
  });
});

it.each(['.', 'local', 'infra', 'test/docker'])('names only exact versions in %s/package.json', (folder) => {
  const { dependencies, devDependencies, optionalDependencies } = manifest.parse(
    readJson(`${folder}/package.json`),
  );
  const all = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
  expect(all.length).toBeGreaterThan(0);
  expect(all.filter(([, version]) => !EXACT.test(version))).toEqual([]);
});

it.each(['.', 'infra', 'test/docker'])('names no registry in %s/package-lock.json', (folder) => {
  const { packages } = lock.parse(readJson(`${folder}/package-lock.json`));
  // A workspace is resolved to its folder.
  const resolved = Object.values(packages).flatMap(({ resolved }) => resolved ?? []);
  expect(resolved.filter((place) => place !== 'local')).toEqual([]);
});
