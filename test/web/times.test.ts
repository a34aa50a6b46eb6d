import { expect, it } from '@jest/globals';
import { agoTime, dayName } from '../../web/src/ui/times.ts';

const now = new Date(2026, 5, 17, 12, 0).getTime();

it('The time of an activity is written in few characters', () => {
  const ago = (...parts: [number, number, number, number, number]) =>
    agoTime(new Date(...parts).toISOString(), now);
  expect(agoTime(new Date(now - 59_000).toISOString(), now)).toBe('now');
  expect(agoTime(new Date(now + 5_000).toISOString(), now)).toBe('now');
  expect(agoTime(new Date(now - 5 * 60_000).toISOString(), now)).toBe('5 min');
  expect(ago(2026, 5, 17, 9, 5)).toMatch(/9:05/);
  expect(ago(2026, 5, 16, 23, 59)).toBe('Yesterday');
  expect(ago(2026, 5, 15, 0, 0)).toBe('Mon');
  expect(ago(2026, 2, 3, 0, 0)).toBe('Mar 3');
  expect(ago(2024, 2, 3, 0, 0)).toBe('Mar 3, 2024');
});

it('Days are named by the midnights between, not by hours', () => {
  const day = (...parts: [number, number, number, number]) => dayName(new Date(...parts).toISOString(), now);
  expect(day(2026, 5, 17, 0)).toBe('Today');
  expect(day(2026, 5, 16, 23)).toBe('Yesterday');
  expect(day(2026, 5, 14, 1)).toBe('Sunday');
  expect(day(2026, 2, 3, 1)).toBe('Tuesday, March 3');
  expect(day(2024, 2, 3, 1)).toBe('March 3, 2024');
});
