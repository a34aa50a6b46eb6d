import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { minifySync } from 'oxc-minify';
import { build, type Plugin } from 'vite';

/*
 * `npm run build:client`: the client package under client/dist, which `npm pack` packs: its modules with what they import
 * inside, so that the package needs no other one, and a page can load it without a bundler; and its types.
 */

const CLIENT = fileURLToPath(new URL('.', import.meta.url));

/** Modules that only a page loads. */
const OF_PAGES = /\/(shared-stream|database-store)\.ts$|\/idb-keyval\//;

/** The minifier of the screens. esbuild goes before, because it also shortens private names. */
const minifier: Plugin = {
  name: 'minifier',
  renderChunk: (code, { fileName }) => {
    const { code: shortened } = transformSync(code, { minify: true, format: 'esm', target: 'esnext' });
    const { code: minified, errors } = minifySync(fileName, shortened, { module: true });
    const [error] = errors;
    if (error) throw new Error(`${fileName}: ${error.message}`);
    return { code: minified, map: null };
  },
};

await build({
  configFile: false,
  root: CLIENT,
  logLevel: 'warn',
  plugins: [minifier],
  esbuild: { target: 'es2022' },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    lib: {
      entry: { index: 'src/index.ts', parts: 'src/parts.ts' },
      formats: ['es'],
    },
    target: 'esnext',
    minify: false,
    rollupOptions: {
      // What entries share is in the first one, and not in a further file.
      preserveEntrySignatures: 'allow-extension',
      output: {
        chunkFileNames: '[name].js',
        manualChunks: (id) => (OF_PAGES.test(id) ? 'page' : undefined),
        onlyExplicitManualChunks: true,
      },
    },
  },
});
execFileSync(process.execPath, ['../node_modules/typescript/bin/tsc', '-p', '.'], {
  cwd: CLIENT,
  stdio: 'inherit',
});
