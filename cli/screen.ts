import { styleText } from 'node:util';
import wrapAnsi from 'wrap-ansi';
import { cutText, oneLine, textWidth } from './text-width.ts';

/** A column of a table. */
export interface Column {
  readonly heading: string;
  /** Its texts may be of any length, and may be cut; --json prints them whole. */
  readonly text?: true;
}

/** A text that is cut shorter is of no use. In columns. */
const MIN_TEXT = 8;
/** Maximum columns of a text where there is no terminal with a width. */
const MAX_TEXT = 80;
/** The columns of a cell's two blanks and the line before it. */
const CELL_FRAME = 3;

/** A stream for text. A terminal's has a width. */
export interface Output extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** The streams of a script: a process's own, or a test's. */
export interface Streams {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
}

/** Returns the width of a terminal in columns, and Infinity for any other stream. */
export function screenWidth({ isTTY = false, columns = Infinity }: Output): number {
  return isTTY ? columns : Infinity;
}

/**
 * Prints a paragraph and a line end: wrapped between words on a terminal, as one line anywhere else.
 * @param options.hanging columns by which every line but the first is indented.
 */
export function say(output: Output, text: string, { hanging = 0 }: { hanging?: number } = {}): void {
  output.write(`${wrapped(text, screenWidth(output), hanging)}\n`);
}

/** Formats rows as a table if it fits the terminal, with its texts cut if need be; otherwise as a paragraph for each row. */
export function presentTable(
  output: Output,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const cells = rows.map((row) => row.map(oneLine));
  const widths = fitWidths(columns, cells, screenWidth(output));
  if (widths === undefined) return cells.map((row) => paragraph(output, columns, row)).join('\n\n');
  const bold = (text: string) => styleText('bold', text, { stream: output });
  return [
    rule(output, '┌┬┐', widths),
    tableRow(
      output,
      columns.map(({ heading }) => heading),
      widths,
      bold,
    ),
    rule(output, '├┼┤', widths),
    ...cells.map((row) => tableRow(output, row, widths)),
    rule(output, '└┴┘', widths),
  ].join('\n');
}

function wrapped(text: string, width: number, hanging: number): string {
  if (width === Infinity) return text;
  const [first = '', ...rest] = wrapAnsi(text, width, { trim: false }).split('\n');
  if (rest.length === 0) return first;
  const others = wrapAnsi(rest.join('').trimStart(), width - hanging).split('\n');
  return [first.trimEnd(), ...others.map((line) => ' '.repeat(hanging) + line)].join('\n');
}

function rule(output: Output, corners: string, widths: readonly number[]): string {
  const [left = '', middle = '', right = ''] = corners;
  return grey(output, left + widths.map((width) => '─'.repeat(width + CELL_FRAME - 1)).join(middle) + right);
}

/**
 * Formats one line of a table. Terminals differ in the width of some scripts and emoji, so on a terminal the cursor
 * moves to the column of each border, wherever the text before it ended.
 */
function tableRow(
  output: Output,
  row: readonly string[],
  widths: readonly number[],
  style = (text: string): string => text,
): string {
  let column = 1;
  const parts = widths.map((width, at) => {
    const cell = cutText(row[at] ?? '', width);
    column += width + CELL_FRAME;
    return ` ${style(cell)}${' '.repeat(width - textWidth(cell))} ${toColumn(output, column)}${grey(output, '│')}`;
  });
  return grey(output, '│') + parts.join('');
}

/** Moves a terminal's cursor to a column; the first one is 1. */
function toColumn(output: Output, column: number): string {
  return output.isTTY ? `\u001b[${column}G` : '';
}

function grey(output: Output, text: string): string {
  return styleText('gray', text, { stream: output });
}

function paragraph(output: Output, columns: readonly Column[], row: readonly string[]): string {
  const lines = row.map((cell, at) => {
    const { heading = '', text } = columns[at] ?? {};
    return text ? cutText(`${heading}: ${cell}`, screenWidth(output)) : `${heading}: ${cell}`;
  });
  return lines.join('\n');
}

/** Returns the width of each column, with its heading whole; undefined if the table is too wide even with cut texts. */
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
    // The widest text is cut first.
    const [widest] = columns
      .flatMap(({ text }, at) => (text && (widths[at] ?? 0) > (narrowest[at] ?? 0) ? [at] : []))
      .sort((one, other) => (widths[other] ?? 0) - (widths[one] ?? 0));
    if (widest === undefined) return undefined;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}
