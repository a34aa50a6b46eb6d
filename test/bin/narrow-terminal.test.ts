import xterm from '@xterm/headless';
import { beforeAll, expect, it } from '@jest/globals';
import { defaultPlan } from '../../local/seed/default-plan.ts';
import { seedTable, seedUserId } from '../../local/seed/seed-table.ts';
import { directGroupId } from '../../schema/ids.ts';
import { useTestTable } from '../support/test-table.ts';
import { callScript } from './run-script.ts';
import { itOnTerminal, runOnTerminal } from './script-processes.ts';

const db = useTestTable();

beforeAll(async () => {
  await seedTable({ table: db().table }, defaultPlan(new Date()));
});

/** Renders an output on a terminal of so many columns: its lines, and whether each continues the one above. */
async function show(output: string, columns: number) {
  const terminal = new xterm.Terminal({ cols: columns, rows: 500, allowProposedApi: true, convertEol: true });
  await new Promise<void>((resolve) => terminal.write(output, resolve));
  const lines = Array.from({ length: 500 }, (_, row) => terminal.buffer.active.getLine(row));
  const shown = lines.map((line) => ({
    text: line?.translateToString(true) ?? '',
    isRest: line?.isWrapped ?? false,
    cells: Array.from({ length: columns }, (_, at) => line?.getCell(at)?.getChars() ?? ''),
  }));
  terminal.dispose();
  return shown.filter(({ text, isRest }) => text !== '' || isRest);
}

const environment = () => ({
  AWS_ENDPOINT_URL: db().endpoint,
  DDB_MESSAGE_TABLE: db().tableName,
  DATA_DIR: '/nonexistent',
});

/** What a terminal shows of a script that runs in this process. */
async function showScript(columns: number, script: string, ...args: readonly string[]) {
  const { stdout } = await callScript(`ddb/${script}`, args, { env: environment(), columns });
  return show(stdout, columns);
}

/** Returns the columns that hold a border in a line of a table. */
const bordersIn = (cells: readonly string[]): number[] =>
  cells.flatMap((cell, at) => (/[┌┬┐│├┼┤└┴┘]/.test(cell) ? [at] : []));

const GROUP = directGroupId(seedUserId('ada'), seedUserId('al-khwarizmi'));
/** Commands for each kind of output: tables, paragraphs, reports, questions, errors. */
const SCRIPTS = [
  ['list-tables'],
  ['scan', '--limit', '20'],
  ['patterns/get-conversation', GROUP],
  ['doctor'],
  ['rebuild-summaries', '--check'],
  ['seed', 'foo'],
  ['patterns/get-conversation', 'nonsense'],
  ['compare', 'not-there', 'either'],
] as const;

it('no script runs over the end of a line in 80 columns', async () => {
  let lines = 0;
  for (const [script, ...args] of SCRIPTS) {
    const shown = await showScript(80, script, ...args);
    expect(shown).not.toEqual([]);
    expect(shown.filter(({ isRest }) => isRest)).toEqual([]);
    lines += shown.length;
  }
  expect(lines).toBeGreaterThan(100);
});

it('a table in 100 columns has whole headings, and its borders in line', async () => {
  expectTableInLine(await showScript(100, 'patterns/list-conversations', 'ada'));
});

itOnTerminal('a process on a terminal of 80 columns prints the same', async () => {
  const options = { env: environment() };
  const { stdout } = await runOnTerminal('$bin/ddb/patterns/list-conversations ada', 80, options);
  expectTableInLine(await show(stdout, 80));
  const called = await callScript('ddb/patterns/list-conversations', ['ada'], { ...options, columns: 80 });
  expect(stdout).toBe(called.stdout);
});

function expectTableInLine(lines: Awaited<ReturnType<typeof show>>): void {
  expect(lines.filter(({ isRest }) => isRest)).toEqual([]);
  const table = lines.filter(({ text }) => /^[┌│├└]/.test(text));
  expect(table[1]?.text).toMatch(/│ conversation +│ with +│ last message +│ at \(UTC\) +│ unread │/);
  expect(table).toHaveLength(9 + 4);
  const borders = bordersIn(table[0]?.cells ?? []);
  expect(borders).toHaveLength(6);
  for (const { cells } of table) expect(bordersIn(cells)).toEqual(borders);
  // The output includes Devanagari, whose width differs between terminals.
  expect(lines.map(({ text }) => text).join('\n')).toMatch(/[\u0900-\u097f]/);
}
