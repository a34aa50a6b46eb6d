import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

/*
 * `npm run client:size`: how much JavaScript of the client package is loaded, gzipped, and whether that is within its budget. It reads the
 * output of `npm run build:client`.
 */

const BUILT = new URL('dist/', import.meta.url);

/** What loads the package, the file that it begins with, and the most that it may take, in bytes. */
const LOADED = [
  { by: 'a program, and a page at first', entry: 'index.js', withDynamic: false, budget: 15_000 },
  { by: 'a page in the end', entry: 'index.js', withDynamic: true, budget: 18_000 },
] as const;

/** Imports of a module: `from "./a.js"`, and a dynamic import. */
const STATIC = /from\s*["'`]\.\/([\w.-]+)["'`]/g;
const DYNAMIC = /import\(\s*["'`]\.\/([\w.-]+)["'`]/g;

function filesOf(file: string, withDynamic: boolean, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  const code = readFileSync(new URL(file, BUILT), 'utf8');
  const imports = [...code.matchAll(STATIC), ...(withDynamic ? code.matchAll(DYNAMIC) : [])];
  for (const [, imported = ''] of imports) filesOf(imported, withDynamic, found);
  return found;
}

for (const { by, entry, withDynamic, budget } of LOADED) {
  const files = [...filesOf(entry, withDynamic)];
  const size = files
    .map((file) => gzipSync(readFileSync(new URL(file, BUILT))).length)
    .reduce((sum, bytes) => sum + bytes, 0);
  process.stdout.write(
    `${size.toLocaleString('en').padStart(9)}  of at most ${budget.toLocaleString('en')} bytes, gzipped: ${by} (${files.join(', ')})\n`,
  );
  if (size > budget) process.exitCode = 1;
}
