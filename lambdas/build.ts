import { bundle, LAMBDAS, problemsOf } from './bundle.ts';

/* Bundles each Lambda to dist/lambdas/<name>/index.mjs, and fails if a bundle must not be deployed. */

for (const name of LAMBDAS) {
  const made = await bundle(`lambdas/${name}/index.ts`, `dist/lambdas/${name}/index.mjs`);
  const { file, bytes, gzipBytes } = made;
  process.stdout.write(
    `${file}  ${bytes.toLocaleString('en')} bytes, ${gzipBytes.toLocaleString('en')} by gzip\n`,
  );
  for (const problem of problemsOf(made)) {
    process.stderr.write(`${problem}\n`);
    process.exitCode = 1;
  }
}
