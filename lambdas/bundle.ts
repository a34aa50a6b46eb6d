import { mkdir, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { basename, dirname, extname, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Metafile, type OutputFile } from 'esbuild';

export const LAMBDAS = ['update-summaries', 'create-profile', 'canary', 'remove-files'] as const;

/** A larger bundle starts late: Lambda fetches, reads and compiles the code before the first event. */
export const MAX_BUNDLE_BYTES = 1_000_000;
/** The part that every start reads and compiles. */
export const MAX_START_BYTES = 700_000;

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

/** A function's code: its entry, and files that it loads later or not at all. */
export interface Bundle {
  readonly file: string;
  readonly bytes: number;
  /** Bytes of the entry and of all that it imports statically, which every start loads. */
  readonly startBytes: number;
  /** Size in bytes, as Lambda stores it. */
  readonly gzipBytes: number;
  /** Packages that a start needs and the bundle does not have. */
  readonly missing: readonly string[];
  /** The paths of all files in it. */
  readonly modules: readonly string[];
}

/**
 * Bundles a function's entry and everything it imports to one file, and what it imports dynamically to files beside it, in
 * parts. Some packages are CommonJS and call `require`, which the bundle defines for the ES module. Packages that have both forms are bundled as ES modules, whose unused parts can
 * be left out. Names are kept: logs identify errors and functions by them. The source map is a separate file for
 * developers; a function that had to read it would take twice as long to start.
 * @throws esbuild's failure, after esbuild has printed what is wrong.
 */
export async function bundle(
  entry: string,
  outfile: string,
  { write = true }: { readonly write?: boolean } = {},
): Promise<Bundle> {
  const extension = extname(outfile);
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    outdir: dirname(outfile),
    entryNames: basename(outfile, extension),
    outExtension: { '.js': extension },
    bundle: true,
    splitting: true,
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
  const file = relative('.', outfile);
  const loaded = filesOf(metafile, file, ['import-statement', 'dynamic-import']);
  const started = filesOf(metafile, file, ['import-statement']);
  const code = outputFiles.filter(({ path }) => loaded.has(relative('.', path)));
  const sizes = (files: ReadonlySet<string>) => [...files].map((file) => metafile.outputs[file]?.bytes ?? 0);
  if (write)
    await writeAll(outputFiles.filter(({ path }) => loaded.has(relative('.', path).replace(/\.map$/, ''))));
  return {
    file: outfile,
    bytes: sum(sizes(loaded)),
    startBytes: sum(sizes(started)),
    gzipBytes: sum(code.map(({ contents }) => gzipSync(contents).length)),
    missing: missingOf(metafile, started),
    modules: [...loaded].flatMap((file) => Object.keys(metafile.outputs[file]?.inputs ?? {})),
  };
}

/**
 * The output files that an entry imports in these ways, directly or not, and itself. There are others: esbuild writes a file for each
 * dynamic import, also of modules that it leaves out.
 */
function filesOf({ outputs }: Metafile, entry: string, kinds: readonly string[]): ReadonlySet<string> {
  const files = new Set([entry]);
  for (const file of files) {
    for (const { path, kind } of outputs[file]?.imports ?? []) {
      if (kinds.includes(kind) && path in outputs) files.add(path);
    }
  }
  return files;
}

function missingOf({ outputs }: Metafile, files: ReadonlySet<string>): string[] {
  const imports = [...files].flatMap((file) => outputs[file]?.imports ?? []);
  return imports
    .filter(({ external = false, kind, path }) => external && kind !== 'dynamic-import' && !isBuiltin(path))
    .map(({ path }) => path);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** Returns why a bundle must not be deployed, one line for each reason. */
export function problemsOf({ file, bytes, startBytes, missing, modules }: Bundle): string[] {
  const tooLarge = (size: number, most: number, what: string) =>
    size > most ? [`${file} has ${size} bytes${what}: it must not have more than ${most}`] : [];
  return [
    ...tooLarge(bytes, MAX_BUNDLE_BYTES, ''),
    ...tooLarge(startBytes, MAX_START_BYTES, ' that every start loads'),
    ...missing.map((name) => `${file} needs ${name} to start, which is not in it`),
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
