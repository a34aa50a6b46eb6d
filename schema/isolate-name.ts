const FIRST_STRONG_ISOLATE = '\u2068';
const POP_DIRECTIONAL_ISOLATE = '\u2069';
/** LEFT-TO-RIGHT, RIGHT-TO-LEFT and FIRST STRONG ISOLATE. */
const ISOLATE_INITIATOR = /[\u2066-\u2068]/;
/** LINE and PARAGRAPH SEPARATOR, which a name may hold: the latter ends every isolate before its time. */
const SEPARATOR = /[\u2028\u2029]/g;

/**
 * A name for the inside of a sentence in plain text: whatever direction it has, what stands around it keeps its own
 * (Unicode Standard Annex 9). Its own isolates are balanced, so that the one around it ends where the name does; an
 * embedding or override that it leaves open ends there by itself.
 */
export function isolateName(name: string): string {
  let depth = 0;
  let balanced = '';
  for (const character of name.replace(SEPARATOR, ' ')) {
    if (ISOLATE_INITIATOR.test(character)) depth += 1;
    else if (character === POP_DIRECTIONAL_ISOLATE) {
      if (depth === 0) continue;
      depth -= 1;
    }
    balanced += character;
  }
  return FIRST_STRONG_ISOLATE + balanced + POP_DIRECTIONAL_ISOLATE.repeat(depth + 1);
}

/** A sentence without the isolates around its names: for terminals, which show them as they like or not at all. */
export function withoutIsolates(text: string): string {
  return text.replaceAll(FIRST_STRONG_ISOLATE, '').replaceAll(POP_DIRECTIONAL_ISOLATE, '');
}
