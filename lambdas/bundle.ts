import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type OutputFile } from 'esbuild';

export const LAMBDAS = ['update-summaries', 'create-profile', 'canary'] as const;

/** A larger bundle starts late: Lambda fetches, reads and compiles the code before the first event. */
export const MAX_BUNDLE_BYTES = 1_000_000;

/** Files that must not be in a function, and why. */
const FORBIDDEN: readonly { readonly path: RegExp; readonly why: string }[] = [
  { path: /^(local|test|bench|infra|bin|cli|web)\//, why: 'is no part of a function' },
  {
    path: /(^|\/)node_modules\/aws-sdk\//,
    why: 'is version 2 of the AWS SDK, which is no longer maintained',
  },
  {
    path: /(^|\/)node_modules\/undici\//,
    why: 'is a second HTTP client in addition to node’s own, of half a megabyte',
  },
];

/**
 * Other sources of credentials in the SDK. Lambda puts credentials into the environment, which the SDK reads first. It
 * would ask these sources only if the environment had none, and then no function could work at all.
 */
const NOT_ASKED_FOR = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
];

/** A function as one file. */
export interface Bundle {
  readonly file: string;
  readonly bytes: number;
  /** Size in bytes, as Lambda stores it. */
  readonly gzipBytes: number;
  /** The paths of all files in it. */
  readonly modules: readonly string[];
}

/**
 * Bundles a function's entry and everything it imports to one file. Some packages are CommonJS and call `require`, which
 * the bundle defines for the ES module. Packages that have both forms are bundled as ES modules, whose unused parts can
 * be left out. Names are kept: logs identify errors and functions by them. The source map is a separate file for
 * developers; a function that had to read it would take twice as long to start.
 * @throws esbuild's failure, after esbuild has printed what is wrong.
 */
export async function bundle(
  entry: string,
  outfile: string,
  { write = true }: { readonly write?: boolean } = {},
): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    keepNames: true,
    sourcemap: 'external',
    sourcesContent: false,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    mainFields: ['module', 'main'],
    external: [...NOT_ASKED_FOR],
    metafile: true,
    write: false,
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  const code = outputFiles.find(({ path }) => path.endsWith(outfile));
  const [output] = Object.values(metafile.outputs).filter((one) => one.entryPoint === entry);
  if (!code || !output) throw new Error(`${entry} was not bundled`);
  if (write) await writeAll(outputFiles);
  return {
    file: outfile,
    bytes: code.contents.length,
    gzipBytes: gzipSync(code.contents).length,
    modules: Object.keys(output.inputs),
  };
}

/** Returns why a bundle must not be deployed, one line for each reason. */
export function problemsOf({ file, bytes, modules }: Bundle): string[] {
  const tooLarge =
    bytes > MAX_BUNDLE_BYTES
      ? [`${file} has ${bytes} bytes: it must not have more than ${MAX_BUNDLE_BYTES}`]
      : [];
  return [
    ...tooLarge,
    ...FORBIDDEN.flatMap(({ path, why }) => {
      const found = modules.find((module) => path.test(module));
      return found === undefined ? [] : [`${file} has ${found} in it, which ${why}`];
    }),
  ];
}

async function writeAll(files: readonly OutputFile[]): Promise<void> {
  for (const { path, contents } of files) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, contents);
  }
}
