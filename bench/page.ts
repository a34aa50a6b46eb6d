import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { growingCosts } from './growth.ts';
import { DESCRIPTIONS, OPERATIONS } from './operations.ts';
import { SECTION_COMMANDS, sectionIn } from './page-section.ts';
import { clientsText } from './plan.ts';
import {
  aimResults,
  AIMS,
  aimsGrid,
  type AimResult,
  clientsGrid,
  cpuGrid,
  type Grid,
  growthGrid,
  throughputGrid,
  timesGrid,
  unitsGrid,
} from './report.ts';
import type { Results } from './results.ts';

/** Where the page is, from the package's root. */
export const PAGE = 'docs/benchmarks.md';

/** The same path as a file URL. */
export const PAGE_FILE = new URL(`../${PAGE}`, import.meta.url);

/** Writes the results as a page of the documentation. Keeps the sections that others write. */
export async function writePage(results: Results): Promise<void> {
  const page = await readFile(PAGE_FILE, 'utf8').catch(() => '');
  const kept = SECTION_COMMANDS.map((command) => sectionIn(page, command));
  await writeFile(PAGE_FILE, await benchmarkPage(results, kept));
}

async function benchmarkPage(results: Results, sections: readonly string[]): Promise<string> {
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

function introduction({ machine, engine, items, plan }: Results): string {
  return `# Benchmarks

The API compared with a bare loop over the AWS SDK that makes the same requests to the table, and how cost and time depend on the
amount of data. \`npm run bench -- --write\` writes this page; \`npm run bench:cost -- --write\` writes its section on what a user
costs, \`npm run bench:events -- --write\` the one on live events, \`npm run bench:joins -- --write\` the one on joins to one group,
\`npm run bench:peers -- --write\` the one beside the original.

- Date: ${machine.date}
- Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB
- Node: ${machine.node}
- Engine: ${engine}
- Run: ${plan.rounds} rounds of ${plan.windowMs / 1_000} s for each measurement, ${items.toLocaleString('en')} items in the table to begin with
- Load average before the run: ${machine.loadBefore.toFixed(1)}`;
}

function throughputSection({ throughput }: Results): string {
  return `## Throughput and times

${OPERATIONS.map((name) => `- **${name}**: ${DESCRIPTIONS[name]}`).join('\n')}

Each client sends one request at a time, and the next one as soon as it has the response. The API is complete: all
middleware, tokens verified, a log line for each request. The API, the engine and the clients share the machine's cores. The raw
loop runs in its own process, with the SDK's document client and the API's settings and HTTP client. Pairs are **API : raw loop**, medians of the rounds.
A ratio is the median of the rounds' ratios, API / raw loop, with the lowest and the highest. In a closed loop the times at
many clients follow from the throughput: the slower side has the longer queue.

${markdownTable(throughputGrid(throughput))}`;
}

function cpuSection({ throughput }: Results): string {
  return `## CPU time an operation

CPU time of the API's process and of the raw loop's, all threads, user and system, in milliseconds, without the clients and the
engine.

${markdownTable(cpuGrid(throughput))}

The same, compared with: the API over the SDK's document client (\`DDB_CLIENT=sdk\`); the raw loop with a client that has the
SDK's defaults, including Node's own HTTP client; the raw loop with the API's own client; and the floor, the raw loop without any
SDK: HTTP and JSON, one attempt, without a signature.

${markdownTable(clientsGrid(throughput))}

Their times, p50 / p99 in ms. A loop has its clients in its own process; those of the API are in another one, which needs a core too.

${markdownTable(timesGrid(throughput))}`;
}

function unitsSection({ units }: Results): string {
  return `## Capacity units

What the engine reports for one operation: W are write units, R are read units. Names and tails are cached, as in a process that has run
for a while.

${markdownTable(unitsGrid(units))}`;
}

function growthSection({ growth, plan }: Results): string {
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

function aimsSection({ throughput }: Results): string {
  const missed = aimResults(throughput).filter((result) => result.ratio > result.limit);
  return `## Aims

At ${AIMS.at.join(' and ')} clients an operation through the API should use at most ${AIMS.defaults} × the CPU time of a raw loop with the SDK's defaults
and ${AIMS.lean} × that of a raw loop with the API's own client, and its p99 should be at most ${AIMS.p99} × the raw loop's.

${markdownTable(aimsGrid(throughput))}

${gapText(missed)}`;
}

/** The gap for each aim, as a percentage. */
function gapText(missed: readonly AimResult[]): string {
  if (missed.length === 0) return 'All are reached everywhere.';
  const line = ({ aim, operation, clients, ratio, limit }: AimResult) => [
    aim,
    operation,
    clientsText(clients),
    ratio.toFixed(2),
    `${Math.round((ratio / limit - 1) * 100)} %`,
  ];
  return `Not reached:

${markdownTable({ head: ['aim', 'operation', 'clients', 'ratio', 'above the aim by'], rows: missed.map(line) })}

The API's own work (reading an HTTP request, checking it, responding and logging) costs about the same for each request. So the ratio is
highest where the SDK has least to do.`;
}

function repeatSection(): string {
  return `## How to repeat it

\`\`\`sh
npm install
npm run bench              # about ten minutes
npm run bench -- --quick   # a minute, coarse figures
npm run bench -- --replay  # recorded responses in place of the engine's: CPU time and throughput alone
npm run bench -- --write   # writes this page
npm run bench:cost         # one minute; with -- --write it writes the section on what a user costs a day
npm run bench:events       # half a minute; with -- --write it writes the section on live events
npm run bench:joins        # half a minute; with -- --write it writes the section on joins to one group
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
