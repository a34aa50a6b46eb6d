import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type OutputFile } from 'esbuild';

export const LAMBDAS = ['update-summaries', 'create-profile'] as const;

/** Larger ones start late: a function's code is fetched, read and compiled before its first event. */
export const MAX_BUNDLE_BYTES = 1_000_000;

/** What a function must not have in it, and why. */
const FORBIDDEN: readonly { readonly path: RegExp; readonly why: string }[] = [
  { path: /^(local|test|bench|infra|bin|cli|web)\//, why: 'is no part of a function' },
  { path: /(^|\/)node_modules\/aws-sdk\//, why: 'is version 2 of the AWS SDK, which is not kept any more' },
  {
    path: /(^|\/)node_modules\/undici\//,
    why: 'is a second HTTP client beside node’s own, of half a megabyte',
  },
];

/**
 * Where the SDK would look for credentials besides the environment, where Lambda puts them. They are asked for when all
 * before them had none, and then there is no function that could go on.
 */
const NOT_ASKED_FOR = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
];

/** A function in one file. */
export interface Bundle {
  readonly file: string;
  readonly bytes: number;
  /** As Lambda keeps it. */
  readonly gzipBytes: number;
  /** The paths of all that is in it. */
  readonly modules: readonly string[];
}

/**
 * Bundles a function's entry to one file, with all it needs. Some packages in it are CommonJS and call `require`, which
 * an ES module has to be given; of those that come in both forms the ES modules are taken, whose unused parts can be
 * left out. Names are kept: logs tell errors and functions by them. The map to the sources is written beside it for who
 * wants to know a line; a function that had to read it would take twice as long to start.
 * @throws esbuild's failure, after it told what is wrong.
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

/** What speaks against deploying it, a line each. */
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
