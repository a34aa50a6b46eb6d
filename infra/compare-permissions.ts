import { TABLE_ACCESS, type TableAccess, type TableUser } from './permissions.ts';

/** The differences between recorded calls and the policies, one on each line. */
export interface PermissionDifferences {
  readonly missing: readonly string[];
  readonly unused: readonly string[];
}

/**
 * Compares recorded calls, as `user action resource`, with the calls that the policies allow.
 * @param access the allowed calls; default: the deployed policies.
 */
export function comparePermissions(
  recorded: ReadonlySet<string>,
  access: Readonly<Record<TableUser, TableAccess>> = TABLE_ACCESS,
): PermissionDifferences {
  const allowed = new Set(
    Object.entries(access).flatMap(([user, { table, index }]) => [
      ...table.map((action) => `${user} ${action} table`),
      ...index.map((action) => `${user} ${action} index`),
    ]),
  );
  return {
    missing: [...recorded].filter((line) => !allowed.has(line)).sort(),
    unused: [...allowed].filter((line) => !recorded.has(line)).sort(),
  };
}
