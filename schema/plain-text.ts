/*
 * What people write, before it is stored: which characters show nothing, and what becomes of those that only a paste
 * brings. It imports nothing, because the screens use it too.
 */

/** The limit of a message's text where no other is configured, that of Cruddur's form: in code points as it is stored. */
export const MESSAGE_MAX_CHARS = 1_024;
/** The highest limit that can be configured: such a text is at most 32 KB in UTF-8. */
export const HIGHEST_MESSAGE_MAX_CHARS = 8_192;
/** Of a person's name and of a group's, as it is stored. */
export const MAX_NAME_CODE_POINTS = 64;

/**
 * Characters that show nothing:
 *
 * - by their properties (Unicode Standard Annex 44): White_Space, Default_Ignorable_Code_Point (zero-width characters,
 *   directional controls, variation selectors, tags, the Hangul fillers) and General_Category Cc;
 * - of General_Category Cf, those that Default_Ignorable_Code_Point leaves out and that have no glyph of their own: the
 *   interlinear annotation controls and the Egyptian hieroglyph format controls. The others of Cf (ARABIC NUMBER SIGN …)
 *   are visible;
 * - by their entries in the Unicode Character Database's name list, which no property covers: BRAILLE PATTERN BLANK,
 *   EGYPTIAN HIEROGLYPH FULL BLANK and HALF BLANK, KHITAN SMALL SCRIPT FILLER, MUSICAL SYMBOL NULL NOTEHEAD.
 */
const NOTHING_VISIBLE = String.raw`[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\u{FFF9}-\u{FFFB}\u{13430}-\u{1343F}\u{2800}\u{13441}\u{13442}\u{16FE4}\u{1D159}]`;
const ONLY_INVISIBLE = new RegExp(`^${NOTHING_VISIBLE}*$`, 'u');
/** Not the directional controls, which act on what follows them. */
const INVISIBLE_START = new RegExp(`^(?:(?!\\p{Bidi_Control})${NOTHING_VISIBLE})+`, 'u');
const EMPTY_LINES_AT_START = new RegExp(`^${NOTHING_VISIBLE}*\n`, 'u');

/** The Unicode Standard's newline functions (section 5.8): Word pastes VT, a printed page has FF, mainframes send NEL. */
const LINE_BREAK = /\r\n|[\n\v\f\r\x85\u2028\u2029]/g;
const LINE_BREAKS_AND_TABS = /[\t\n\v\f\r\x85\u2028\u2029]+/g;
/** FS, GS, RS and US: what they separate stays separate. */
const INFORMATION_SEPARATOR = /[\x1C-\x1F]/g;
/** Every other control character means nothing in a text: NUL, ETX of a PDF's line, ESC, DEL, C1. */
const CONTROL_BUT_TAB_AND_LINE_FEED = /[^\P{Cc}\t\n]/gu;

/** Whether a reader would see nothing of a text. */
export function isBlank(text: string): boolean {
  return ONLY_INVISIBLE.test(text);
}

/** The text from its first visible character on, or from the directional controls before that. */
export function fromFirstVisible(text: string): string {
  return text.replace(INVISIBLE_START, '');
}

/**
 * A text of several lines, as it is stored. Line breaks of every kind become line feeds, tabs stay, other control
 * characters go, half a surrogate pair becomes U+FFFD as in any form that a browser sends. White space at the end goes,
 * and so do empty lines at the start: the first line keeps its indentation. Cleaning a clean text changes nothing.
 */
export function cleanText(written: string): string {
  return withoutControls(written.toWellFormed().replace(LINE_BREAK, '\n'))
    .replace(EMPTY_LINES_AT_START, '')
    .trimEnd();
}

/** A name, as it is stored: the same on one line, where line breaks and tabs become a space, and without white space around it. */
export function cleanLine(written: string): string {
  return withoutControls(written.toWellFormed().replace(LINE_BREAKS_AND_TABS, ' ')).trim();
}

/** How long a text is: in Unicode code points, whatever they take in UTF-16 or on the screen. */
export function codePointsIn(text: string): number {
  return Array.from(text).length;
}

function withoutControls(text: string): string {
  return text.replace(INFORMATION_SEPARATOR, ' ').replace(CONTROL_BUT_TAB_AND_LINE_FEED, '');
}
