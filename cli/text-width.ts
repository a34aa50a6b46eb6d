import stringWidth from 'string-width';

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Characters that move the cursor, change the terminal's colours, or change the direction of the text around them. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const LINE_BREAK = /\r\n|\r|\n|\u2028|\u2029/g;

/** Letters that a reader sees as one, Hangul left out: every terminal joins that. */
const JOINED_LETTERS = /\p{L}\p{M}*\u200d?(?!\p{Script=Hangul})\p{L}/u;

/** Returns a text on one line, with control characters escaped: it cannot command the terminal. */
export function oneLine(text: string): string {
  return text.replace(LINE_BREAK, '↵').replace(UNPRINTABLE, escapeCharacter);
}

/** Returns the columns that a text takes on a terminal: two for Han, Kana, Hangul and emoji. */
export function textWidth(text: string): number {
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** Cuts a text to a number of columns, with an ellipsis at the cut. It never cuts inside a character. */
export function cutText(text: string, columns: number): string {
  if (columns === Infinity) return text;
  let width = 0;
  let kept = 0;
  for (const { segment, index } of GRAPHEMES.segment(text)) {
    width += graphemeWidth(segment);
    if (width > columns) return `${text.slice(0, kept)}…`;
    // Room must be left for the ellipsis.
    if (width < columns) kept = index + segment.length;
  }
  return text;
}

/**
 * The conjuncts of Devanagari and its relatives are several letters in one grapheme. Most terminals do not join them:
 * each letter takes its own columns there, and the wider of the two is what must fit.
 */
function graphemeWidth(grapheme: string): number {
  if (!JOINED_LETTERS.test(grapheme)) return stringWidth(grapheme);
  return Array.from(grapheme).reduce((width, character) => width + stringWidth(character), 0);
}

function escapeCharacter(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}
