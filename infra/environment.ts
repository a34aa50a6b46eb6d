import { readdirSync, readFileSync } from 'node:fs';
import { ConfigError } from '../backend/config.ts';
import { readSettings, type Settings } from './settings.ts';

const FOLDER = new URL('environments/', import.meta.url);
/** The variable that names the environment for `app.ts`, which the CDK starts. */
export const ENVIRONMENT_VARIABLE = 'DEPLOY_ENVIRONMENT';

/** Lists the environments that have a file. */
export function environmentNames(): string[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
  return files.map((file) => file.slice(0, -'.json'.length)).sort();
}

/**
 * Reads the settings of an environment from its file, `infra/environments/<name>.json`.
 * @throws ConfigError with the names there are, if there is no such file, or with everything that is wrong in it.
 */
export function readEnvironment(name: string | undefined): Settings {
  const names = environmentNames();
  if (name === undefined || !names.includes(name)) {
    throw new ConfigError([
      `--environment is ${name ?? 'missing'}: infra/environments/ has ${names.join(', ')}`,
    ]);
  }
  const text = readFileSync(new URL(`${name}.json`, FOLDER), 'utf8');
  try {
    return readSettings(name, JSON.parse(text));
  } catch (error) {
    if (error instanceof ConfigError)
      throw new ConfigError(error.problems.map((problem) => `infra/environments/${name}.json: ${problem}`));
    throw new ConfigError([`infra/environments/${name}.json is not JSON: ${String(error)}`]);
  }
}
