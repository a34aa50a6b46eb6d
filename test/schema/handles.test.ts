import { describe, expect, it } from '@jest/globals';
import { foldHandle } from '../../schema/handles.ts';

describe('a handle', () => {
  it('is written in small letters, without white space around it', () => {
    expect(foldHandle(' Ada_L.1-x\n')).toBe('ada_l.1-x');
    expect(foldHandle('ABCDEFGHIJKLMNOPQRSTUVWXYZ')).toBe('abcdefghijklmnopqrstuvwxyz');
  });

  it.each([
    ['the Kelvin sign', 'fran\u212a'],
    ['the Kelvin sign in front', '\u212aate'],
    ['a long s', 'je\u017fsie'],
    ['an I with a dot', 'ad\u0130'],
    ['an i without a dot', 'ad\u0131'],
    ['a Greek capital kappa', 'fran\u039a'],
    ['a full-width K', 'fran\uff2b'],
    ['an Å', 'ad\u212b'],
  ])('has no letter that only looks or folds like one of A to Z: %s', (_name, text) => {
    expect(foldHandle(text)).toBeUndefined();
  });

  it('of no other character becomes one: nothing but A to Z is folded', () => {
    const others = Array.from({ length: 0x10000 - 0x80 }, (_, index) => String.fromCharCode(0x80 + index));
    expect(others.filter((character) => foldHandle(`a${character}a`) !== undefined)).toEqual([]);
  });
});
