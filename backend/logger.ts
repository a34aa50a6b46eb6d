import { pino, type DestinationStream, type Logger } from 'pino';
import type { LogLevel } from './config.ts';

export type { Logger };

/**
 * The process's logger: JSON lines with a level, a time and the component's name. What must never stand in a log is
 * not handed to it (texts of messages) or cut out here (tokens, wherever a request or an error carries its headers).
 */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: {},
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: ['req.headers', 'res.headers', '*.authorization', '*.Authorization', '*.token'],
      remove: true,
    },
  };
  return destination ? pino(options, destination) : pino(options);
}
