import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { PACKAGE_ROOT } from '../../local/config.ts';
import { SCRIPTS } from '../bin/script-names.ts';
import { eventually } from './eventually.ts';
import { programFolder } from './program-folder.ts';

/*
 * The programs that tests start as processes, each with everything it imports in a few JavaScript files. As TypeScript they
 * take 1 s of CPU time to start, most of it for loading 600 modules one by one; this way 0.3 s.
 */

const PROGRAMS = [
  'backend/main',
  'local/start',
  'test/support/api-process',
  ...SCRIPTS.map((name) => `bin/${name}`),
];
/** Bundling takes 2 s, and longer beside other work. */
const BUNDLED_WITHIN_MS = 60_000;

/** Some packages call `require`. The name of its maker must differ from the one that our modules import. */
const BANNER = `import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(${url(PACKAGE_ROOT)});`;

let bundled: Promise<string> | undefined;

/**
 * Bundles all programs when the first test of a run needs one. Returns the folder that has each of them as an executable at
 * the path of its source, without `.ts`.
 */
export function bundledPrograms(): Promise<string> {
  bundled ??= bundleOnce(programFolder());
  return bundled;
}

/** The workers of a run share its folder: the first one bundles, and the others wait for it. */
async function bundleOnce(directory: string): Promise<string> {
  const finished = join(directory, 'finished');
  const isFirst = await mkdir(join(directory, 'begun')).then(
    () => true,
    () => false,
  );
  if (isFirst) {
    await bundle(directory);
    await writeFile(finished, '');
  } else {
    await eventually(() => existsSync(finished), { within: BUNDLED_WITHIN_MS });
  }
  return directory;
}

async function bundle(directory: string): Promise<void> {
  await build({
    absWorkingDir: PACKAGE_ROOT,
    outbase: PACKAGE_ROOT,
    entryPoints: PROGRAMS.map((name) => `${name}.ts`),
    outdir: directory,
    bundle: true,
    splitting: true,
    keepNames: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: BANNER },
    plugins: [ownUrls],
  });
  await writeFile(join(directory, 'package.json'), '{"type":"module"}');
  for (const name of PROGRAMS) await writeExecutable(directory, name);
}

/** Lets each of our modules keep its URL: files are found, and scripts recognise that they were started, by it. */
const ownUrls: Plugin = {
  name: 'own URLs',
  setup(bundler) {
    bundler.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      return { loader: 'ts', contents: source.replaceAll('import.meta.url', url(path)) };
    });
  },
};

function url(path: string): string {
  return JSON.stringify(pathToFileURL(path).href);
}

/** Starts a program as its source would be started. */
async function writeExecutable(directory: string, name: string): Promise<void> {
  const started = JSON.stringify(join(PACKAGE_ROOT, `${name}.ts`));
  const lines = [
    '#!/usr/bin/env node',
    `process.argv[1] = ${started};`,
    `await import('./${basename(name)}.js');`,
  ];
  const file = join(directory, name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${lines.join('\n')}\n`, { mode: 0o755 });
}
