import { setTimeout as sleep } from 'node:timers/promises';
import PQueue from 'p-queue';
import { type Wiring, wire } from '../../backend/wiring.ts';
import {
  compareSummaries,
  rebuildSummaries,
  type RowDifference,
  UnreadableLogError,
} from '../../backend/domain/rebuild-summaries.ts';
import { UserError } from '../../cli/user-error.ts';
import { command, prodArgument, runAsProgram, type Script } from '../../cli/command.ts';
import { say, type Output } from '../../cli/screen.ts';
import { countOf } from '../../cli/present-numbers.ts';
import { oneLine } from '../../cli/text-width.ts';
import { type ConnectionOptions, connectionOptions, withConnection } from '../../cli/connection.ts';

/** The stream is about a second behind the log: a difference that lasts longer is an error. In ms. */
const SETTLE_MS = 5_000;
const SETTLE_PAUSE_MS = 250;
const CONCURRENCY = 8;

interface Options extends ConnectionOptions {
  readonly check?: boolean;
  readonly group?: string;
}

/** The command line of `bin/ddb/rebuild-summaries`. */
export const script: Script = (streams) =>
  connectionOptions(
    command(
      streams,
      'rebuild-summaries',
      "Rebuilds every member's summary of a conversation from its messages.",
      ['./bin/ddb/rebuild-summaries --check', './bin/ddb/rebuild-summaries'],
    ),
  )
    .addArgument(prodArgument())
    .option('--check', 'only compare; the exit status is 1 when anything differs')
    .option('--group <group>', 'only this message group')
    .action((prod: string | undefined, options: Options) =>
      withConnection(options, prod, async ({ table }) => {
        const context = wire({ table });
        const groupIds = await chooseGroups(context, options.group);
        if (options.check) await check(streams.stdout, context, groupIds);
        else await rebuild(streams.stdout, context, groupIds);
      }),
    );

/** Why a group's log cannot be read, by group. */
type Faults = Map<string, string>;

async function check(output: Output, context: Wiring, groupIds: readonly string[]): Promise<void> {
  const faults: Faults = new Map();
  const compare = (ids: readonly string[]) =>
    forEachGroup(ids, faults, (groupId) => compareSummaries(context, groupId));
  let found = await compare(groupIds);
  for (const deadline = Date.now() + SETTLE_MS; found.length > 0 && Date.now() < deadline;) {
    await sleep(SETTLE_PAUSE_MS);
    found = await compare([...new Set(found.map((row) => row.groupId))]);
  }
  print(output, found, faults);
  if (found.length > 0) {
    const summaries = countOf(found.length, 'summary', 'summaries');
    const differ = found.length === 1 ? 'differs' : 'differ';
    throw new UserError(
      `${summaries} of ${countOf(groupIds.length, 'group')} ${differ} from the log: run it without --check`,
    );
  }
  requireReadable(faults);
  say(output, `${countOf(groupIds.length, 'group')} compared: every summary is as the log says`);
}

async function rebuild(output: Output, context: Wiring, groupIds: readonly string[]): Promise<void> {
  const faults: Faults = new Map();
  const rebuilt = await forEachGroup(groupIds, faults, (groupId) => rebuildSummaries(context, groupId));
  print(output, rebuilt, faults);
  const groups = countOf(groupIds.length - faults.size, 'group');
  say(output, `${groups} rebuilt: ${countOf(rebuilt.length, 'summary', 'summaries')} put right`);
  requireReadable(faults);
}

/** @throws UserError if a group's log could not be read. */
function requireReadable(faults: Faults): void {
  if (faults.size === 0) return;
  throw new UserError(
    `the ${faults.size === 1 ? 'log' : 'logs'} of ${countOf(faults.size, 'group')} cannot be read: correct or delete the items that are named above`,
  );
}

/** Returns the given group, or all groups. @throws UserError for a group that does not exist. */
async function chooseGroups(context: Wiring, groupId: string | undefined): Promise<string[]> {
  if (groupId === undefined) return context.groups.ids();
  const { group } = await context.members.listWithGroup(groupId);
  if (!group) throw new UserError(`there is no message group ${groupId} in table ${context.table.name}`);
  return [groupId];
}

/** Runs a task for each group. A log that cannot be read becomes a fault, and the other groups are still processed. */
async function forEachGroup(
  groupIds: readonly string[],
  faults: Faults,
  task: (groupId: string) => Promise<RowDifference[]>,
): Promise<RowDifference[]> {
  const queue = new PQueue({ concurrency: CONCURRENCY });
  try {
    const attempt = (groupId: string) =>
      task(groupId).catch((error: unknown) => {
        if (!(error instanceof UnreadableLogError)) throw error;
        faults.set(groupId, error.message);
        return [];
      });
    return (await Promise.all(groupIds.map((groupId) => queue.add(() => attempt(groupId))))).flat();
  } finally {
    queue.clear();
  }
}

function print(output: Output, rows: readonly RowDifference[], faults: Faults): void {
  for (const [groupId, fault] of faults) output.write(`group ${groupId}: ${oneLine(fault)}\n`);
  for (const { groupId, userId, differences } of rows) {
    const list = differences.map(({ attribute, stored, expected }) =>
      // A preview is a message's text, which the operator must not see.
      attribute === 'preview'
        ? 'preview is another text'
        : `${attribute} is ${JSON.stringify(stored)}, the log says ${JSON.stringify(expected)}`,
    );
    say(output, `group ${groupId} user ${userId}: ${list.join('; ')}`);
  }
}

await runAsProgram(import.meta.url, script);
