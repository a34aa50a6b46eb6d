import { createHash } from 'node:crypto';
import type { Person } from '../../backend/domain/model.ts';
import { saveProfile } from '../../backend/domain/people.ts';
import { HandleTakenError } from '../../backend/errors.ts';
import { foldHandle } from '../../schema/handles.ts';
import { cleanLine, isBlank, MAX_NAME_CODE_POINTS } from '../../schema/plain-text.ts';
import type { TimedWriter } from '../timed-writer.ts';
import type { ImportReport } from './import-report.ts';
import type { NamedUser } from './original-items.ts';
import type { OriginalUser } from './read-users.ts';

/** A user of Cruddur, with the id that they have here. */
interface ImportedUser extends OriginalUser {
  readonly userId: string;
  /** The handle to try first; absent if theirs is invalid. */
  readonly wanted?: string;
}

/** Handles that are tried where another user has the one that is wanted: with -2, -3 and so on behind it. */
const HANDLE_ATTEMPTS = 9;
/** Characters that leave room for such an ending in a handle. */
const LONGEST_BASE = 26;

/**
 * The users of an import. The id of a user is their `sub`, because that is whom the API recognises; where it is not known,
 * it is Cruddur's uuid: nobody can sign in as that user, and the conversations keep their author.
 */
export class People {
  readonly #prefix: string;
  readonly #report: ImportReport;
  readonly #users = new Map<string, ImportedUser>();
  readonly #byHandle = new Map<string, ImportedUser>();
  readonly #byId = new Map<string, ImportedUser>();
  readonly #met = new Map<string, NamedUser>();
  readonly #saved = new Map<string, Promise<Person>>();

  /** @param prefix what the API puts before a `sub` (AWS_COGNITO_USER_ID_PREFIX). */
  constructor(users: readonly OriginalUser[], prefix: string, report: ImportReport) {
    this.#prefix = prefix;
    this.#report = report;
    for (const user of users) {
      if (user.sub === undefined)
        report.note(user.uuid, 'has no cognito_user_id of their own: cannot sign in');
      this.#add(user);
    }
  }

  /** The ids of all users of the users' file. */
  get ids(): string[] {
    return [...this.#byId.keys()];
  }

  /** Remembers a user whom an item names. */
  meet({ uuid, ...names }: NamedUser): void {
    if (uuid === undefined || this.#users.has(uuid)) return;
    this.#met.set(uuid, { ...names, ...this.#met.get(uuid) });
  }

  /** Adds the users whom items named, and who are not in the file of users. */
  addMet(): void {
    for (const [uuid, { handle = '', display_name = '' }] of [...this.#met].sort(byUuid)) {
      this.#report.note(uuid, 'is not in the file of users: cannot sign in');
      this.#add({ uuid, handle, display_name });
    }
    this.#met.clear();
  }

  /** Returns the id of a user, by their uuid or else their handle; undefined if no user has either. */
  idOf({ uuid, handle }: NamedUser): string | undefined {
    const user = uuid === undefined ? this.#byHandle.get(handle ?? '') : this.#users.get(uuid);
    return user?.userId;
  }

  /** Returns a user's profile, which is written if it does not exist. */
  save(writer: TimedWriter, userId: string): Promise<Person> {
    const saved = this.#saved.get(userId) ?? this.#save(writer, userId);
    this.#saved.set(userId, saved);
    return saved;
  }

  #add(user: OriginalUser): void {
    const folded = foldHandle(user.handle);
    // Cruddur's table allows a handle twice: the second user gets another, the same one at each import.
    const isFree = folded !== undefined && !this.#byHandle.has(folded);
    const userId = user.sub === undefined ? user.uuid : this.#prefix + user.sub;
    const imported = { ...user, userId, ...(folded !== undefined && { wanted: folded }) };
    this.#users.set(user.uuid, imported);
    this.#byId.set(userId, imported);
    if (isFree) this.#byHandle.set(folded, imported);
  }

  /**
   * A user who signed in before has a profile, which stays. A handle may be taken by another user, before or while this runs:
   * the claim's condition fails, and the next one is tried.
   */
  async #save(writer: TimedWriter, userId: string): Promise<Person> {
    const user = this.#byId.get(userId);
    if (!user) throw new RangeError(`not a user of this import: ${userId}`);
    const found = await writer.context.profiles.find(userId);
    this.#report.users[found ? 'found' : 'new'] += 1;
    const person = found ? { ...found, userId } : await this.#create(writer, user);
    if (person.handle !== user.handle)
      this.#report.note(user.uuid, `has the handle ${person.handle} and not ${JSON.stringify(user.handle)}`);
    return person;
  }

  async #create(writer: TimedWriter, user: ImportedUser): Promise<Person> {
    const isFirst = user.wanted !== undefined && this.#byHandle.get(user.wanted) === user;
    for (const handle of handlesFor(user).slice(isFirst ? 0 : 1)) {
      try {
        writer.now = user.createdAt ?? new Date();
        return await saveProfile(writer.context, user.userId, {
          handle,
          display_name: displayNameOf(user, handle),
        });
      } catch (error) {
        if (!(error instanceof HandleTakenError)) throw error;
      }
    }
    throw new RangeError(`every handle for ${user.uuid} is taken`);
  }
}

/** The handles to try: the user's own, it with a number behind it, and one that follows from the uuid. */
function handlesFor({ uuid, wanted }: ImportedUser): string[] {
  const derived = `user-${createHash('sha256').update(uuid).digest('hex').slice(0, 12)}`;
  if (wanted === undefined) return [derived, derived];
  const base = wanted.slice(0, LONGEST_BASE);
  const numbered = Array.from({ length: HANDLE_ATTEMPTS }, (_, index) => `${base}-${index + 2}`);
  return [wanted, ...numbered, derived];
}

function displayNameOf({ display_name }: ImportedUser, handle: string): string {
  const name = Array.from(cleanLine(display_name)).slice(0, MAX_NAME_CODE_POINTS).join('');
  return isBlank(name) ? handle : name;
}

function byUuid([one]: [string, NamedUser], [other]: [string, NamedUser]): number {
  return one < other ? -1 : 1;
}
