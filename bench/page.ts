import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { growingCosts } from './growth.ts';
import { DESCRIPTIONS, OPERATIONS } from './operations.ts';
import { SECTION_COMMANDS, sectionIn } from './page-section.ts';
import {
  AIMS,
  aimsGrid,
  clientsGrid,
  cpuGrid,
  type Grid,
  growthGrid,
  missedGrid,
  throughputGrid,
  timesGrid,
  unitsGrid,
} from './report.ts';
import type { Results } from './results.ts';

/** Where the page is, from the package's root. */
export const PAGE = 'docs/benchmarks.md';

/** The same path as a file URL. */
export const PAGE_FILE = new URL(`../${PAGE}`, import.meta.url);

/** Results of a whole run. */
export type PageResults = Results & Required<Pick<Results, 'onEngine'>>;

/** Writes the results as a page of the documentation. Keeps the sections that others write. */
export async function writePage(results: PageResults): Promise<void> {
  const page = await readFile(PAGE_FILE, 'utf8').catch(() => '');
  const kept = SECTION_COMMANDS.map((command) => sectionIn(page, command));
  await writeFile(PAGE_FILE, await benchmarkPage(results, kept));
}

async function benchmarkPage(results: PageResults, sections: readonly string[]): Promise<string> {
  const text = [
    introduction(results),
    throughputSection(results),
    cpuSection(results),
    unitsSection(results),
    growthSection(results),
    aimsSection(results),
    ...sections.filter((section) => section !== ''),
    repeatSection(),
  ].join('\n\n');
  return format(text, { ...(await resolveConfig(PAGE)), parser: 'markdown' });
}

function introduction({ machine, onEngine: { engine, items }, plan }: PageResults): string {
  return `# Benchmarks

The API compared with a bare loop over the AWS SDK that makes the same requests to the table, and how cost and time depend on the
amount of data. \`npm run bench -- --write\` writes this page; \`npm run bench:cost -- --write\` writes its section on what a user
costs, \`npm run bench:events -- --write\` the one on live events, \`npm run bench:joins -- --write\` the one on joins to one group,
\`npm run bench:subscriptions -- --write\` the one on subscriptions,
\`npm run bench:peers -- --write\` the one beside the original.

- Date: ${machine.date}
- Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB
- Node: ${machine.node}
- Engine: ${engine}
- Run: ${plan.rounds} rounds of ${plan.windowMs / 1_000} s for each measurement, ${items.toLocaleString('en')} items in the table to begin with
- Load average before the run: ${machine.loadBefore.toFixed(1)}`;
}

function throughputSection({ onEngine: { throughput } }: PageResults): string {
  return `## Throughput and times

${OPERATIONS.map((name) => `- **${name}**: ${DESCRIPTIONS[name]}`).join('\n')}

Each client sends one request at a time, and the next one as soon as it has the response. The API is complete: all
middleware, tokens verified, a log line for each request. The API, the engine and the clients share the machine's cores. The raw
loop runs in its own process, with the SDK's document client, and the API's settings and undici. Pairs are **API : raw loop**, medians of the rounds.
A ratio is the median of the rounds' ratios, API / raw loop, with the lowest and the highest. In a closed loop the times at
many clients follow from the throughput: the slower side has the longer queue.

${markdownTable(throughputGrid(throughput))}`;
}

function cpuSection({ compared, onEngine: { throughput } }: PageResults): string {
  return `## CPU time an operation

CPU time of the API's process and of the raw loop's, all threads, user and system, in milliseconds, without the clients and the
engine. API : raw loop, with the engine:

${markdownTable(cpuGrid(throughput))}

With recorded responses in place of the engine's, which leave more of the two cores to what is measured. The API is compared with:

- **API, DDB_CLIENT=sdk**: the API over the SDK's document client.
- **loop, document client, defaults**: the raw loop with the SDK's document client, its default settings, and Node's own HTTP client.
- **loop, document client, our settings**: the same with the API's settings and undici. It was the API's own client before the client of
  decisions 80 and 84, and is what \`DDB_CLIENT=sdk\` selects. The aim of ${AIMS.raw} was set for this loop, with that client.
- **loop, the API's client**: the raw loop with the client that the API has now. There is no aim for it: it gains from the client as the
  API does, and it neither reads and writes HTTP for its own callers, nor verifies a token, checks input, presents a result or logs a line.
- **loop, no SDK**: the floor: HTTP and JSON, one attempt, without a signature.

${markdownTable(clientsGrid(compared))}

Their times, p50 / p99 in ms. A loop has its clients in its own process; those of the API are in another one, which needs a core too.

${markdownTable(timesGrid(compared))}`;
}

function unitsSection({ onEngine: { units } }: PageResults): string {
  return `## Capacity units

What the engine reports for one operation: W are write units, R are read units. Names and tails are cached, as in a process that has run
for a while.

${markdownTable(unitsGrid(units))}`;
}

function growthSection({ onEngine: { growth }, plan }: PageResults): string {
  const growing = growingCosts(growth);
  return `## Growth

One client, through the API; medians of ${plan.samples} requests, alternating between the sizes. The benchmark fails if the units differ
along a row, or between pages of one kind. Times are only shown.

By the number of messages in a group (pages of 50; the page after a seq does not read the newest change):

${markdownTable(growthGrid(growth, 'messages'))}

By the number of conversations of a user (pages of 20, of 12 conversations a day; the last page reads no more rows than it shows):

${markdownTable(growthGrid(growth, 'groups'))}

${growing.length === 0 ? 'No cost grows.' : `**Costs grow**: ${growing.join('; ')}`}`;
}

function aimsSection(results: PageResults): string {
  const missed = missedGrid(results);
  return `## Aims

At ${AIMS.at.join(' and ')} clients an operation through the API should use at most ${AIMS.defaults} × the CPU time of a raw loop over the SDK's document
client with its defaults, and at most ${AIMS.raw} × that of one with our settings; its p99 should be at most ${AIMS.p99} × that of the latter.

${markdownTable(aimsGrid(results))}

${missed.rows.length === 0 ? 'All are reached everywhere.' : `Not reached:\n\n${markdownTable(missed)}`}`;
}

function repeatSection(): string {
  return `## How to repeat it

\`\`\`sh
npm install
npm run bench              # six to eight minutes
npm run bench -- --quick   # a minute, coarse figures
npm run bench -- --replay  # only the part with recorded responses
npm run bench -- --write   # writes this page
npm run bench:cost         # one minute; with -- --write it writes the section on what a user costs a day
npm run bench:events       # half a minute; with -- --write it writes the section on live events
npm run bench:joins        # a minute; with -- --write it writes the section on joins and messages to one group
REDIS_URL=redis://localhost:6379 npm run bench:subscriptions  # ten seconds; with -- --write it writes the section on subscriptions
npm run bench:metrics      # a minute and a half; with -- --write it writes the section on measuring
npm run bench:peers -- --original <checkout> --python <python>  # a minute; with --write the section on the original
\`\`\`

It needs Linux on x64 for the embedded engine, and at least two cores. Everything it starts runs in memory and ends with it.
Compare ratios, not times: machines differ, and other programs slow down both sides. The engine's table has no
stream, because with one each write reads all earlier records of the stream.`;
}

export function markdownTable({ head, rows }: Grid): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
