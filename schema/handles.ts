/**
 * A handle, case-folded: 2 to 30 of a-z, 0-9, `_`, `.` and `-`, the first a letter or digit. A prefix that can be
 * searched for looks the same: the shortest is what claims are partitioned by (HANDLE_PREFIX_LENGTH).
 */
export const HANDLE_PATTERN = /^[a-z0-9][a-z0-9_.-]{1,29}$/;

/** A handle as somebody wrote it, folded; undefined when nobody can have it. */
export function foldHandle(text: string): string | undefined {
  const folded = text.trim().toLowerCase();
  return HANDLE_PATTERN.test(folded) ? folded : undefined;
}
