import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PACKAGE_ROOT } from '../../local/config.ts';

const FOLDER = join(PACKAGE_ROOT, 'docs/decisions');
const files = readdirSync(FOLDER).filter((name) => /^\d{3}-[a-z0-9-]+\.md$/.test(name));
const index = readFileSync(join(FOLDER, 'README.md'), 'utf8');

/** Returns the part of a page that a pattern's first group matches. Fails if there is none. */
function partOf(file: string, pattern: RegExp): string {
  const part = pattern.exec(readFileSync(join(FOLDER, file), 'utf8'))?.[1];
  if (part === undefined) throw new Error(`${file} has nothing like ${String(pattern)}`);
  return part;
}

const three = (number: number) => String(number).padStart(3, '0');

/** Formats the numbers without a page, up to the highest, as the index writes them: 023–029, 040. */
function numbersWithoutPage(): string {
  const used = new Set(files.map((name) => Number(name.slice(0, 3))));
  const ranges: { first: number; last: number }[] = [];
  for (let number = 1; number < Math.max(...used); number += 1) {
    if (used.has(number)) continue;
    const range = ranges.at(-1);
    if (range?.last === number - 1) range.last = number;
    else ranges.push({ first: number, last: number });
  }
  return ranges
    .map(({ first, last }) => (first === last ? three(first) : `${three(first)}–${three(last)}`))
    .join(', ');
}

describe('the decisions', () => {
  it.each(files)('%s has its number in the title, a date and a status', (file) => {
    expect(partOf(file, /^# (\d+)\. .+/)).toBe(String(Number(file.slice(0, 3))));
    expect(partOf(file, /^Date: (.+)$/m)).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(partOf(file, /^Status: (.+)$/m)).toMatch(/^(accepted|rejected|superseded by \d{3})$/);
  });

  it('are all in the index, with their title, date and status, in the order of their numbers', () => {
    const rows = index
      .split('\n')
      .filter((line) => line.startsWith('| ['))
      .map((line) => line.replace(/ +/g, ' '));
    expect(rows).toEqual(
      files.sort().map((file) => {
        const title = partOf(file, /^# \d+\. (.+)/);
        const date = partOf(file, /^Date: (.+)$/m);
        return `| [${file.slice(0, 3)}](${file}) | ${title} | ${date} | ${partOf(file, /^Status: (.+)$/m)} |`;
      }),
    );
  });

  it('have no missing number that the index does not name', () => {
    expect(/^Numbers without a page: ([^.]*)\./m.exec(index)?.[1]).toBe(numbersWithoutPage());
  });
});
