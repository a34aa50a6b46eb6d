/**
 * Characters that searching ignores: those that show nothing, as in Unicode's NFKC_Casefold, control characters, and
 * noncharacters, so that U+10FFFF is after every folded name.
 */
const IGNORED = /[\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]|(?!\s)\p{Cc}/gu;
const WHITE_SPACE = /\s+/gu;

/**
 * Code points of a folded name that are kept. NFKC makes up to 18 code points of one (U+FDFA), and a key of the index has
 * at most 1,024 bytes: 64 code points take at most 256.
 */
const MAX_FOLDED_CODE_POINTS = 64;

/**
 * Folds a group's name, or the beginning of one, for searching: compatibility forms and letter case make no difference
 * (NFKC, and each character folded alone, so that ß is ss and a sigma is the same everywhere), nor do invisible characters
 * or the kind and number of spaces. Accents stay. What is longer than a key is cut, names and searches alike: so folding
 * the beginning of a name gives the beginning of the folded name, as long as it ends between two characters.
 */
export function foldGroupName(text: string): string {
  const folded = Array.from(text.replace(IGNORED, '').normalize('NFKC'), foldCharacter)
    .join('')
    .normalize('NFKC')
    .replace(WHITE_SPACE, ' ')
    .trimStart();
  return Array.from(folded).slice(0, MAX_FOLDED_CODE_POINTS).join('');
}

/** Upper case makes ss of ß, which is the lower case of ẞ. */
const foldCharacter = (character: string): string => character.toLowerCase().toUpperCase().toLowerCase();
