import { expect, it } from '@jest/globals';
import { decodeTime } from 'ulid';
import { newId } from '../../backend/sources.ts';

/** More than the random bytes that are drawn at once suffice for. */
const IDS = 2_000;

it('Ids are ULIDs of this moment, and no two have the same random part.', () => {
  const before = Date.now();
  const ids = Array.from({ length: IDS }, () => newId());
  const after = Date.now();
  for (const id of ids) {
    expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(decodeTime(id)).toBeGreaterThanOrEqual(before);
    expect(decodeTime(id)).toBeLessThanOrEqual(after);
  }
  expect(new Set(ids.map((id) => id.slice(10))).size).toBe(IDS);
});

it('Each character of the random part is any of the 32, about equally often.', () => {
  const characters = Array.from({ length: IDS }, () => newId().slice(10)).join('');
  const counts = new Map<string, number>();
  for (const character of characters) counts.set(character, (counts.get(character) ?? 0) + 1);
  expect(counts.size).toBe(32);
  // 1,000 each, with a standard deviation of 31.
  for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(250);
});
