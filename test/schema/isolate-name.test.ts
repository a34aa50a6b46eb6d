import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isolateName, withoutIsolates } from '../../schema/isolate-name.ts';

const INITIATORS = '\u2066\u2067\u2068';
const names = fc
  .array(
    fc.constantFrom(
      'a',
      'ש',
      '\u2028',
      '\u2029',
      '\u202A',
      '\u202E',
      '\u202C',
      '\u2069',
      ...Array.from(INITIATORS),
    ),
  )
  .map((characters) => characters.join(''));

describe('a name inside a sentence', () => {
  it.each([
    ['a plain name', 'Ada', '\u2068Ada\u2069'],
    [
      'an override that is left open, which the end of the isolate closes',
      'Eve\u202E',
      '\u2068Eve\u202E\u2069',
    ],
    ['an end that has no beginning', 'Eve\u2069\u202E', '\u2068Eve\u202E\u2069'],
    ['a beginning that has no end', '\u2067Eve', '\u2068\u2067Eve\u2069\u2069'],
    ['isolates that are balanced', '\u2067Eve\u2069', '\u2068\u2067Eve\u2069\u2069'],
    ['a paragraph separator, which would end all isolates', 'E\u2029ve', '\u2068E ve\u2069'],
  ])('is isolated: %s', (_what, name, expected) => {
    expect(isolateName(name)).toBe(expected);
  });

  it('ends its isolate at its own end and never before, whatever it holds', () => {
    fc.assert(
      fc.property(names, (name) => {
        const depths: number[] = [];
        let depth = 0;
        for (const character of isolateName(name)) {
          if (INITIATORS.includes(character)) depth += 1;
          if (character === '\u2069') depth -= 1;
          if (character === '\u2029') depth = 0;
          depths.push(depth);
        }
        expect(depths.pop()).toBe(0);
        expect(Math.min(...depths)).toBeGreaterThan(0);
      }),
    );
  });
});

it('a sentence for a terminal has its names without isolates', () => {
  expect(withoutIsolates(`${isolateName('Ada')} added ${isolateName('Grace')}`)).toBe('Ada added Grace');
});
