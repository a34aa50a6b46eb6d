import { type Wiring, wire } from '../../../backend/wiring.ts';
import { readAnnotations } from '../../../backend/domain/annotations.ts';
import { readDetails } from '../../../backend/domain/message-details.ts';
import { type MessageAnswer, presentMessage } from '../../../backend/presentation/message.ts';
import { meterCapacity } from '../../../backend/table/capacity-meter.ts';
import { knownHandles } from '../../../local/known-handles.ts';
import { UserError } from '../../../cli/user-error.ts';
import { MAX_SEQ } from '../../../schema/keys.ts';
import {
  addNotes,
  command,
  parseLimit,
  prodArgument,
  runAsProgram,
  UNITS_NOTE,
  type Script,
} from '../../../cli/command.ts';
import { findPersonIfThere } from '../../../cli/people.ts';
import { type ConnectionOptions, connectionOptions, withConnection } from '../../../cli/connection.ts';
import { messageText, printReport, type RowView, shortTime } from '../../../cli/report.ts';

/** The API's default and maximum. */
const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;
/** Maximum number of conversations that are suggested for an unknown one. */
const SHOWN_GROUPS = 3;
const HANDLES_ASKED = 10;

interface Options extends ConnectionOptions {
  readonly limit: number;
  readonly json?: boolean;
}

/** The command line of `bin/ddb/patterns/get-conversation`. */
export const script: Script = (streams) =>
  addNotes(
    connectionOptions(
      command(
        streams,
        'get-conversation',
        "Runs the history's access pattern: a conversation's newest messages.",
        [
          './bin/ddb/patterns/get-conversation 01ABCDEFGHJKMNPQRSTVWXYZ01',
          './bin/ddb/patterns/get-conversation 01ABCDEFGHJKMNPQRSTVWXYZ01 --limit 3',
        ],
      ),
    )
      .argument('<group>', 'the message group; ./bin/ddb/patterns/list-conversations shows some')
      .addArgument(prodArgument())
      .option('--limit <n>', 'how many messages', parseLimit(MAX_LIMIT), DEFAULT_LIMIT)
      .option('--json', 'print the rows as a JSON array, and the rest on stderr')
      .action((groupId: string, prod: string | undefined, options: Options) =>
        withConnection(options, prod, async ({ client, table, openEncryption }) => {
          const context = wire({ table, encryption: await openEncryption() });
          let page: Page = { rows: [], more: false };
          const usage = await meterCapacity(client).measure(async () => {
            page = await readPage(context, groupId, options.limit);
          });
          if (page.rows.length === 0) throw new UserError(await noSuchGroup(context, groupId));
          const report = {
            title: `conversation ${groupId}`,
            ...page,
            noun: ['message', 'messages'],
            usage,
          } as const;
          printReport(streams, report, VIEW, options.json ?? false);
        }),
      ),
    'This does not check whether a user may read the conversation. The API reads the membership first, for 1 read unit.',
    UNITS_NOTE,
  );

interface Page {
  readonly rows: readonly MessageAnswer[];
  readonly more: boolean;
}

const VIEW: RowView<MessageAnswer> = {
  columns: [
    { heading: 'seq' },
    { heading: 'rev' },
    { heading: 'at (UTC)' },
    { heading: 'from', text: true },
    { heading: 'message', text: true },
  ],
  cells: (row) => [
    String(row.seq),
    String(row.rev),
    shortTime(row.created_at, new Date()),
    row.handle,
    messageText(row.message, row.kind),
  ],
};

/** Reads the newest page, oldest message first, as the API does for a member: first the number of the newest change. */
async function readPage(context: Wiring, groupId: string, limit: number): Promise<Page> {
  await context.changes.newest(groupId);
  const messages = await context.messages.lastOf(groupId, { from: 0, to: MAX_SEQ }, limit);
  const annotations = await readAnnotations(context, messages);
  const details = await readDetails(context, messages);
  return {
    rows: messages.map((message) => presentMessage(message, details, undefined, annotations)),
    // Seqs start at 1 and have no gap.
    more: (messages[0]?.seq ?? 1) > 1,
  };
}

/** Says that a group does not exist, and suggests some that do. */
async function noSuchGroup(context: Wiring, groupId: string): Promise<string> {
  const known = await knownGroups(context);
  const hint = known.length > 0 ? `there are ${known.join(', ')}` : 'there are no conversations yet';
  return `there is no message group ${groupId} in table ${context.table.name}: ${hint}`;
}

/** Returns some conversations of some users. */
async function knownGroups(context: Wiring): Promise<string[]> {
  const groupIds = new Set<string>();
  for (const handle of await knownHandles(context, HANDLES_ASKED)) {
    const person = await findPersonIfThere(context, handle);
    const page = person && (await context.members.inbox(person.userId, SHOWN_GROUPS));
    for (const row of page?.items ?? []) groupIds.add(row.groupId);
    if (groupIds.size >= SHOWN_GROUPS) break;
  }
  return [...groupIds].slice(0, SHOWN_GROUPS);
}

await runAsProgram(import.meta.url, script);
