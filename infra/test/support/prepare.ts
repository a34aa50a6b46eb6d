import { buildForTests } from '../../../test/support/built.ts';
import { preparePython } from './python.ts';

/** Prepares, once before all tests, the bundles of the functions and the tools that are written in Python. */
export default function prepare(): void {
  buildForTests('build');
  preparePython();
}
