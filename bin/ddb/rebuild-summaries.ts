import PQueue from 'p-queue';
import { requireSecondEdition } from '../../backend/table/edition.ts';
import { type Wiring, wire } from '../../backend/wiring.ts';
import type { Difference } from '../../backend/domain/inspection.ts';
import {
  compareSummaries,
  type GroupReport,
  rebuildSummaries,
} from '../../backend/domain/rebuild-summaries.ts';
import type { Key } from '../../schema/keys.ts';
import { UserError } from '../../cli/user-error.ts';
import { command, prodArgument, runAsProgram, type Script } from '../../cli/command.ts';
import { say, type Output } from '../../cli/screen.ts';
import { countOf } from '../../cli/present-numbers.ts';
import { oneLine } from '../../cli/text-width.ts';
import { type ConnectionOptions, connectionOptions, withConnection } from '../../cli/connection.ts';

/** The stream is about a second behind the log: a difference that lasts longer is an error. In ms. */
const SETTLE_MS = 5_000;
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
      'Repairs what is kept of a conversation beside its messages: summaries, read marks, deleted seqs.',
      ['./bin/ddb/rebuild-summaries --check', './bin/ddb/rebuild-summaries'],
    ),
  )
    .addArgument(prodArgument())
    .option('--check', 'only compare; the exit status is 1 when anything differs')
    .option('--group <group>', 'only this message group')
    .action((prod: string | undefined, options: Options) =>
      withConnection(options, prod, async ({ table }) => {
        await requireSecondEdition(table);
        const context = wire({ table });
        const groupIds = await chooseGroups(context, options.group);
        if (options.check) await check(streams.stdout, context, groupIds);
        else await rebuild(streams.stdout, context, groupIds);
      }),
    );

/** What was found in one group. */
interface Report extends GroupReport {
  readonly groupId: string;
}

async function check(output: Output, context: Wiring, groupIds: readonly string[]): Promise<void> {
  const reports = await forEachGroup(groupIds, (groupId) => compareSummaries(context, groupId, SETTLE_MS));
  print(output, reports);
  const differing = countItems(reports);
  if (differing > 0) {
    const items = countOf(differing, 'item');
    throw new UserError(
      `${items} of ${countOf(groupIds.length, 'group')} ${differing === 1 ? 'is' : 'are'} not as the log says: run it without --check`,
    );
  }
  requireWholeLogs(reports);
  say(output, `${countOf(groupIds.length, 'group')} compared: everything is as the log says`);
}

async function rebuild(output: Output, context: Wiring, groupIds: readonly string[]): Promise<void> {
  const reports = await forEachGroup(groupIds, (groupId) => rebuildSummaries(context, groupId));
  print(output, reports);
  const groups = countOf(groupIds.length, 'group');
  say(output, `${groups} read: ${countOf(countItems(reports), 'item')} repaired`);
  requireWholeLogs(reports);
}

const countItems = (reports: readonly Report[]): number =>
  reports.reduce((sum, { differences }) => sum + differences.length, 0);

/** @throws UserError where a log is damaged. */
function requireWholeLogs(reports: readonly Report[]): void {
  const damaged = reports.filter(({ faults }) => faults.length > 0).length;
  if (damaged === 0) return;
  throw new UserError(
    `${damaged === 1 ? 'the log' : 'the logs'} of ${countOf(damaged, 'group')} cannot be repaired: restore the items that are named above, or correct or delete those that are no messages`,
  );
}

/** Returns the given group, or all groups. @throws UserError for a group that does not exist. */
async function chooseGroups(context: Wiring, groupId: string | undefined): Promise<string[]> {
  if (groupId === undefined) return context.groups.ids();
  if (await context.groups.find(groupId)) return [groupId];
  throw new UserError(`there is no message group ${groupId} in table ${context.table.name}`);
}

/** Runs a task for each group, a few at once, and returns what was found. */
async function forEachGroup(
  groupIds: readonly string[],
  task: (groupId: string) => Promise<GroupReport>,
): Promise<Report[]> {
  const queue = new PQueue({ concurrency: CONCURRENCY });
  try {
    return await queue.addAll(groupIds.map((groupId) => async () => ({ groupId, ...(await task(groupId)) })));
  } finally {
    queue.clear();
  }
}

function print(output: Output, reports: readonly Report[]): void {
  for (const { differences, faults } of reports) {
    for (const { key, fault } of faults) say(output, `${keyText(key)}  ${fault}`);
    for (const { key, differences: list } of differences) {
      say(output, `${keyText(key)}  ${list.map(differenceText).join('; ')}`);
    }
  }
}

const keyText = ({ pk, sk }: Key): string => oneLine(`${pk}  ${sk}`);

function differenceText({ attribute, stored, expected }: Difference): string {
  // A preview is a message's text, which the operator must not see.
  if (attribute === 'preview') return 'preview is another text';
  if (attribute === 'item') return expected === true ? 'is missing' : 'should not exist';
  return `${attribute} is ${JSON.stringify(stored)}, the log says ${JSON.stringify(expected)}`;
}

await runAsProgram(import.meta.url, script);
