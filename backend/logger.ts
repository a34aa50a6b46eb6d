import { pino, type DestinationStream, type Logger } from 'pino';
import type { LogLevel } from './config.ts';

export type { Logger };

/** Maximum depth of an error's causes in the log. */
const MAX_CAUSES = 5;

/**
 * Creates the process's logger: JSON lines with a level and a time. Callers never pass message texts or tokens. Of an
 * error it writes only the name, message and stack, because errors of the AWS SDK contain the items concerned.
 */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: {},
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: (error: unknown) => describeError(error) },
  };
  return pino(options, destination ?? standardOutput());
}

/** A line that cannot be written, to a full disk or a closed pipe, is lost: it must not stop the API. */
function standardOutput(): DestinationStream {
  const stream = pino.destination({ dest: 1, sync: true });
  stream.on('error', () => undefined);
  return stream;
}

/** Returns the parts of an error that are logged. */
export function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { message: 'the thrown value is not an error' };
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    ...(error.cause !== undefined && depth < MAX_CAUSES && { cause: describeError(error.cause, depth + 1) }),
  };
}
