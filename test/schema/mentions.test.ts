import { describe, expect, it } from '@jest/globals';
import { mentionsIn } from '../../schema/mentions.ts';

const wordsIn = (text: string) => mentionsIn(text).words;

describe('the mentions in a text', () => {
  it.each([
    ['@ada', [['ada']]],
    ['Hello @Ada and @grace_hopper: @a-b.c', [['ada'], ['grace_hopper'], ['a-b.c']]],
    ['(@ada),@grace!@kay', [['ada'], ['grace'], ['kay']]],
    ['@ada @ADA @ada', [['ada']]],
    ['\n@ada\n', [['ada']]],
  ])('of %j are handles, each once', (text, expected) => {
    expect(wordsIn(text)).toEqual(expected);
  });

  it('can end with the punctuation of a sentence', () => {
    expect(wordsIn('Ask @ada. Or @grace... Or @kay_-')).toEqual([
      ['ada.', 'ada'],
      ['grace...', 'grace'],
      ['kay_-', 'kay'],
    ]);
  });

  it.each([
    'ada@example.com',
    'a.@ada',
    '@@ada',
    '@',
    '@a',
    '@ada\u00e9',
    '@\u212aay',
    '\u00e9@ada',
    `@${'x'.repeat(31)}`,
  ])('are none in %j', (text) => {
    expect(mentionsIn(text)).toEqual({ all: false, words: [] });
  });

  it('have all members for @all, and nobody of that handle', () => {
    expect(mentionsIn('@all, @ALL. and @ada')).toEqual({ all: true, words: [['ada']] });
    expect(mentionsIn('@all.')).toEqual({ all: true, words: [] });
    expect(mentionsIn('@alles @all-of-us').all).toBe(false);
  });

  it('are the first 20 of different handles', () => {
    const text = Array.from({ length: 30 }, (_, place) => `@user-${place % 25}`).join(' ');
    expect(wordsIn(text).map(([handle]) => handle)).toEqual(
      Array.from({ length: 20 }, (_, place) => `user-${place}`),
    );
  });

  it('are found in a long text in linear time', () => {
    const text = '@'.repeat(4_000) + '@a.'.repeat(1_300) + 'x'.repeat(200);
    const before = performance.now();
    mentionsIn(text);
    expect(performance.now() - before).toBeLessThan(200);
  });
});
