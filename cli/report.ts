import { renderJson } from '../backend/json-text.ts';
import type { Usage } from '../backend/table/capacity-meter.ts';
import { withoutIsolates } from '../schema/isolate-name.ts';
import { type Column, presentTable, say, type Streams } from './screen.ts';
import { presentUsage } from './present-numbers.ts';

/** The rows that an access pattern returned, and their cost. */
export interface PatternReport<Row extends object> {
  /** What it was run for; printed before the rows. */
  readonly title: string;
  readonly rows: readonly Row[];
  /** Whether there are more rows than the limit. */
  readonly more: boolean;
  /** The noun for one row, and for several. */
  readonly noun: readonly [one: string, many: string];
  readonly usage: Usage;
}

/** How rows are printed for a person. */
export interface RowView<Row> {
  readonly columns: readonly Column[];
  readonly cells: (row: Row) => readonly string[];
}

/** Prints a table with its cost below; or the rows as a JSON array on stdout, and title and cost on stderr. */
export function printReport<Row extends object>(
  { stdout, stderr }: Streams,
  { title, rows, more, noun: [one, many], usage }: PatternReport<Row>,
  { columns, cells }: RowView<Row>,
  json: boolean,
): void {
  const found = `${rows.length} ${rows.length === 1 ? one : many}${more ? ', and there are more (--limit)' : ''}`;
  const cost = `${found}; ${presentUsage(usage)}`;
  if (json) {
    stdout.write(`${renderJson(rows, 2)}\n`);
    say(stderr, `${title}: ${cost}`);
    return;
  }
  say(stdout, title);
  if (rows.length > 0) stdout.write(`${presentTable(stdout, columns, rows.map(cells))}\n`);
  say(stdout, cost);
}

/**
 * Formats a message for a cell of a table. Few terminals support isolates: those around the names in a system message
 * are left out, and the table escapes other characters that change the direction of text.
 */
export function messageText(message: string | null, kind: 'text' | 'system'): string {
  if (message === null) return '(deleted)';
  return kind === 'system' ? withoutIsolates(message) : message;
}

/** Formats a stored time in few columns, as `ls` does: day and minute, or the date of another year. In UTC. */
export function shortTime(iso: string, now: Date): string {
  const sameYear = iso.slice(0, 4) === String(now.getUTCFullYear());
  return sameYear ? iso.slice(5, 16).replace('T', ' ') : iso.slice(0, 10);
}
