import type { Usage } from '../backend/table/capacity-meter.ts';
import { withoutIsolates } from '../backend/domain/isolate-name.ts';
import { type Column, presentTable, say, type Streams } from './screen.ts';
import { presentUsage } from './present-numbers.ts';

/** What an access pattern found and what it cost. */
export interface PatternReport<Row extends object> {
  /** What it was run for: said before the rows. */
  readonly title: string;
  readonly rows: readonly Row[];
  /** Whether there are more behind the limit. */
  readonly more: boolean;
  /** What a row is, and what several are. */
  readonly noun: readonly [one: string, many: string];
  readonly usage: Usage;
}

/** How rows are shown to a person. */
export interface RowView<Row> {
  readonly columns: readonly Column[];
  readonly cells: (row: Row) => readonly string[];
}

/** Prints a table with its cost below; or the rows alone as a JSON array, and what people are told on stderr. */
export function printReport<Row extends object>(
  { stdout, stderr }: Streams,
  { title, rows, more, noun: [one, many], usage }: PatternReport<Row>,
  { columns, cells }: RowView<Row>,
  json: boolean,
): void {
  const found = `${rows.length} ${rows.length === 1 ? one : many}${more ? ', and there are more (--limit)' : ''}`;
  const cost = `${found}; ${presentUsage(usage)}`;
  if (json) {
    stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
    say(stderr, `${title}: ${cost}`);
    return;
  }
  say(stdout, title);
  if (rows.length > 0) stdout.write(`${presentTable(stdout, columns, rows.map(cells))}\n`);
  say(stdout, cost);
}

/**
 * A message for a cell of a table. Few terminals know isolates: those around the names of a system message are left out,
 * and the table escapes what else could change its direction.
 */
export function messageText(message: string | null, kind: 'text' | 'system'): string {
  if (message === null) return '(deleted)';
  return kind === 'system' ? withoutIsolates(message) : message;
}

/** A stored time in few columns, as `ls` shows it: the day and the minute, or the date of another year. UTC. */
export function shortTime(iso: string, now: Date): string {
  const sameYear = iso.slice(0, 4) === String(now.getUTCFullYear());
  return sameYear ? iso.slice(5, 16).replace('T', ' ') : iso.slice(0, 10);
}
