import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { PACKAGE_ROOT } from '../../local/config.ts';

const FOLDERS = ['schema', 'backend', 'lambdas', 'cli', 'local', 'bin', 'bench', 'client', 'web'];

/** What each source file imports of ours, types included, by paths from the root. */
const imports = importsIn(FOLDERS);

function importsIn(folders: readonly string[]): Map<string, string[]> {
  return new Map(folders.flatMap(sourcesIn).map((file) => [file, importsOf(file)]));
}

function sourcesIn(folder: string): string[] {
  return readdirSync(join(PACKAGE_ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path) && !/node_modules|dist/.test(path))
    .map((path) => `${folder}/${path}`);
}

function importsOf(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(PACKAGE_ROOT, file), 'utf8'));
  return importedFiles
    .map(({ fileName }) => fileName)
    .filter((name) => name.startsWith('.'))
    .map((name) => normalize(join(dirname(file), name)));
}

/** The first circle that a walk from a file finds, as the path that leads around it. */
function circleFrom(
  file: string,
  imports: ReadonlyMap<string, readonly string[]>,
  done: Set<string>,
  path: readonly string[] = [],
): string[] | undefined {
  if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
  if (done.has(file)) return undefined;
  for (const next of imports.get(file) ?? []) {
    const circle = circleFrom(next, imports, done, [...path, file]);
    if (circle) return circle;
  }
  done.add(file);
  return undefined;
}

it('No file imports itself through other files, not even types, in the tests and the deployment either.', () => {
  const all = new Map([...imports, ...importsIn(['infra', 'test'])]);
  const done = new Set<string>();
  expect([...all.keys()].flatMap((file) => circleFrom(file, all, done)?.join(' > ') ?? [])).toEqual([]);
});

describe('the source files', () => {
  it('import what runs on one machine from the scripts, and from the file that finds the local engine, alone', () => {
    const importers = [...imports].filter(([, targets]) => targets.some((path) => path.startsWith('local/')));
    const others = importers.map(([file]) => file).filter((file) => !/^(bin|local)\//.test(file));
    expect(others).toEqual(['cli/connection.ts']);
  });

  it('import what the scripts share from the scripts and the local run alone', () => {
    const importers = [...imports].filter(([, targets]) => targets.some((path) => path.startsWith('cli/')));
    expect(importers.map(([file]) => file).filter((file) => !/^(bin|cli|local)\//.test(file))).toEqual([]);
  });

  it('keep what the scripts share out of bin/, whose files are programs', () => {
    const importers = [...imports].flatMap(([file, targets]) =>
      targets.filter((path) => path.startsWith('bin/')).map((path) => `${file} > ${path}`),
    );
    expect(importers).toEqual([]);
  });
});
