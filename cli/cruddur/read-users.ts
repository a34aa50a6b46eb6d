import { createReadStream } from 'node:fs';
import { CsvError, parse } from 'csv-parse';
import { z } from 'zod';
import { isUserId } from '../../schema/ids.ts';
import { fileFailure } from '../dumps/file-failure.ts';
import { codeOf, UserError } from '../user-error.ts';

/** A row of Cruddur's table `users`. */
export interface OriginalUser {
  readonly uuid: string;
  readonly handle: string;
  readonly display_name: string;
  /** The `sub` that they sign in with; absent if the row has none of its own. */
  readonly sub?: string;
  readonly createdAt?: Date;
}

/** What Cruddur's seed writes where it does not know the `sub`. */
const NO_SUB = 'MOCK';

const userRow = z.object({
  uuid: z.string().min(1),
  handle: z.string(),
  display_name: z.string().default(''),
  cognito_user_id: z.string().default(''),
  created_at: z.string().default(''),
});
const REQUIRED = ['uuid', 'handle', 'cognito_user_id'];

/**
 * Reads Cruddur's users from a CSV file with a line of column names, as `\copy users to 'users.csv' csv header` of psql
 * writes it. A `sub` that several rows have is nobody's. All users are held in memory, about 500 bytes each.
 * @throws UserError for a file that cannot be read.
 */
export async function readUsers(path: string): Promise<OriginalUser[]> {
  const rows = await readRows(path);
  const owners = new Map<string, number>();
  for (const { cognito_user_id: sub } of rows) owners.set(sub, (owners.get(sub) ?? 0) + 1);
  return rows.map(({ uuid, handle, display_name, cognito_user_id: sub, created_at }) => {
    const createdAt = readTimestamp(created_at);
    const ownSub = sub !== NO_SUB && owners.get(sub) === 1 && isUserId(sub);
    return { uuid, handle, display_name, ...(ownSub && { sub }), ...(createdAt && { createdAt }) };
  });
}

async function readRows(path: string): Promise<z.output<typeof userRow>[]> {
  const file = createReadStream(path);
  let columns: readonly string[] = [];
  const names = (found: string[]): string[] => {
    columns = found;
    requireColumns(path, found);
    return found;
  };
  const parser = file.pipe(parse({ bom: true, columns: names, skip_empty_lines: true }));
  file.once('error', (error) => parser.destroy(error));
  const rows = new Map<string, z.output<typeof userRow>>();
  try {
    for await (const record of parser) {
      const row = userRow.safeParse(record).data;
      if (!row) throw new UserError(`${path}: row ${parser.info.records} has no uuid`);
      if (rows.has(row.uuid)) throw new UserError(`${path}: two rows have the uuid ${row.uuid}`);
      rows.set(row.uuid, row);
    }
  } catch (error) {
    if (error instanceof CsvError) throw new UserError(`${path}: ${error.message}`, { cause: error });
    throw codeOf(error) === 'unknown error' ? error : fileFailure(error, path);
  }
  // The parser asks for no names where there is no line.
  requireColumns(path, columns);
  return [...rows.values()];
}

/** @throws UserError if a column is missing. */
function requireColumns(path: string, columns: readonly string[]): void {
  const missing = REQUIRED.filter((name) => !columns.includes(name));
  if (missing.length === 0) return;
  throw new UserError(
    `${path} has no column ${missing.join(', ')}: export the table users with its column names (csv header)`,
  );
}

/** Reads a timestamp of Postgres without a time zone, which is UTC at RDS; undefined if it is none. */
function readTimestamp(written: string): Date | undefined {
  const date = new Date(`${written.replace(' ', 'T')}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
