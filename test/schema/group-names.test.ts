import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { foldGroupName } from '../../schema/group-names.ts';
import { listingPlaceOf, listingsBetween, listingSk } from '../../schema/keys.ts';

/** Names as people write them, and anything else. */
const name = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 100 }),
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.string({
    unit: fc.constantFrom('ß', 'ẞ', 'Σ', 'ς', 'ﬁ', 'İ', 'ﷺ', '\u200d', '\ufe0f', ' ', '\t', '#', '\0', 'a'),
  }),
);
const groupId = fc.ulid();
const bytes = (text: string) => Buffer.from(text, 'utf8');
/** The order of DynamoDB. */
const isBefore = (one: string, other: string) => Buffer.compare(bytes(one), bytes(other)) < 0;

describe('a folded name', () => {
  it.each([
    ['letter case', 'Engines', 'eNGINES', 'engines'],
    ['ß and its capital', 'Straße', 'STRASSE', 'strasse'],
    ['the capital of ß', 'STRAẞE', 'straße', 'strasse'],
    ['the two small sigmas', 'ΟΔΟΣ', 'οδος', 'οδοσ'],
    ['full-width letters', 'Ｌｏｏｍｓ', 'looms', 'looms'],
    ['ligatures', 'ﬁne', 'FINE', 'fine'],
    ['composed and decomposed accents', 'caf\u00e9', 'cafe\u0301', 'caf\u00e9'],
    ['the number and kind of spaces', ' \t a \u00a0\u2003 b', 'A b', 'a b'],
    ['characters that show nothing', 'lo\u200do\ufe0fms\u00ad', 'looms', 'looms'],
    ['control characters', 'lo\u0000oms\u007f', 'looms', 'looms'],
  ])('is the same whatever %s', (_what, one, other, folded) => {
    expect(foldGroupName(one)).toBe(folded);
    expect(foldGroupName(other)).toBe(folded);
  });

  it('keeps accents', () => {
    expect(foldGroupName('Café')).not.toBe(foldGroupName('Cafe'));
  });

  it('stays as it is when it is folded again, for any name: a cursor has folded names', () => {
    fc.assert(
      fc.property(name, (text) => expect(foldGroupName(foldGroupName(text))).toBe(foldGroupName(text))),
    );
  });

  it('has at most 256 bytes, whatever the name, and no control characters or noncharacters', () => {
    fc.assert(
      fc.property(name, (text) => {
        const folded = foldGroupName(text);
        expect(bytes(folded).length).toBeLessThanOrEqual(256);
        expect(folded).not.toMatch(/[\p{Cc}\p{Noncharacter_Code_Point}]/u);
      }),
    );
    expect(Array.from(foldGroupName('ﷺ'.repeat(100)))).toHaveLength(64);
  });

  it('begins as the beginning of the name is folded, for names of letters and spaces', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'B', 'c', 'D', 'é', ' ', 'ß', 'ẞ', 'σ', 'Σ') });
    fc.assert(
      fc.property(letters, letters, (beginning, rest) => {
        const prefix = foldGroupName(beginning);
        expect(foldGroupName(beginning + rest).startsWith(prefix.trimEnd())).toBe(true);
      }),
    );
  });
});

describe('the place of a public group in the list', () => {
  it('says the folded name and the group', () => {
    fc.assert(
      fc.property(name, groupId, (text, id) => {
        const folded = foldGroupName(text);
        expect(listingPlaceOf(listingSk(folded, id))).toEqual({ name: folded, groupId: id });
      }),
    );
  });

  it('is in the order of names, a shorter name before those that begin with it', () => {
    fc.assert(
      fc.property(name, name, groupId, groupId, (one, other, oneId, otherId) => {
        const [a, b] = [foldGroupName(one), foldGroupName(other)];
        fc.pre(a !== b);
        expect(isBefore(listingSk(a, oneId), listingSk(b, otherId))).toBe(isBefore(a, b));
      }),
    );
  });

  it('is within the bounds of a search exactly where the name begins with what is searched for', () => {
    fc.assert(
      fc.property(name, name, groupId, (text, search, id) => {
        const folded = foldGroupName(text);
        for (const prefix of [foldGroupName(search), folded.slice(0, 2), '']) {
          // Between the halves of a surrogate pair nobody stops.
          if (!prefix.isWellFormed()) continue;
          const [from, to] = listingsBetween(prefix);
          const place = listingSk(folded, id);
          const isWithin = !isBefore(place, from) && !isBefore(to, place);
          expect(isWithin).toBe(folded.startsWith(prefix));
        }
      }),
    );
  });

  it('fits into a key of the index, which has at most 1,024 bytes', () => {
    fc.assert(
      fc.property(name, groupId, (text, id) => {
        expect(bytes(listingSk(foldGroupName(text), id)).length).toBeLessThan(1_024);
      }),
    );
  });
});
