import { rm } from 'node:fs/promises';
import { bundle, LAMBDAS, problemsOf } from './bundle.ts';

/* Bundles each Lambda to dist/lambdas/<name>/index.mjs and files beside it, and fails if a bundle must not be deployed. */

for (const name of LAMBDAS) {
  // The files beside it are named by their contents: those of an earlier build would be deployed too.
  await rm(`dist/lambdas/${name}`, { recursive: true, force: true });
  const made = await bundle(`lambdas/${name}/index.ts`, `dist/lambdas/${name}/index.mjs`);
  const { file, bytes, startBytes, gzipBytes } = made;
  const [start, all, gzipped] = [startBytes, bytes, gzipBytes].map((size) => size.toLocaleString('en'));
  process.stdout.write(`${file}  ${start} bytes to start, ${all} in all, ${gzipped} by gzip\n`);
  for (const problem of problemsOf(made)) {
    process.stderr.write(`${problem}\n`);
    process.exitCode = 1;
  }
}
