/**
 * A handle, case-folded: 2 to 30 of a-z, 0-9, `_`, `.` and `-`, the first a letter or digit. A prefix that can be
 * searched for looks the same: the shortest is what claims are partitioned by (HANDLE_PREFIX_LENGTH).
 */
export const HANDLE_PATTERN = /^[a-z0-9][a-z0-9_.-]{1,29}$/;

/**
 * Makes A to Z small, and leaves every other character as it is. JavaScript's own lower case makes the Kelvin sign
 * (U+212A) a k, so that one handle would be written in two ways.
 */
export function foldCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Returns a handle case-folded; undefined when it is invalid. */
export function foldHandle(text: string): string | undefined {
  const folded = foldCase(text.trim());
  return HANDLE_PATTERN.test(folded) ? folded : undefined;
}
