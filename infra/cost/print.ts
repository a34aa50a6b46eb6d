import { Command } from 'commander';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../backend/config.ts';
import { createApp } from '../create-app.ts';
import { readEnvironment } from '../environment.ts';
import { readPrices } from './prices.ts';
import { costReport } from './report.ts';
import { parseTemplate } from './templates.ts';

/* `npm run cost -- --environment <name>`: what an environment costs a month, by its templates and the price file. */

const { environment } = new Command('npm run cost --')
  .description('Prints what an environment costs a month while nobody uses it, and what 10,000 users add.')
  .requiredOption('--environment <name>', 'a file of infra/environments/')
  .parse()
  .opts<{ environment: string }>();

const outdir = mkdtempSync(join(tmpdir(), 'cruddur-cost-'));
try {
  const settings = readEnvironment(environment);
  const templates = createApp(settings, { outdir })
    .synth()
    .stacks.map((stack) => parseTemplate(stack.template));
  process.stdout.write(costReport({ settings, templates, prices: readPrices() }));
} catch (error) {
  const problems = error instanceof ConfigError ? error.problems : [String(error)];
  for (const problem of problems) process.stderr.write(`cost: ${problem}\n`);
  process.exitCode = 1;
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
