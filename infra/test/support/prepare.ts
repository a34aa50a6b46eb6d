import { execFileSync } from 'node:child_process';
import { preparePython } from './python.ts';

/** Once before all tests: the bundles that the functions are made of, and the tools that are Python's. */
export default function prepare(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: ['ignore', 'ignore', 'inherit'] });
  preparePython();
}
