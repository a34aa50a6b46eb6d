import { setTimeout as sleep } from 'node:timers/promises';
import PQueue from 'p-queue';
import { type Context, createContext } from '../../backend/context.ts';
import {
  compareSummaries,
  rebuildSummaries,
  type RowDifference,
} from '../../backend/domain/rebuild-summaries.ts';
import { UserError } from '../../local/user-error.ts';
import { command, prodArgument, runCommand } from '../command.ts';
import { countOf } from '../count-of.ts';
import { type ConnectionOptions, connectionOptions, withConnection } from './connection.ts';

/** The stream is a second behind the log: what differs for longer is wrong. */
const SETTLE_MS = 5_000;
const SETTLE_PAUSE_MS = 250;
const CONCURRENCY = 8;

interface Options extends ConnectionOptions {
  readonly check?: boolean;
  readonly group?: string;
}

const script = connectionOptions(
  command('rebuild-summaries', "Rebuilds every member's summary of a conversation from its messages."),
)
  .addArgument(prodArgument())
  .option('--check', 'only compare; the exit status is 1 when something differs')
  .option('--group <group>', 'only this message group')
  .action((prod: string | undefined, options: Options) =>
    withConnection(options, prod, async ({ table }) => {
      const context = createContext({ table });
      const groupIds = await chooseGroups(context, options.group);
      if (options.check) await check(context, groupIds);
      else await rebuild(context, groupIds);
    }),
  );

async function check(context: Context, groupIds: readonly string[]): Promise<void> {
  let found = await forEachGroup(groupIds, (groupId) => compareSummaries(context, groupId));
  for (const deadline = Date.now() + SETTLE_MS; found.length > 0 && Date.now() < deadline;) {
    await sleep(SETTLE_PAUSE_MS);
    const differing = [...new Set(found.map((row) => row.groupId))];
    found = await forEachGroup(differing, (groupId) => compareSummaries(context, groupId));
  }
  print(found);
  if (found.length > 0) {
    const summaries = countOf(found.length, 'summary', 'summaries');
    const differ = found.length === 1 ? 'differs' : 'differ';
    throw new UserError(
      `${summaries} of ${countOf(groupIds.length, 'group')} ${differ} from the log: run it without --check`,
    );
  }
  process.stdout.write(`${countOf(groupIds.length, 'group')} compared: every summary is as the log says\n`);
}

async function rebuild(context: Context, groupIds: readonly string[]): Promise<void> {
  const mended = await forEachGroup(groupIds, (groupId) => rebuildSummaries(context, groupId));
  print(mended);
  process.stdout.write(
    `${countOf(groupIds.length, 'group')} rebuilt: ${countOf(mended.length, 'summary', 'summaries')} put right\n`,
  );
}

/** The one that was named, or all there are. @throws UserError for one that is not there. */
async function chooseGroups(context: Context, groupId: string | undefined): Promise<string[]> {
  if (groupId === undefined) return context.groups.ids();
  const { group } = await context.members.listWithGroup(groupId);
  if (!group) throw new UserError(`there is no message group ${groupId} in table ${context.table.name}`);
  return [groupId];
}

async function forEachGroup(
  groupIds: readonly string[],
  task: (groupId: string) => Promise<RowDifference[]>,
): Promise<RowDifference[]> {
  const queue = new PQueue({ concurrency: CONCURRENCY });
  try {
    return (await Promise.all(groupIds.map((groupId) => queue.add(() => task(groupId))))).flat();
  } finally {
    queue.clear();
  }
}

function print(rows: readonly RowDifference[]): void {
  for (const { groupId, userId, differences } of rows) {
    const list = differences.map(({ attribute, stored, expected }) =>
      // A preview is a message's text, which is not for whoever runs scripts.
      attribute === 'preview'
        ? 'preview is another text'
        : `${attribute} is ${JSON.stringify(stored)}, the log says ${JSON.stringify(expected)}`,
    );
    process.stdout.write(`group ${groupId} user ${userId}: ${list.join('; ')}\n`);
  }
}

await runCommand(script);
