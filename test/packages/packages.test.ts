import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { build, type Metafile } from 'esbuild';
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

/**
 * The packages that programs and the files they import load, by name, in alphabetical order.
 * @param options.onlyAtStart without what is imported when it is needed.
 */
async function packagesImportedBy(
  programs: readonly string[],
  { onlyAtStart = false } = {},
): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: PACKAGE_ROOT,
    entryPoints: [...programs],
    ...{ bundle: true, packages: 'external', platform: 'node', format: 'esm' },
    ...{ write: false, metafile: true, outdir: 'dist', logLevel: 'silent' },
  });
  const files = onlyAtStart ? filesAtStart(metafile.inputs, programs) : Object.keys(metafile.inputs);
  const names = files
    .flatMap((file) => metafile.inputs[file]?.imports ?? [])
    .filter(({ kind }) => !onlyAtStart || kind !== 'dynamic-import')
    .filter(({ path, external }) => external && !path.startsWith('node:'))
    .map(({ path }) => /^(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path);
  return [...new Set(names)].sort();
}

/** The files that are loaded with a program, without those that are imported later. */
function filesAtStart(inputs: Metafile['inputs'], programs: readonly string[]): string[] {
  const files = new Set(programs);
  for (const file of files) {
    for (const { path, kind, external } of inputs[file]?.imports ?? [])
      if (external !== true && kind !== 'dynamic-import') files.add(path);
  }
  return [...files];
}

describe('package.json', () => {
  it('names as dependencies exactly the packages that the API imports or serves', async () => {
    const imported = await packagesImportedBy(['backend/main.ts']);
    const required = imported.filter((name) => !(name in root.optionalDependencies));
    expect(Object.keys(root.dependencies).sort()).toEqual([...required, ...SERVED].sort());
  });

  it('names as optional exactly the embedded engine, and the packages that trace requests', async () => {
    const imported = await packagesImportedBy(['backend/tracing/open-tracing.ts']);
    const traces = imported.filter((name) => !(name in root.dependencies));
    expect(Object.keys(root.optionalDependencies)).toEqual(['@dynoxide/linux-x64', ...traces]);
  });

  it('names packages of metrics and traces that the API loads only if they are on', async () => {
    const loaded = await packagesImportedBy(['backend/main.ts'], { onlyAtStart: true });
    expect(loaded).toContain('express');
    expect(loaded.filter((name) => /prom-client|powertools|opentelemetry/.test(name))).toEqual([]);
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
    const named = { ...root.dependencies, ...root.optionalDependencies, ...local.dependencies };
    expect(imported.filter((name) => !(name in named))).toEqual([]);
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

it.each(['.', 'local', 'infra', 'test/docker', 'test/browser'])(
  'names only exact versions in %s/package.json',
  (folder) => {
    const { dependencies, devDependencies, optionalDependencies } = manifest.parse(
      readJson(`${folder}/package.json`),
    );
    const all = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
    expect(all.length).toBeGreaterThan(0);
    expect(all.filter(([, version]) => !EXACT.test(version))).toEqual([]);
  },
);

it.each(['.', 'infra', 'test/docker', 'test/browser'])(
  'names no registry in %s/package-lock.json',
  (folder) => {
    const { packages } = lock.parse(readJson(`${folder}/package-lock.json`));
    // A workspace is resolved to its folder.
    const resolved = Object.values(packages).flatMap(({ resolved }) => resolved ?? []);
    expect(resolved.filter((place) => !['local', 'client'].includes(place))).toEqual([]);
  },
);
