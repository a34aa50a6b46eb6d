import { ConfigError } from '../backend/config.ts';
import { createApp } from './create-app.ts';

/* Synthesises the deployment: templates in CDK_OUTDIR, which the CDK's command line sets, or dist/infra. */

try {
  createApp({ outdir: process.env['CDK_OUTDIR'] ?? 'dist/infra' }).synth();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  for (const problem of error.problems) process.stderr.write(`infra: ${problem}\n`);
  process.exitCode = 1;
}
