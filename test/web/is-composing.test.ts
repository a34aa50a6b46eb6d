import { expect, it } from '@jest/globals';
import { isComposing } from '../../web/src/ui/is-composing.ts';

it.each([
  ['while it composes', { isComposing: true, keyCode: 13 }, true],
  ['which Safari fires after the composition has ended', { isComposing: false, keyCode: 229 }, true],
  ['that a keyboard sent', { isComposing: false, keyCode: 13 }, false],
])('a key belongs to the input method or to the page: one %s', (_when, event, expected) => {
  expect(isComposing(event)).toBe(expected);
});
