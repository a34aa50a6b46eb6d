import { transformSync } from 'esbuild';

/*
 * Jest's transform of TypeScript, by esbuild, for what Jest loads itself: a global setup and teardown. It loads them with
 * `require`, so they become CommonJS, where `import.meta` has to be spelled otherwise. Tests are loaded by test/runner.
 */

/** @type {import('@jest/transform').SyncTransformer} */
export default {
  process: (source, file) =>
    transformSync(source, {
      ...{ loader: 'ts', target: 'es2022', format: 'cjs', sourcefile: file, sourcemap: 'inline' },
      supported: { 'import-attributes': true },
      define: { 'import.meta.url': 'moduleUrl', 'import.meta.dirname': '__dirname' },
      banner: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;",
    }),
};
