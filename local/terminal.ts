import pretty from 'pino-pretty';
import { ConfigError, type Environment, type LogLevel } from '../backend/config.ts';
import { createLogger, type Logger } from '../backend/logger.ts';
import { type LocalConfig, readLocalConfig } from './config.ts';
import type { Ready } from './local-run.ts';

/** The configuration; where something is wrong with it, that is said on stderr and the exit status is 1. */
export function readConfig(environment: Environment): LocalConfig | undefined {
  try {
    return readLocalConfig(environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.problems.join('; ')}\n`);
    process.exitCode = 1;
    return undefined;
  }
}

/** Log lines for a person on a terminal, and JSON anywhere else. */
export function openLogger(level: LogLevel): Logger {
  if (!process.stdout.isTTY) return createLogger(level);
  return createLogger(
    level,
    pretty({ sync: true, singleLine: true, translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname' }),
  );
}

/** What one needs to know to begin, and the line `ready <url>`, which programs wait for. */
export function readyText({ url, dataDir, engine, handles }: Ready, environment: Environment): string {
  const { DATA_DIR } = environment;
  const token = DATA_DIR ? `DATA_DIR=${shellWord(DATA_DIR)} ./bin/token` : './bin/token';
  const [handle] = handles;
  return [
    '',
    `  open     ${url}`,
    `  data     ${dataDir} (${engine})`,
    ...(handle === undefined
      ? [`  token    ${token} <handle> --create`]
      : [`  people   ${handles.join(', ')}`, `  token    ${token} ${handle}`]),
    `  try      curl -H "Authorization: Bearer $(${token} ${handle ?? '<handle>'})" ${url}/api/message_groups`,
    '  stop     Ctrl-C',
    '',
    `ready ${url}`,
    '',
  ].join('\n');
}

/** A text as one word of a shell's command line. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
