import { findWords, type TextRange } from '../../../schema/search-words.ts';

/** A part of a text, marked or not. */
export interface ExcerptPart {
  readonly text: string;
  readonly isMatch: boolean;
}

/** UTF-16 units of a text that are shown before the first match, and after it, about. */
const BEFORE = 60;
const AFTER = 240;

/** UTF-16 units of a word at most that is left whole: a link may be as long as a text. */
const WHOLE_WORD = 30;

const words = new Intl.Segmenter(undefined, { granularity: 'word' });
const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Returns the part of a text around its first match, in parts, with an ellipsis where something is left out. */
export function excerptOf(text: string, searched: readonly string[]): readonly ExcerptPart[] {
  const ranges = findWords(text, searched);
  const first = ranges[0]?.start ?? 0;
  const start = first > BEFORE ? borderAt(text, first - BEFORE) : 0;
  const end = text.length > first + AFTER ? borderAt(text, first + AFTER) : text.length;
  const parts = partsIn(text, ranges, { start, end });
  const ellipsis = { text: '…', isMatch: false };
  return [...(start > 0 ? [ellipsis] : []), ...parts, ...(end < text.length ? [ellipsis] : [])];
}

/** The beginning of the word at a place, or of the user-perceived character within a long word. */
function borderAt(text: string, place: number): number {
  const word = words.segment(text).containing(place)?.index ?? place;
  return place - word <= WHOLE_WORD ? word : (characters.segment(text).containing(place)?.index ?? place);
}

function partsIn(text: string, ranges: readonly TextRange[], { start, end }: TextRange): ExcerptPart[] {
  const parts: ExcerptPart[] = [];
  let at = start;
  for (const range of ranges.filter((one) => one.start >= start && one.end <= end)) {
    parts.push({ text: text.slice(at, range.start), isMatch: false });
    parts.push({ text: text.slice(range.start, range.end), isMatch: true });
    at = range.end;
  }
  parts.push({ text: text.slice(at, end), isMatch: false });
  return parts.filter((part) => part.text !== '');
}
