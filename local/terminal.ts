import pretty from 'pino-pretty';
import wrapAnsi from 'wrap-ansi';
import { ConfigError, type Environment, type LogLevel } from '../backend/config.ts';
import { createLogger, describeError, type Logger } from '../backend/logger.ts';
import { type LocalConfig, readLocalConfig } from './config.ts';
import { DEMO_PATH } from './demo.ts';
import { explainIfKnown, type Target } from '../cli/explain-failure.ts';

/** The description of a ready local run for its user. */
export interface Ready {
  readonly url: string;
  /** The URLs at which other machines reach it; empty unless LISTEN_ADDRESS is set. */
  readonly networkUrls: readonly string[];
  readonly dataDir: string;
  readonly engine: string;
  /** Handles of some users to sign in as. */
  readonly handles: readonly string[];
}

/** Reads the configuration. If it is wrong, prints why on stderr and sets the exit status to 1. */
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

/** Log lines as text on a terminal, and as JSON anywhere else. */
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
 * Creates a logger that explains in one sentence what a user can correct: a missing table, an engine that does not
 * respond. The stack of such an error is useless; that of any other error is logged, because it may be a bug.
 * @param target called at each failure, because an engine's endpoint is known only once it runs.
 */
export function explainingLogger(logger: Logger, target: () => Target): Logger {
  const err = (error: unknown): unknown => explainIfKnown(error, target()) ?? describeError(error);
  return logger.child({}, { serializers: { err } });
}

/** Formats a request as a short line for a terminal: "GET /api/messages 200, 3 ms". */
function presentMessage(line: Readonly<Record<string, unknown>>, messageKey: string): string {
  const message = line[messageKey];
  if (message !== 'request') return typeof message === 'string' ? message : '';
  const { method, path, status, ms } = line;
  return `${String(method)} ${String(path)} ${String(status)}, ${String(ms)} ms`;
}

/** The default width of a terminal in columns. */
const TERMINAL_COLUMNS = 80;
const LABEL_COLUMNS = 11;

/** Prints what a user needs to begin, in 80 columns, and the line `ready <url>`, for which programs wait. */
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
    labelled('demo', `${url}${DEMO_PATH} (two users side by side, with networks to break)`),
    ...(networkUrls.length > 0
      ? [
          labelled('network', networkUrls.join(' ')),
          labelled('', 'Anyone who can reach it can sign in as any user: unset LISTEN_ADDRESS to close it.'),
        ]
      : []),
    labelled('data', `${dataDir} (${engine})`),
    ...(handle === undefined ? [] : [labelled('people', handles.join(', '))]),
    // Commands are not wrapped, so that they can be copied.
    `  token    TOKEN=$(${token} ${handle ?? '<handle> --create'})`,
    '  try      curl -H "Authorization: Bearer $TOKEN" \\',
    `             ${url}/api/message_groups`,
    '  stop     Ctrl-C',
    '',
    `ready ${url}`,
    '',
  ].join('\n');
}

/** Formats a text with a label before it, wrapped between words. */
function labelled(label: string, text: string): string {
  const lines = wrapAnsi(text, TERMINAL_COLUMNS - LABEL_COLUMNS, { wordWrap: true }).split('\n');
  return lines.map((line, at) => `  ${(at === 0 ? label : '').padEnd(LABEL_COLUMNS - 2)}${line}`).join('\n');
}

/** Quotes a text as one word of a shell's command line. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
