import Table from 'cli-table3';
import { cutText, oneLine, textWidth } from './text-width.ts';

/** A column of a table. */
export interface Column {
  readonly heading: string;
  /** It holds texts of any length, which may be cut; the whole of them is what --json is for. */
  readonly text?: true;
}

/** Less of a text says nothing. */
const MIN_TEXT = 8;
/** Where no terminal says how much there is room for. */
const MAX_TEXT = 80;
/** A cell's two blanks and the line before it. */
const CELL_FRAME = 3;
/** A table's top, its headings and the line below them. */
const HEAD_LINES = 3;

/** How many columns there are to print on. Only a terminal has a width. */
export function screenWidth(): number {
  return process.stdout.isTTY ? process.stdout.columns : Infinity;
}

/** A table where it fits the terminal, with its texts cut if need be, and otherwise a paragraph for each row. */
export function presentTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(oneLine));
  const widths = fitWidths(columns, cells, screenWidth());
  if (widths === undefined) return cells.map((row) => paragraph(columns, row)).join('\n\n');
  const table = new Table({ head: columns.map(({ heading }) => heading), style: tableStyle() });
  table.push(...cells.map((row) => row.map((cell, at) => cutText(cell, widths[at] ?? 0))));
  return withoutInnerLines(table.toString());
}

/** Each row is one line: lines between them would only make the table twice as long. */
function withoutInnerLines(table: string): string {
  const lines = table.split('\n');
  return lines.filter((_line, at) => at < HEAD_LINES || at % 2 === 1 || at === lines.length - 1).join('\n');
}

function paragraph(columns: readonly Column[], row: readonly string[]): string {
  const lines = row.map((cell, at) => {
    const { heading = '', text } = columns[at] ?? {};
    return text ? cutText(`${heading}: ${cell}`, screenWidth()) : `${heading}: ${cell}`;
  });
  return lines.join('\n');
}

/** How wide each column becomes; undefined where even cut texts make too wide a table. */
function fitWidths(
  columns: readonly Column[],
  cells: readonly (readonly string[])[],
  screen: number,
): number[] | undefined {
  const widths = columns.map(({ heading, text }, at) => {
    const widest = Math.max(textWidth(heading), ...cells.map((row) => textWidth(row[at] ?? '')));
    return text && screen === Infinity ? Math.min(widest, MAX_TEXT) : widest;
  });
  const tooWide = () => widths.reduce((sum, width) => sum + width + CELL_FRAME, 1) > screen;
  while (tooWide()) {
    // The widest text gives way first.
    const [widest] = columns
      .flatMap(({ text }, at) => (text && (widths[at] ?? 0) > MIN_TEXT ? [at] : []))
      .sort((one, other) => (widths[other] ?? 0) - (widths[one] ?? 0));
    if (widest === undefined) return undefined;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function tableStyle() {
  const colours = process.stdout.isTTY && !process.env['NO_COLOR'];
  return colours ? { head: ['bold'], border: ['gray'] } : { head: [], border: [] };
}
