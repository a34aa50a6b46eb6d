import { writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { meterCapacity } from '../backend/table/capacity-meter.ts';
import { createDynamoClient } from '../backend/table/client.ts';
import { openTable } from '../backend/table/table.ts';
import { withChildren } from './children.ts';
import { Replayer } from './cost/replay.ts';
import {
  compare,
  comparisonGrid,
  type Day,
  operationsGrid,
  shareOfOriginal,
  traceGrid,
} from './cost/report.ts';
import { type Activity, generateTrace, pairs, type Scene, team } from './cost/trace.ts';
import { type Engine, startEngine } from './engine.ts';
import { markdownTable, PAGE, PAGE_FILE } from './page.ts';
import { writeSection } from './page-section.ts';
import { type Circle, CIRCLES } from './people.ts';
import { gridText } from './terminal.ts';

/*
 * `npm run bench:cost`: what a user costs a day, by the engine's own report, beside the original and the first edition.
 * Nothing is timed: the figures are the same on every machine. Status 1 if an aim is missed.
 */

interface Measured {
  readonly scene: Scene;
  readonly circle: Circle;
  /** The highest share of the original's cost. */
  readonly aim: number;
}

const ACTIVITY: Activity = { sends: 20, inboxReads: 15 };

/** @param active active users of pairs, of a team of 20, and of one of 100. */
function scenesWith(active: readonly [number, number, number]): Measured[] {
  return [
    { scene: pairs(active[0]), circle: CIRCLES.pairs, aim: 0.62 },
    { scene: team(20, 3, active[1]), circle: CIRCLES.groups, aim: 0.08 },
    { scene: team(100, 3, active[2]), circle: CIRCLES.largeGroups, aim: 0.016 },
  ];
}

const FULL = scenesWith([20, 20, 40]);
const QUICK = scenesWith([6, 4, 4]);
const SEED = 14;

const options = new Command('npm run bench:cost --')
  .description(
    'Replays a day of chat on the API and the stream, and prints what a user costs. Takes about a minute.',
  )
  .option('--quick', 'a day of fewer users, in a few seconds')
  .addOption(new Option('--seed <n>', 'of the generated day').default(SEED).argParser(Number))
  .addOption(
    new Option('--window <ms>', 'how long the stream collects a batch; 0: each message is a batch')
      .default(1_000)
      .argParser(Number),
  )
  .addOption(new Option('--write', `also writes the part on cost of ${PAGE}`).conflicts('quick'))
  .parse()
  .opts<{ quick?: true; seed: number; window: number; write?: true }>();

/** What `npm run cost` multiplies: the figures of the page, for a program. */
const FIGURES = new URL('cost/figures.json', import.meta.url);

/** An active user's day: the units of the table, and how many requests it takes. */
function figuresOf(day: Day) {
  const { W, R } = compare(day, true).here;
  const opened = day.replay.openings / day.scene.active;
  return {
    conversations: day.scene.name,
    W: Number(W.toFixed(2)),
    R: Number(R.toFixed(2)),
    sends: ACTIVITY.sends,
    // An opened conversation is a page of messages and a read mark.
    requests: ACTIVITY.sends + ACTIVITY.inboxReads + 2 * opened,
  };
}

async function replayDays(engine: Engine): Promise<Day[]> {
  const client = createDynamoClient(engine.dynamo);
  const meter = meterCapacity(client);
  const table = openTable(client, engine.dynamo.tableName);
  try {
    const days: Day[] = [];
    for (const { scene, circle, aim } of options.quick ? QUICK : FULL) {
      process.stderr.write(`${new Date().toLocaleTimeString('en-GB')} ${scene.name}\n`);
      const trace = generateTrace(scene, ACTIVITY, options.seed);
      const replayer = new Replayer(table, meter, { scene, circle });
      await replayer.prepare();
      const replay = await replayer.replay(trace, options.window);
      days.push({ scene, trace, windowMs: options.window, replay, aim });
    }
    return days;
  } finally {
    client.destroy();
  }
}

function print(days: readonly Day[]): void {
  const { sends, inboxReads } = ACTIVITY;
  process.stdout.write(
    [
      `A day of ${sends} messages and ${inboxReads} inbox reads a user, seed ${options.seed}, batches of ${options.window} ms`,
      gridText('What a user costs a day: messages and inbox', comparisonGrid(days, false)),
      gridText('With conversations opened and marked as read', comparisonGrid(days, true)),
      gridText('This design, by operation', operationsGrid(days)),
      gridText('The generated day', traceGrid(days)),
      '',
    ].join('\n'),
  );
}

function sectionOf(days: readonly Day[]): string {
  return `## What a user costs a day

A generated day of chat (\`bench/cost/trace.ts\`, seed ${options.seed}), replayed on the API's use cases and the stream's handler in simulated
time; the units are the engine's report. Nothing is timed: the figures are the same on every machine. Prices are those
of on-demand capacity in us-east-1: $0.625 for a million W, $0.125 for a million R.

${markdownTable(comparisonGrid(days, false))}

With conversations opened and marked as read; the original has no read marks:

${markdownTable(comparisonGrid(days, true))}

By operation, in this design:

${markdownTable(operationsGrid(days))}

The generated day, and the aims:

${markdownTable(traceGrid(days))}

${ASSUMPTIONS}`;
}

const ASSUMPTIONS = `What the day assumes:

- Figures are for one active user. A user sends ${ACTIVITY.sends} messages of 4 to 160 characters and looks at the inbox ${ACTIVITY.inboxReads} times, between 8 and 23 h. Users of pairs write with
  four others; a team of 20 or 100 shares three groups, and 40 of the 100 are active. Every conversation began on the day before.
- One person sends 1 to 4 lines in a row, 0.3 to 6 s apart; turns follow each other after 0.8 to 60 s, 2 to 10 in a session. Short
  pauses are more frequent: they are drawn by their logarithm.
- The stream has one shard and collects for 1 s. \`--window 0\` delivers each message by itself, which costs most.
- After a look at the inbox, the newest conversation with unread messages is opened: one page of 20 messages, and one read mark.
- Sends have no \`Idempotency-Key\`; with one and \`after_seq\` a send costs the same.
- One process serves all users. It remembers the tails of logs, and names for 10 s of the simulated time, which is rarely long enough.
  Each request also reads the caller's own profile, if it is not remembered.
- No message is edited or deleted, and no event stream is open.

The rules of the others, in \`bench/cost/rules.ts\`:

- **Original**, the Flask backend of Cruddur's week 5: sending to N people is 4N + 1 W: one PutItem, and in its function, which takes one
  message at a time, a Query of the group's rows in the index and for each row a DeleteItem and a PutItem, 2 W each with the index. For 2 people the engine reports 9 W + 0.5 R,
  for 100 people 401 W + 4.5 R. An inbox read is one Query of the user's rows, a page of history one Query of messages. It keeps names in the rows;
  what it asks of its relational database is not counted.
- **First edition** of this design: a send is 1 W and 1 R for each 8 members; the stream's function, for each conversation in a batch, 3 W a member
  and 1 R for each 8. The names that it reads are not counted.`;

await withChildren(async (children) => {
  const days = await replayDays(await startEngine(children));
  print(days);
  if (options.write) {
    await writeSection(PAGE_FILE, 'bench:cost', sectionOf(days));
    await writeFile(FIGURES, `${JSON.stringify(days.map(figuresOf), null, 2)}\n`);
  }
  const missed = days.filter((day) => shareOfOriginal(day) > day.aim);
  for (const { scene, aim } of missed) {
    process.stderr.write(`bench: ${scene.name} cost more than ${aim} of the original\n`);
    process.exitCode = 1;
  }
});
