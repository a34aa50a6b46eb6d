import { execFileSync } from 'node:child_process';
import { preparePython } from './python.ts';

/** Prepares, once before all tests, the bundles of the functions and the tools that are written in Python. */
export default function prepare(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: ['ignore', 'ignore', 'inherit'] });
  preparePython();
}
