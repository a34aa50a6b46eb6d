import { expect, it } from '@jest/globals';
import { HUES, hueOf, initials } from '../../web/src/ui/initials.ts';

it('Initials are whole characters: of the first word and of the last', () => {
  expect(initials('Ada Lovelace')).toBe('AL');
  expect(initials('ada')).toBe('A');
  expect(initials('  Ada  King Lovelace ')).toBe('AL');
  expect(initials('👩‍🚀 x')).toBe('👩‍🚀X');
  expect(initials('')).toBe('');
});

it('An id always has the same hue', () => {
  expect(hueOf('ada')).toBe(hueOf('ada'));
  expect(hueOf('anything')).toBeLessThan(HUES);
});
