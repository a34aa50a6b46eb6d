import { largeGroupGrid, type LargeGroupFigures } from './large-group.ts';
import type { Machine } from './machine.ts';
import { markdownTable } from './page.ts';
import type { Grid } from './report.ts';
import { quantile } from './statistics.ts';
import { gridText } from './terminal.ts';

const BYTES_PER_KB = 1_024;

/** Times of live messages in one situation. */
export interface Live {
  readonly what: string;
  /** Times from the request to the event at the other person. */
  readonly eventMs: readonly number[];
  /** Times from the request to its response. */
  readonly answerMs: readonly number[];
}

/** What `npm run bench:events` measures. */
export interface EventsFigures {
  readonly machine: Machine;
  /** Number of messages that were timed, each time. */
  readonly messages: number;
  /** Number of streams that were open at most. */
  readonly streams: number;
  readonly lives: readonly Live[];
  /** Memory of one stream, in bytes. */
  readonly memory: { readonly rss: number; readonly heap: number };
  /** Number of messages until the client that never reads was disconnected. */
  readonly unread: number;
  readonly largeGroup: LargeGroupFigures;
}

function timesGrid({ lives }: EventsFigures): Grid {
  const ms = (values: readonly number[], share: number) => `${quantile(values, share).toFixed(1)} ms`;
  return {
    head: ['streams open', 'event p50', 'p95', 'p99', 'answer p50', 'p95', 'p99'],
    rows: lives.map(({ what, eventMs, answerMs }) => [
      what,
      ...[eventMs, answerMs].flatMap((times) => [0.5, 0.95, 0.99].map((share) => ms(times, share))),
    ]),
  };
}

/** Other results, one on each line. */
function remarks({ streams, memory, unread, largeGroup }: EventsFigures): string[] {
  const kb = (value: number) => `${(value / BYTES_PER_KB).toFixed(1)} KB`;
  return [
    `Memory of a stream, at ${streams.toLocaleString('en')}: ${kb(memory.rss)} of the process, ` +
      `${kb(memory.heap)} of it on the heap or in its external memory.`,
    `The client that never reads was disconnected after ${unread.toLocaleString('en')} messages of 4 KB, ` +
      "most of which were in the system's buffers.",
    `The first message to the large group, for which the row of each listener was read: ${largeGroup.firstMs.toFixed(0)} ms.`,
  ];
}

/** Formats the results for a terminal. */
export function eventsText(figures: EventsFigures): string {
  const { cpu, cores, node, loadBefore } = figures.machine;
  return [
    `${cpu}, ${cores} cores, node ${node}, load ${loadBefore.toFixed(1)}`,
    gridText(
      `${figures.messages} messages to a group of two, from the request to the other person's event and to the answer`,
      timesGrid(figures),
    ),
    gridText(
      'A group of 10,000: from the request to the event of the listener who came first',
      largeGroupGrid(figures.largeGroup),
    ),
    ...remarks(figures),
    '',
  ].join('\n');
}

/** The section of the benchmarks' page. */
export function eventsSection(figures: EventsFigures): string {
  const { cpu, cores, node, loadBefore, date } = figures.machine;
  return `## Live events

${figures.messages} messages to a group of two, one after another: the time from the beginning of the request to the event on the other
user's stream, and to the response. One API process publishes in process; it, the engine and the readers of all
streams share the machine's cores. ${date}, ${cpu}, ${cores} cores, node ${node}, load average before the run ${loadBefore.toFixed(1)}.

${markdownTable(timesGrid(figures))}

In the last row two other users are active: one sends texts of 4 KB, each as soon as the previous one is stored, and the
other one's stream is never read, until it is disconnected.

A named group of 10,000 members, whose listeners all have their stream at one process: the time from the request to the event, one
message after another, and then at a fixed rate for 10 s. The delay of the event loop is what other requests wait in addition.

${markdownTable(largeGroupGrid(figures.largeGroup))}

${remarks(figures)
  .map((line) => `- ${line}`)
  .join('\n')}`;
}
