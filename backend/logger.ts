import { pino, type DestinationStream, type Logger } from 'pino';
import type { LogLevel } from './config.ts';

export type { Logger };

/** An error's causes that are logged with it. */
const MAX_CAUSES = 5;

/**
 * The process's logger: JSON lines with a level and a time. What must never stand in a log is not handed to it (the
 * texts of messages, tokens); of an error only its name, message and stack are written, because errors of the AWS SDK
 * carry the items they are about.
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

/** A line that cannot be written, on a full disk or to a reader that left, is lost: it must not stop the API. */
function standardOutput(): DestinationStream {
  const stream = pino.destination({ dest: 1, sync: true });
  stream.on('error', () => undefined);
  return stream;
}

/** What is logged of an error. */
export function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { message: 'something was thrown that is no error' };
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    ...(error.cause !== undefined && depth < MAX_CAUSES && { cause: describeError(error.cause, depth + 1) }),
  };
}
