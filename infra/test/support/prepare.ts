import { buildForTests } from '../../../test/support/built.ts';
import { preparePython } from './python.ts';
import { createSynthesisFolder } from './synthesis-folder.ts';

/** Prepares, once before all tests, the bundles of the functions, the tools that are written in Python, and a folder. */
export default function prepare(): void {
  buildForTests('build');
  preparePython();
  createSynthesisFolder();
  // The CDK's own validation only prints warnings, in half of the time of a synthesis: `npm run synth` shows them.
  process.env['CDK_VALIDATION'] = 'false';
}
