import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { BLENDS, HUES, hueOf, initials } from '../../web/src/ui/initials.ts';

const styles = readFileSync(new URL('../../web/src/ui/avatar.css', import.meta.url), 'utf8');

const PEOPLE = [
  ...['Maria Mitchell', 'Kathleen Booth', 'Mary Somerville', 'Emmy Noether', 'Sofia Kovalevskaya'],
  ...['Srinivasa Ramanujan', 'عمر الخيام', 'Chien-Shiung Wu', 'Dorothy Vaughan', 'Evelyn Boyd Granville'],
  ...['Rózsa Péter', 'Barbara Liskov'],
];

it('Initials are whole characters: of the first word and of the last', () => {
  expect(initials('Ada Lovelace')).toBe('AL');
  expect(initials('ada')).toBe('A');
  expect(initials('  Ada  King Lovelace ')).toBe('AL');
  expect(initials('👩‍🚀 x')).toBe('👩‍🚀X');
  expect(initials('')).toBe('');
});

describe('The colours of a face', () => {
  it('are always the same for a name, and the style sheet has each of them', () => {
    expect(hueOf('Ada Lovelace')).toBe(hueOf('Ada Lovelace'));
    const names = Array.from({ length: 1_000 }, (_, place) => `Number ${place}`);
    const used = new Set(names.flatMap((name) => hueOf(name).split(' ')));
    // A face of the first blend is of one hue.
    const defined = [...styles.matchAll(/^\.((?:hue|blend)-\d+) \{/gm)].map(([, name]) => name);
    expect([...used].sort()).toEqual([...defined, 'blend-0'].sort());
    expect(used.size).toBe(HUES + BLENDS);
  });

  it('differ for most of twelve people', () => {
    const looks = PEOPLE.map(hueOf);
    expect(new Set(looks).size).toBeGreaterThanOrEqual(10);
    expect(new Set(looks.map((look) => look.split(' ')[0])).size).toBeGreaterThanOrEqual(8);
  });
});
