import { styleText } from 'node:util';
import wrapAnsi from 'wrap-ansi';
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

/** How many columns there are to print on. Only a terminal has a width. */
export function screenWidth(stream: NodeJS.WriteStream = process.stdout): number {
  return stream.isTTY ? stream.columns : Infinity;
}

/**
 * Prints a paragraph and a line end. A terminal gets it wrapped between words; anything else as one line.
 * @param options.hanging columns by which every line but the first is indented.
 */
export function say(
  text: string,
  { stream = process.stdout, hanging = 0 }: { stream?: NodeJS.WriteStream; hanging?: number } = {},
): void {
  stream.write(`${wrapped(text, screenWidth(stream), hanging)}\n`);
}

/** A table where it fits the terminal, with its texts cut if need be, and otherwise a paragraph for each row. */
export function presentTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(oneLine));
  const widths = fitWidths(columns, cells, screenWidth());
  if (widths === undefined) return cells.map((row) => paragraph(columns, row)).join('\n\n');
  const bold = (text: string) => styleText('bold', text, { stream: process.stdout });
  return [
    rule('┌┬┐', widths),
    tableRow(
      columns.map(({ heading }) => heading),
      widths,
      bold,
    ),
    rule('├┼┤', widths),
    ...cells.map((row) => tableRow(row, widths)),
    rule('└┴┘', widths),
  ].join('\n');
}

function wrapped(text: string, width: number, hanging: number): string {
  if (width === Infinity) return text;
  const [first = '', ...rest] = wrapAnsi(text, width, { trim: false }).split('\n');
  if (rest.length === 0) return first;
  const others = wrapAnsi(rest.join('').trimStart(), width - hanging).split('\n');
  return [first.trimEnd(), ...others.map((line) => ' '.repeat(hanging) + line)].join('\n');
}

function rule(corners: string, widths: readonly number[]): string {
  const [left = '', middle = '', right = ''] = corners;
  return grey(left + widths.map((width) => '─'.repeat(width + CELL_FRAME - 1)).join(middle) + right);
}

/**
 * One line of a table. Terminals differ in the width of some scripts and emoji, so on a terminal each border is put at
 * its column, wherever the text before it ended there.
 */
function tableRow(
  row: readonly string[],
  widths: readonly number[],
  style = (text: string): string => text,
): string {
  let column = 1;
  const parts = widths.map((width, at) => {
    const cell = cutText(row[at] ?? '', width);
    column += width + CELL_FRAME;
    return ` ${style(cell)}${' '.repeat(width - textWidth(cell))} ${toColumn(column)}${grey('│')}`;
  });
  return grey('│') + parts.join('');
}

/** Moves a terminal's cursor to a column; the first one is 1. */
function toColumn(column: number): string {
  return process.stdout.isTTY ? `\u001b[${column}G` : '';
}

function grey(text: string): string {
  return styleText('gray', text, { stream: process.stdout });
}

function paragraph(columns: readonly Column[], row: readonly string[]): string {
  const lines = row.map((cell, at) => {
    const { heading = '', text } = columns[at] ?? {};
    return text ? cutText(`${heading}: ${cell}`, screenWidth()) : `${heading}: ${cell}`;
  });
  return lines.join('\n');
}

/** How wide each column becomes, its heading whole; undefined where even cut texts make too wide a table. */
function fitWidths(
  columns: readonly Column[],
  cells: readonly (readonly string[])[],
  screen: number,
): number[] | undefined {
  const narrowest = columns.map(({ heading }) => Math.max(MIN_TEXT, textWidth(heading)));
  const widths = columns.map(({ heading, text }, at) => {
    const widest = Math.max(textWidth(heading), ...cells.map((row) => textWidth(row[at] ?? '')));
    return text && screen === Infinity ? Math.min(widest, MAX_TEXT) : widest;
  });
  const tooWide = () => widths.reduce((sum, width) => sum + width + CELL_FRAME, 1) > screen;
  while (tooWide()) {
    // The widest text gives way first.
    const [widest] = columns
      .flatMap(({ text }, at) => (text && (widths[at] ?? 0) > (narrowest[at] ?? 0) ? [at] : []))
      .sort((one, other) => (widths[other] ?? 0) - (widths[one] ?? 0));
    if (widest === undefined) return undefined;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}
