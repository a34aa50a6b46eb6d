import { type Wiring, wire } from '../../../backend/wiring.ts';
import { type InboxPage, listInbox } from '../../../backend/domain/list-inbox.ts';
import type { Person } from '../../../backend/domain/model.ts';
import { type MessageGroupAnswer, presentMessageGroup } from '../../../backend/presentation/message-group.ts';
import { meterCapacity } from '../../../backend/table/capacity-meter.ts';
import { knownHandles } from '../../../local/known-handles.ts';
import { findPersonIfThere, unknownHandle, readHandle } from '../../../cli/people.ts';
import { UserError } from '../../../cli/user-error.ts';
import {
  addNotes,
  command,
  parseLimit,
  prodArgument,
  runAsProgram,
  UNITS_NOTE,
  type Script,
} from '../../../cli/command.ts';
import { type ConnectionOptions, connectionOptions, withConnection } from '../../../cli/connection.ts';
import { messageText, printReport, type RowView, shortTime } from '../../../cli/report.ts';

/** The API's default and maximum. */
const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;
/** Maximum number of handles that are suggested for an unknown one. */
const SHOWN_HANDLES = 10;

interface Options extends ConnectionOptions {
  readonly limit: number;
  readonly json?: boolean;
}

/** The command line of `bin/ddb/patterns/list-conversations`. */
export const script: Script = (streams) =>
  addNotes(
    connectionOptions(
      command(
        streams,
        'list-conversations',
        "Runs the inbox's access pattern: a user's conversations, newest first.",
        [
          './bin/ddb/patterns/list-conversations ada',
          './bin/ddb/patterns/list-conversations ada --limit 3 --json',
        ],
      ),
    )
      .argument('[handle]', 'whose conversations; default: the first user that is found')
      .addArgument(prodArgument())
      .option('--limit <n>', 'how many conversations', parseLimit(MAX_LIMIT), DEFAULT_LIMIT)
      .option('--json', 'print the rows as a JSON array, and the rest on stderr')
      .action((first: string | undefined, last: string | undefined, options: Options) => {
        // `prod` as the last word means AWS, even if it is the only word. A user with the handle prod is @prod.
        const [handle, prod] = first === 'prod' && last === undefined ? [undefined, first] : [first, last];
        return withConnection(options, prod, async ({ client, table, openEncryption }) => {
          const encryption = await openEncryption();
          const known = wire({ table });
          const person = handle === undefined ? await anyPerson(known) : await findKnown(known, handle);
          const meter = meterCapacity(client);
          let page: InboxPage | undefined;
          // A context without cached names: this is the maximum cost of the pattern.
          const usage = await meter.measure(async () => {
            page = await listInbox(wire({ table, encryption }), person.userId, { limit: options.limit });
          });
          const chosen = handle === undefined ? ' (the first one known; a handle chooses)' : '';
          const report = {
            title: `conversations of ${person.handle}${chosen}`,
            rows: page ? toRows(page) : [],
            more: page?.nextCursor !== undefined,
            noun: ['conversation', 'conversations'],
            usage,
          } as const;
          printReport(streams, report, VIEW, options.json ?? false);
        });
      }),
    UNITS_NOTE,
  );

const VIEW: RowView<MessageGroupAnswer> = {
  columns: [
    { heading: 'conversation' },
    { heading: 'with', text: true },
    { heading: 'last message', text: true },
    { heading: 'at (UTC)' },
    { heading: 'unread' },
  ],
  cells: (row) => [
    row.uuid,
    row.handle ?? row.display_name,
    messageText(row.message, row.last_kind),
    shortTime(row.created_at, new Date()),
    String(row.unread_count),
  ],
};

function toRows({ entries, names }: InboxPage): MessageGroupAnswer[] {
  return entries.map((entry) => presentMessageGroup(entry, names));
}

/** @throws UserError if the table has no users. */
async function anyPerson(context: Wiring): Promise<Person> {
  const [handle] = await knownHandles(context, 1);
  const person = handle === undefined ? undefined : await findPersonIfThere(context, handle);
  if (person) return person;
  throw new UserError(`there are no users in table ${context.table.name} yet: ./bin/ddb/seed creates some`);
}

/** @throws UserError that suggests handles that exist. */
async function findKnown(context: Wiring, text: string): Promise<Person> {
  const handle = readHandle(text);
  const person = await findPersonIfThere(context, handle);
  if (person) return person;
  throw new UserError(unknownHandle(handle, await knownHandles(context, SHOWN_HANDLES)));
}

await runAsProgram(import.meta.url, script);
