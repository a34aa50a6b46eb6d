import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';

/*
 * The section of the benchmarks' page on live events. Another benchmark measures them, so the section is between two
 * marks: each of the two benchmarks writes its own part, and leaves the other's unchanged.
 */

const BEGIN = '<!-- Written by `npm run bench:events -- --write`. -->';
const END = '<!-- End of what `npm run bench:events` writes. -->';
/** The heading before which the section is inserted, in a page that has none yet. */
const NEXT_HEADING = '## How to repeat it';

/** Returns the section of a page with its marks; empty if there is none. */
export function eventsSectionOf(page: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  return begin === -1 || end < begin ? '' : page.slice(begin, end + END.length);
}

/** Puts a section into the page, in place of the old one. */
export async function writeEventsSection(file: URL, text: string): Promise<void> {
  const page = await readFile(file, 'utf8');
  const section = `${BEGIN}\n\n${text}\n\n${END}`;
  const kept = eventsSectionOf(page);
  const changed =
    kept === ''
      ? page.replace(NEXT_HEADING, () => `${section}\n\n${NEXT_HEADING}`)
      : page.replace(kept, () => section);
  await writeFile(file, await format(changed, { ...(await resolveConfig(file)), parser: 'markdown' }));
}
