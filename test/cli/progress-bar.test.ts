import { expect, it } from '@jest/globals';
import { remainingText } from '../../cli/progress-bar.ts';

it.each([
  // Too little was measured to say anything.
  [3_000, { count: 1, ms: 20 }, ''],
  [2_999, { count: 0, ms: 10_000 }, ''],
  [0, { count: 3_000, ms: 10_000 }, ''],
  [2_700, { count: 300, ms: 5_000 }, ' · about 50 s to go'],
  [100, { count: 2_900, ms: 40_000 }, ' · a few seconds to go'],
  [90_000, { count: 10_000, ms: 60_000 }, ' · about 9 min to go'],
])('with %i left after %j it says %j', (left, measured, text) => {
  expect(remainingText(left, measured)).toBe(text);
});
