import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PACKAGE_ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Whether `dist/` is known to hold the output of `npm run synth -- --environment production` from the current sources:
 * DIST_IS_CURRENT is `true`. `.ci/run` sets it, so that suites which run side by side neither build again nor write where
 * another one reads.
 */
export const distIsCurrent = process.env['DIST_IS_CURRENT'] === 'true';

/**
 * Builds what a suite needs under `dist/`, unless it is current. The environment is a production build's: with Jest's
 * NODE_ENV the libraries of the screens would be built with their development checks.
 * @param script a script of the package.
 */
export function buildForTests(script: 'build' | 'build:web' | 'build:lambdas'): void {
  if (distIsCurrent) return;
  execFileSync('npm', ['run', '--silent', script], {
    cwd: PACKAGE_ROOT,
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
