import { ConfigError } from '../backend/config.ts';
import { createApp } from './create-app.ts';
import { ENVIRONMENT_VARIABLE, readEnvironment } from './environment.ts';

/* Synthesises an environment: templates in CDK_OUTDIR, which the CDK's command line sets. cdk.ts starts this program. */

try {
  const settings = readEnvironment(process.env[ENVIRONMENT_VARIABLE]);
  createApp(settings, { outdir: process.env['CDK_OUTDIR'] ?? 'dist/infra' }).synth();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  for (const problem of error.problems) process.stderr.write(`infra: ${problem}\n`);
  process.exitCode = 1;
}
