import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';

/*
 * Sections of the benchmarks' page that other benchmarks than `npm run bench` write. Each is between two marks: every
 * benchmark writes its own part, and leaves the others' unchanged.
 */

/** The npm scripts that write a section, in the order of the page. */
export const SECTION_COMMANDS = [
  'bench:cost',
  'bench:events',
  'bench:joins',
  'bench:subscriptions',
  'bench:metrics',
  'bench:peers',
] as const;
export type SectionCommand = (typeof SECTION_COMMANDS)[number];

const beginOf = (command: SectionCommand) => `<!-- Written by \`npm run ${command} -- --write\`. -->`;
const endOf = (command: SectionCommand) => `<!-- End of what \`npm run ${command}\` writes. -->`;
/** The heading before which a section is inserted, in a page that has none yet. */
const NEXT_HEADING = '## How to repeat it';

/** Returns a section of a page with its marks; empty if there is none. */
export function sectionIn(page: string, command: SectionCommand): string {
  const end = endOf(command);
  const [from, to] = [page.indexOf(beginOf(command)), page.indexOf(end)];
  return from === -1 || to < from ? '' : page.slice(from, to + end.length);
}

/** Puts a section into the page, in place of the old one. */
export async function writeSection(file: URL, command: SectionCommand, text: string): Promise<void> {
  const page = await readFile(file, 'utf8');
  const section = `${beginOf(command)}\n\n${text}\n\n${endOf(command)}`;
  const kept = sectionIn(page, command);
  const changed =
    kept === ''
      ? page.replace(NEXT_HEADING, () => `${section}\n\n${NEXT_HEADING}`)
      : page.replace(kept, () => section);
  await writeFile(file, await format(changed, { ...(await resolveConfig(file)), parser: 'markdown' }));
}
