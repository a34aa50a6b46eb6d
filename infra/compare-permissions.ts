import { TABLE_ACCESS, type TableAccess, type TableUser } from './permissions.ts';

/** How what was done differs from what is allowed, a line each. */
export interface PermissionDifferences {
  readonly missing: readonly string[];
  readonly unused: readonly string[];
}

/**
 * Compares calls that were recorded, as `user action place`, with what the policies allow.
 * @param access what is allowed; default: what is deployed.
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
