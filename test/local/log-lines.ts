import { createLogger, type Logger } from '../../backend/logger.ts';

/** A logger whose lines a test reads. */
export function keepLines(): { readonly lines: Record<string, unknown>[]; readonly logger: Logger } {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
  return { lines, logger: createLogger('info', { write }) };
}
