import { type Wiring, wire } from '../backend/wiring.ts';
import type { Person } from '../backend/domain/model.ts';
import { NotFoundError } from '../backend/errors.ts';
import { readDataDir } from '../local/config.ts';
import { prepareDataDir } from '../local/data-dir.ts';
import { knownHandles } from '../local/known-handles.ts';
import { openDevelopmentIssuer, type TokenSubject } from '../local/development-issuer.ts';
import { findOrCreatePerson, findPersonIfThere, unknownHandle, readHandle } from '../cli/people.ts';
import { UserError } from '../cli/user-error.ts';
import { isUserId } from '../schema/ids.ts';
import { command, runAsProgram, type Script } from '../cli/command.ts';
import { type ConnectionOptions, connectionOptions, withConnection } from '../cli/connection.ts';

/** Maximum number of handles that are suggested for an unknown one. */
const SHOWN_HANDLES = 10;

interface Options extends ConnectionOptions {
  readonly create?: boolean;
  readonly sub?: string;
}

/** The command line of `bin/token`. */
export const script: Script = (streams) =>
  connectionOptions(
    command(
      streams,
      'token',
      'Prints a development token, valid for 12 hours, for the user who has a handle.',
      [
        './bin/token ada',
        './bin/token newcomer --create',
        'TOKEN=$(./bin/token ada)',
        'curl -H "Authorization: Bearer $TOKEN" localhost:4567/api/message_groups',
      ],
    ),
  )
    .argument('[handle]', 'the user that the token is for')
    .option('--create', 'create a profile with this handle if there is none')
    .option('--sub <user id>', 'for a user id instead, which may have no profile')
    .action(async (handle: string | undefined, options: Options) => {
      const subject = await chooseSubject(handle, options);
      const issuer = await openDevelopmentIssuer(prepareDataDir(readDataDir(process.env)));
      streams.stdout.write(`${await issuer.signToken(subject)}\n`);
    });

async function chooseSubject(handle: string | undefined, options: Options): Promise<TokenSubject> {
  const { sub, create = false } = options;
  if ((handle === undefined) === (sub === undefined))
    throw new UserError('give either a handle or --sub <user id>');
  if (sub !== undefined) {
    if (create) throw new UserError('--create goes with a handle, not with --sub');
    if (!isUserId(sub)) throw new UserError('a user id has 1 to 255 bytes');
    return { sub };
  }
  const person = await findPerson(readHandle(handle ?? ''), create, options);
  return { sub: person.userId, username: person.handle };
}

async function findPerson(handle: string, create: boolean, options: Options): Promise<Person> {
  let person: Person | undefined;
  await withConnection(options, undefined, async ({ table }) => {
    const context = wire({ table });
    person = create ? await findOrCreatePerson(context, handle) : await findKnown(context, handle);
  });
  if (!person) throw new NotFoundError();
  return person;
}

/** @throws UserError that suggests handles that exist. */
async function findKnown(context: Wiring, handle: string): Promise<Person> {
  const person = await findPersonIfThere(context, handle);
  if (person) return person;
  throw new UserError(
    `${unknownHandle(handle, await knownHandles(context, SHOWN_HANDLES))}; --create creates one`,
  );
}

await runAsProgram(import.meta.url, script);
