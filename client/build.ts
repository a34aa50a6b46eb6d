import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/*
 * `npm run build:client`: the client package under client/dist, which `npm pack` packs: its modules with what they import
 * inside, so that the package needs no other one, and a page can load it without a bundler; and its types.
 */

const CLIENT = fileURLToPath(new URL('.', import.meta.url));

rmSync(`${CLIENT}dist`, { recursive: true, force: true });
await build({
  absWorkingDir: CLIENT,
  entryPoints: ['src/index.ts'],
  outdir: 'dist',
  ...{ bundle: true, splitting: true, format: 'esm', target: 'es2022', minify: true, sourcemap: true },
  logLevel: 'warning',
});
execFileSync(process.execPath, ['../node_modules/typescript/bin/tsc', '-p', '.'], {
  cwd: CLIENT,
  stdio: 'inherit',
});
