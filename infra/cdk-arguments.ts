import { ConfigError } from '../backend/config.ts';

/** The arguments of `npm run cdk`: the environment, and what the CDK's own command line gets. */
export interface CdkArguments {
  readonly environment: string | undefined;
  readonly cdk: readonly string[];
}

/** Options of the CDK that would change a deployment from outside the environment's file. */
const SETTING_OPTIONS = ['-c', '--context', '--parameters', '--app', '-a'];
/** Commands that change nothing in AWS. */
const LOCAL_COMMANDS = ['list', 'ls', 'synth', 'synthesize', 'acknowledge', 'notices', 'docs', 'doctor'];

/**
 * Separates `--environment <name>` from the arguments of the CDK.
 * @throws ConfigError if an argument is a setting: it would be forgotten by the next deployment.
 */
export function parseCdkArguments(given: readonly string[]): CdkArguments {
  const cdk: string[] = [];
  let environment: string | undefined;
  for (let index = 0; index < given.length; index += 1) {
    const [name = '', value] = (given[index] ?? '').split(/=(.*)/s);
    if (SETTING_OPTIONS.includes(name))
      throw new ConfigError([`${name}: settings belong into the environment's file, which is committed`]);
    if (name === '--environment') environment = value ?? given[(index += 1)];
    else cdk.push(given[index] ?? '');
  }
  return { environment, cdk };
}

/** Whether the arguments reach AWS: then the credentials must be those of the environment's account. */
export function reachesAws({ cdk }: CdkArguments): boolean {
  const command = cdk.find((argument) => !argument.startsWith('-'));
  return command !== undefined && !LOCAL_COMMANDS.includes(command);
}
