/** Keys that move the focus along a row or a column of elements. */
type Along = 'row' | 'column';

const STEPS: Readonly<Record<Along, Readonly<Record<string, -1 | 1>>>> = {
  row: { ArrowLeft: -1, ArrowRight: 1 },
  column: { ArrowUp: -1, ArrowDown: 1 },
};

/** Returns by how many places a key moves the focus; undefined for other keys. In right-to-left scripts a row is mirrored. */
export function stepOf(key: string, along: Along, isMirrored = false): -1 | 1 | undefined {
  const step = STEPS[along][key];
  return step !== undefined && along === 'row' && isMirrored ? (step === 1 ? -1 : 1) : step;
}

/**
 * Moves the focus from one of some elements to the next or previous one. At the end of a row it goes on at the other end; a
 * column has ends.
 * @returns whether the focus was moved.
 */
export function moveFocus(elements: readonly HTMLElement[], step: -1 | 1, along: Along): boolean {
  const from = elements.findIndex((element) => element.contains(document.activeElement));
  if (from < 0) return false;
  const next = from + step;
  const to = along === 'row' ? elements.at(next % elements.length) : next < 0 ? undefined : elements[next];
  to?.focus();
  return to !== undefined;
}
