import { spawnSync } from 'node:child_process';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { ConfigError } from '../backend/config.ts';
import { parseCdkArguments, reachesAws } from './cdk-arguments.ts';
import { ENVIRONMENT_VARIABLE, readEnvironment } from './environment.ts';
import type { Settings } from './settings.ts';

/*
 * `npm run cdk -- --environment <name> <arguments of the CDK>`: the CDK's command line with the settings of one
 * environment, in its region and with credentials of its account. `npm run deploy` and `npm run synth` use it.
 */

const CDK = 'infra/node_modules/.bin/cdk';

/** @throws ConfigError if the credentials are of another account, which would get this environment. */
async function checkAccount({ account, region, environment }: Settings): Promise<void> {
  const sts = new STSClient({ region });
  try {
    const { Account } = await sts.send(new GetCallerIdentityCommand({}));
    if (Account === account) return;
    throw new ConfigError([`the credentials are of account ${Account}, and ${environment} is in ${account}`]);
  } finally {
    sts.destroy();
  }
}

async function run(given: readonly string[]): Promise<number> {
  const parsed = parseCdkArguments(given);
  const settings = readEnvironment(parsed.environment);
  if (reachesAws(parsed)) await checkAccount(settings);
  const { environment, region } = settings;
  const { status } = spawnSync(CDK, parsed.cdk, {
    stdio: 'inherit',
    env: {
      ...process.env,
      [ENVIRONMENT_VARIABLE]: environment,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
    },
  });
  return status ?? 1;
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const problems = error instanceof ConfigError ? error.problems : [String(error)];
  for (const problem of problems) process.stderr.write(`infra: ${problem}\n`);
  process.exitCode = 1;
}
