import { describe, expect, it } from '@jest/globals';
import { cutText, oneLine, textWidth } from '../../cli/text-width.ts';

describe('textWidth', () => {
  it.each([
    ['', 0],
    ['plain', 5],
    ['漢字', 4],
    ['ＡＢ', 4],
    ['e\u0301', 1],
    ['🌒', 2],
    ['🫠', 2],
    ['👩‍👩‍👧‍👦', 2],
    ['❤️', 2],
    ['🇯🇵', 2],
    ['\u200b', 0],
    ['한국어', 6],
    ['ﾊﾞ', 2],
    // Terminals do not join र् and य, and a vowel sign beside its letter takes a column.
    ['आर्यभट', 5],
    ['नमस्ते', 4],
    ['का', 2],
    ['שלום محمد', 9],
  ])('%j takes %i columns', (text, width) => expect(textWidth(text)).toBe(width));
});

describe('cutText', () => {
  it.each([
    ['exactly', 7, 'exactly'],
    ['too long', 7, 'too lo…'],
    ['漢字漢字', 8, '漢字漢字'],
    ['漢字漢字', 7, '漢字漢…'],
    ['漢字漢字', 6, '漢字…'],
    ['👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 3, '👩‍👩‍👧‍👦…'],
    ['🫠🫠', 1, '…'],
    ['anything', Infinity, 'anything'],
  ])('%j in %d columns is %j', (text, columns, cut) => {
    expect(cutText(text, columns)).toBe(cut);
    expect(textWidth(cut)).toBeLessThanOrEqual(columns);
  });
});

it('escapes control characters, and keeps the letters of every script', () => {
  expect(oneLine('a\r\nb\n\u001b[31mred\u0007\u009b1m \u202eturned')).toBe(
    'a↵b↵\\u001b[31mred\\u0007\\u009b1m \\u202eturned',
  );
  expect(oneLine('शादी 👩‍👧 שלום')).toBe('शादी 👩‍👧 שלום');
});
