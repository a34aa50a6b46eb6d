import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import * as z from 'zod';

/*
 * `npm run web:size`: how much JavaScript a browser fetches before it shows the first screen, gzipped, and whether that
 * is within its budget. It reads the output of `npm run build:web`.
 */

/** The most that the first screen may take, in bytes. */
const BUDGET = 150_000;
/** The page of the screens; the demo has another. */
const PAGE = 'index.html';
const BUILT = new URL('../dist/web/', import.meta.url);

const manifest = z.record(
  z.string(),
  z.object({
    file: z.string(),
    imports: z.array(z.string()).optional(),
  }),
);

type Manifest = z.output<typeof manifest>;

/** The files of a chunk and of its static imports; dynamic imports are not included. */
function filesOf(chunks: Manifest, name: string, found = new Set<string>()): Set<string> {
  const chunk = chunks[name];
  if (!chunk || found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const imported of chunk.imports ?? []) filesOf(chunks, imported, found);
  return found;
}

const chunks = manifest.parse(JSON.parse(readFileSync(new URL('.vite/manifest.json', BUILT), 'utf8')));
let sum = 0;
for (const file of filesOf(chunks, PAGE)) {
  const size = gzipSync(readFileSync(new URL(file, BUILT))).length;
  sum += size;
  process.stdout.write(`${size.toLocaleString('en').padStart(9)}  ${file}\n`);
}
process.stdout.write(
  `${sum.toLocaleString('en').padStart(9)}  in total, of at most ${BUDGET.toLocaleString('en')} bytes (JavaScript of the first screen, gzipped)\n`,
);
if (sum === 0 || sum > BUDGET) process.exitCode = 1;
