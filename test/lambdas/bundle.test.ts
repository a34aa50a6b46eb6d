import { describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Bundle,
  bundle,
  LAMBDAS,
  MAX_BUNDLE_BYTES,
  MAX_START_BYTES,
  problemsOf,
} from '../../lambdas/bundle.ts';

/* What is deployed as a function: small, and with nothing in it that has no business there. */

const OUT = 'dist/lambdas-test/index.mjs';

/** What is said of a bundle of this code. */
async function problemsWith(code: string): Promise<string[]> {
  await mkdir('dist', { recursive: true });
  const directory = await mkdtemp('dist/lambdas-test-');
  try {
    await writeFile(join(directory, 'index.ts'), code);
    return problemsOf(await bundle(join(directory, 'index.ts'), OUT, { write: false }));
  } finally {
    await rm(directory, { recursive: true });
  }
}

describe.each(LAMBDAS)('%s', (name) => {
  it('is fit to be deployed', async () => {
    const made = await bundle(`lambdas/${name}/index.ts`, OUT, { write: false });
    expect(problemsOf(made)).toEqual([]);
    expect(made.bytes).toBeLessThan(MAX_BUNDLE_BYTES);
    expect(made.gzipBytes).toBeLessThan(made.bytes / 2);
    expect(made.modules).toContain(`lambdas/${name}/handler.ts`);
    // Redis is 300 KB that only some starts load.
    if (name === 'update-summaries') expect(made.bytes - made.startBytes).toBeGreaterThan(300_000);
  });
});

describe('a bundle', () => {
  it('of little has nothing against it', async () => {
    expect(await problemsWith('export const handler = () => undefined;')).toEqual([]);
  });

  it.each([
    ['what belongs to one machine', "export * from '../../local/data-dir.ts';", /local\/data-dir\.ts/],
    ['what the scripts share', "export * from '../../cli/user-error.ts';", /cli\/user-error\.ts/],
    [
      'a test’s support',
      "export * from '../../test/support/eventually.ts';",
      /test\/support\/eventually\.ts/,
    ],
    ['undici', "export * from 'undici';", /node_modules\/undici\//],
  ])('with %s in it is refused', async (_what, code, problem) => {
    expect((await problemsWith(code)).join('\n')).toMatch(problem);
  });

  const SMALL: Bundle = { file: OUT, bytes: 1, startBytes: 1, gzipBytes: 1, missing: [], modules: [] };

  it('with version 2 of the AWS SDK in it is refused, wherever that was installed', () => {
    const modules = ['node_modules/some-package/node_modules/aws-sdk/lib/core.js'];
    expect(problemsOf({ ...SMALL, modules })).toEqual([expect.stringMatching(/version 2/)]);
    const other = ['node_modules/@aws-sdk/core/index.js', 'node_modules/not-aws-sdk/index.js'];
    expect(problemsOf({ ...SMALL, modules: other })).toEqual([]);
  });

  it('that is too large, or has too much to load at its start, is refused', () => {
    expect(problemsOf({ ...SMALL, bytes: MAX_BUNDLE_BYTES + 1 })).toHaveLength(1);
    expect(problemsOf({ ...SMALL, startBytes: MAX_START_BYTES + 1 })).toHaveLength(1);
  });

  it('that needs a package to start which is left out is refused', async () => {
    const left = '@smithy/credential-provider-imds';
    expect(await problemsWith(`export * from '${left}';`)).toEqual([expect.stringContaining(left)]);
    expect(await problemsWith(`export const later = () => import('${left}');`)).toEqual([]);
  });
});
