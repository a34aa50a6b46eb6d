import { describe, expect, it } from '@jest/globals';
import { shortTextOf, textOf } from '../../client/src/index.ts';
import { quoteOf } from '../../client/src/parts.ts';
import { filesHeight, isPicture, pictureBox } from '../../web/src/files/file-layout.ts';
import { usableFor } from '../../web/src/files/file-urls.ts';
import { kindWords, sizeWords } from '../../web/src/files/file-words.ts';
import { textMessage } from '../client/messages.ts';

const picture = (width: number, height: number) => ({ type: 'image/jpeg', width, height });
const PLAN = { type: 'application/pdf' };

describe('a message with files', () => {
  const LINE = '📎 \u2068plan.pdf\u2069';
  const captioned = textMessage({ seq: 1, message: `See this\n${LINE}`, text: 'See this' });
  const bare = textMessage({ seq: 2, message: LINE, text: '' });

  it('shows its text without the line that names its files', () => {
    expect([captioned, bare, textMessage({ seq: 3 })].map(textOf)).toEqual(['See this', '', 'text 3']);
    expect(textOf(textMessage({ seq: 4, message: null }))).toBeNull();
  });

  it('is quoted by its text, or by the names of its files where it has none', () => {
    expect([captioned, bare].map(shortTextOf)).toEqual(['See this', LINE]);
    expect([captioned, bare].map((message) => quoteOf(message).message)).toEqual(['See this', LINE]);
  });
});

describe('the space of files', () => {
  it('is that of a picture alone, within limits of its shape and size', () => {
    expect(pictureBox({ width: 4_000, height: 3_000 })).toEqual({ width: 320, height: 240 });
    expect(pictureBox({ width: 1_000, height: 2_000 })).toEqual({ width: 192, height: 320 });
    expect(pictureBox({ width: 5_000, height: 100 })).toEqual({ width: 320, height: 128 });
    expect(pictureBox({ width: 16, height: 16 })).toEqual({ width: 120, height: 120 });
    expect(pictureBox({})).toEqual({ width: 320, height: 240 });
  });

  it.each([
    [[], 0],
    [[picture(4_000, 3_000)], 240 + 6],
    [[PLAN], 56 + 6],
    [[PLAN, PLAN], 2 * 56 + 4 + 6],
    [[picture(1, 1), picture(1, 1), picture(1, 1)], 2 * 158 + 4 + 6],
    [[picture(4_000, 3_000), PLAN], 240 + 4 + 56 + 6],
  ])('of %j is known before they are shown', (files, height) => {
    expect(filesHeight(files)).toBe(height);
  });

  it('is that of a picture only for types that every browser shows, and for nothing that can hold scripts', () => {
    const types = ['image/png', 'image/svg+xml', 'image/heic', 'text/html'];
    expect(types.filter((type) => isPicture({ type }))).toEqual(['image/png']);
  });
});

describe('the words for a file', () => {
  it.each([
    [1, '1 byte'],
    [1_023, '1023 bytes'],
    [1_024, '1 KB'],
    [1_536, '1.5 KB'],
    [48_213, '47 KB'],
    [1_048_575, '1 MB'],
    [26_214_400, '25 MB'],
    [5_368_709_120, '5 GB'],
  ])('call %i bytes %s', (bytes, words) => {
    expect(sizeWords(bytes)).toBe(words);
  });

  it('name its kind by the end of its name, or else by its type', () => {
    const kinds = [
      { name: 'plan.pdf', type: 'application/pdf' },
      { name: 'plan', type: 'video/mp4' },
      { name: 'plan.of the house', type: 'application/octet-stream' },
    ].map(kindWords);
    expect(kinds).toEqual(['PDF', 'Video', 'File']);
  });
});

it('the URL of a file is used until shortly before it expires', () => {
  const fetchedAt = Date.parse('2026-01-01T12:00:00.000Z');
  expect(usableFor({ expires_at: '2026-01-01T12:05:00.000Z' }, fetchedAt)).toBe(270_000);
  expect(usableFor({ expires_at: '2026-01-01T11:59:00.000Z' }, fetchedAt)).toBe(0);
});
