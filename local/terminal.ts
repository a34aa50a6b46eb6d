import pretty from 'pino-pretty';
import wrapAnsi from 'wrap-ansi';
import { ConfigError, type Environment, type LogLevel } from '../backend/config.ts';
import { createLogger, describeError, type Logger } from '../backend/logger.ts';
import { type LocalConfig, readLocalConfig } from './config.ts';
import { explainIfKnown, type Target } from '../cli/explain-failure.ts';

/** A local run that is ready for requests, as it is shown to its user. */
export interface Ready {
  readonly url: string;
  /** The URLs at which other machines reach it; none, unless LISTEN_ADDRESS is set. */
  readonly networkUrls: readonly string[];
  readonly dataDir: string;
  readonly engine: string;
  /** Some users to sign in as. */
  readonly handles: readonly string[];
}

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
    pretty({
      sync: true,
      singleLine: true,
      translateTime: 'SYS:HH:MM:ss',
      // The message already contains these fields of the request.
      ignore: 'pid,hostname,request_id,method,path,status,ms',
      messageFormat: presentMessage,
    }),
  );
}

/**
 * A logger that says in one sentence what a user can do something about: a table that is missing, an engine that does
 * not answer. The stack of such an error leads nowhere; that of any other error is logged, for it may be a bug.
 * @param target asked at each failure, because an engine's endpoint is known only once it runs.
 */
export function explainingLogger(logger: Logger, target: () => Target): Logger {
  const err = (error: unknown): unknown => explainIfKnown(error, target()) ?? describeError(error);
  return logger.child({}, { serializers: { err } });
}

/** A request as a line that a terminal has room for: "GET /api/messages 200, 3 ms". */
function presentMessage(line: Readonly<Record<string, unknown>>, messageKey: string): string {
  const message = line[messageKey];
  if (message !== 'request') return typeof message === 'string' ? message : '';
  const { method, path, status, ms } = line;
  return `${String(method)} ${String(path)} ${String(status)}, ${String(ms)} ms`;
}

/** The default width of a terminal in columns. */
const TERMINAL_COLUMNS = 80;
const LABEL_COLUMNS = 11;

/** What a user needs to begin, in 80 columns, and the line `ready <url>`, which programs wait for. */
export function readyText(
  { url, networkUrls, dataDir, engine, handles }: Ready,
  environment: Environment,
): string {
  const { DATA_DIR } = environment;
  const token = DATA_DIR ? `DATA_DIR=${shellWord(DATA_DIR)} ./bin/token` : './bin/token';
  const [handle] = handles;
  return [
    '',
    labelled('open', url),
    ...(networkUrls.length > 0
      ? [
          labelled('network', networkUrls.join(' ')),
          labelled('', 'Anyone who can reach it can sign in as any user: unset LISTEN_ADDRESS to close it.'),
        ]
      : []),
    labelled('data', `${dataDir} (${engine})`),
    ...(handle === undefined ? [] : [labelled('people', handles.join(', '))]),
    // Commands are not wrapped: they are there to be copied.
    `  token    TOKEN=$(${token} ${handle ?? '<handle> --create'})`,
    '  try      curl -H "Authorization: Bearer $TOKEN" \\',
    `             ${url}/api/message_groups`,
    '  stop     Ctrl-C',
    '',
    `ready ${url}`,
    '',
  ].join('\n');
}

/** A text with a label before it, wrapped between words. */
function labelled(label: string, text: string): string {
  const lines = wrapAnsi(text, TERMINAL_COLUMNS - LABEL_COLUMNS, { wordWrap: true }).split('\n');
  return lines.map((line, at) => `  ${(at === 0 ? label : '').padEnd(LABEL_COLUMNS - 2)}${line}`).join('\n');
}

/** A text as one word of a shell's command line. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
