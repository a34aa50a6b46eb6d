import { expect, it } from '@jest/globals';
import { readableBytes } from '../../cli/present-numbers.ts';

it.each([
  [0, '0 B'],
  [1_023, '1,023 B'],
  [1_024, '1 KiB'],
  [1_024 ** 2 - 1, '1,023.9 KiB'],
  [1_024 ** 2 * 1.5, '1.5 MiB'],
  [1_024 ** 5 * 3, '3 PiB'],
])('formats %d bytes as %s', (bytes, text) => {
  expect(readableBytes(bytes)).toBe(text);
});
