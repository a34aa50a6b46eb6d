/* What Node's loader resolves otherwise in a worker. */

const GLOBALS = new URL('globals.js', import.meta.url).href;

/** @type {import('node:module').ResolveHook} */
export async function resolve(specifier, context, nextResolve) {
  if (specifier === '@jest/globals') return { url: GLOBALS, shortCircuit: true };
  const resolved = await nextResolve(specifier, context);
  // A test file may import another one to repeat its tests in other circumstances: it, too, is loaded for each run.
  const run = /\.test\.ts(\?run=\d+)$/.exec(context.parentURL ?? '')?.[1];
  return run !== undefined && resolved.url.endsWith('.test.ts')
    ? { ...resolved, url: resolved.url + run }
    : resolved;
}
