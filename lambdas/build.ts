import { build } from 'esbuild';

/*
 * Bundles each Lambda to one file, with all it needs: dist/lambdas/<name>/index.mjs.
 * Some packages in it are CommonJS and call `require`, which an ES module has to be given.
 */

const LAMBDAS = ['update-summaries', 'create-profile'];

for (const name of LAMBDAS) {
  await build({
    entryPoints: [`lambdas/${name}/index.ts`],
    outfile: `dist/lambdas/${name}/index.mjs`,
    bundle: true,
    minify: true,
    sourcemap: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'info',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
}
