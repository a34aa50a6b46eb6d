import { describe, expect, it } from '@jest/globals';
import { completed, tokenAt } from '../../web/src/conversation/completion/token.ts';

const person = { trigger: '@', pattern: /^\w*$/ };
const emoji = { trigger: ':', pattern: /^\w{2,}:?$/ };

/** The word at the `|` of a text. */
function wordAt(marked: string) {
  const cursor = marked.indexOf('|');
  const token = tokenAt(marked.replace('|', ''), cursor, [person, emoji]);
  return token && { trigger: token.kind.trigger, from: token.from, query: token.query };
}

describe('the word at the cursor', () => {
  it.each([
    ['@|', { trigger: '@', from: 0, query: '' }],
    ['Hello @gra|', { trigger: '@', from: 6, query: 'gra' }],
    ['Hello @gr|ace', { trigger: '@', from: 6, query: 'gr' }],
    ['(@ada|)', { trigger: '@', from: 1, query: 'ada' }],
    ['one\n:smi|', { trigger: ':', from: 4, query: 'smi' }],
    [':smile:|', { trigger: ':', from: 0, query: 'smile:' }],
    ['😀:he|', { trigger: ':', from: 2, query: 'he' }],
  ])('can be completed: %s', (marked, token) => {
    expect(wordAt(marked)).toEqual(token);
  });

  it.each(['|', 'ada@exam|', '12:30|', 'https:|', ':)|', ': smile|', '@ada |', ':s|', '@gra ce|', 'é:smi|'])(
    'cannot be completed: %s',
    (marked) => {
      expect(wordAt(marked)).toBeUndefined();
    },
  );

  it('is looked for at no great distance', () => {
    expect(wordAt(`@${'a'.repeat(63)}|`)).toBeDefined();
    expect(wordAt(`@${'a'.repeat(64)}|`)).toBeUndefined();
  });

  it('is replaced, and the cursor is behind it', () => {
    expect(completed('Hi @gr, hello', { from: 3, to: 6 }, '@grace')).toEqual({
      text: 'Hi @grace, hello',
      cursor: 9,
    });
  });
});
