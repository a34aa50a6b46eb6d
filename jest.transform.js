import { transform, transformSync } from 'esbuild';

/*
 * Jest's transform of TypeScript, by esbuild, which `tsx` and the functions' build need anyway. Tests become ES modules.
 * Jest loads a global setup with `require`, so that becomes CommonJS, where `import.meta` has to be spelled otherwise.
 */

/**
 * Whether Jest wants a module is in `supportsStaticESM`.
 * @returns {import('esbuild').TransformOptions}
 */
function optionsFor(file, { supportsStaticESM }) {
  return {
    ...{ loader: 'ts', target: 'es2022', sourcefile: file, sourcemap: 'inline' },
    supported: { 'import-attributes': true },
    ...(supportsStaticESM
      ? { format: 'esm' }
      : {
          format: 'cjs',
          define: { 'import.meta.url': 'moduleUrl', 'import.meta.dirname': '__dirname' },
          banner: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;",
        }),
  };
}

/** @type {import('@jest/transform').AsyncTransformer} */
export default {
  process: (source, file, options) => transformSync(source, optionsFor(file, options)),
  processAsync: (source, file, options) => transform(source, optionsFor(file, options)),
};
