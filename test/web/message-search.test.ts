import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SearchPage } from '../../web/src/api/search-calls.ts';
import type { FoundMessage } from '../../client/src/api/shapes.ts';
import { searchWordsOf } from '../../schema/search-words.ts';
import { excerptOf } from '../../web/src/search/excerpt.ts';
import { MessageSearch } from '../../web/src/search/message-search.ts';
import { progressWords } from '../../web/src/search/progress-words.ts';
import { closeSearch, createSearchHandle, openSearch } from '../../web/src/search/search-view.ts';

const message = (seq: number): FoundMessage => ({
  ...{ uuid: `m${seq}`, message_group_uuid: 'g', seq, rev: 0, kind: 'text', user_uuid: 'ada' },
  ...{ display_name: 'Ada', handle: 'ada', message: `text ${seq}`, created_at: '2024-03-03T14:32:00.000Z' },
  ...{ edited_at: null, deleted_at: null, mentions: [], mentions_all: false, attachments: [] },
});
const page = (values: Partial<SearchPage>): SearchPage => ({
  ...{ found: [], next: 'on', lookedAt: 500, backTo: '2024-03-03T12:00:00.000Z' },
  ...values,
});

/** A search that gets these pages, or failures, one after another; and the places that it asked for. */
function searchOf(pages: readonly (SearchPage | Error)[]) {
  const places: (string | undefined)[] = [];
  const search = new MessageSearch((place) => {
    const next = pages[places.length] ?? page({});
    places.push(place);
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  });
  const words = () => progressWords(search.state.get());
  const seqs = () => search.state.get().found.map(({ seq }) => seq);
  return { search, places, words, seqs };
}

describe('a search of the screens', () => {
  it('looks further without being asked, for some steps, and says how far it looked', async () => {
    const { search, places, words } = searchOf([page({ next: '501' })]);
    expect(words()).toBe('Nothing found so far. ');
    const going = search.goOn();
    expect(words()).toBe('Searching… ');
    await going;
    expect(places).toEqual([undefined, '501', 'on', 'on']);
    expect(words()).toBe('Nothing found so far. Looked through 2,000 messages, back to March 3, 2024.');
    await search.goOn();
    expect(places).toHaveLength(8);
  });

  it('stops where enough was found, and at the end', async () => {
    const many = Array.from({ length: 12 }, (_, place) => message(100 - place));
    const { search, places, words, seqs } = searchOf([
      page({ found: many }),
      page({ found: [message(1)], next: undefined }),
    ]);
    await search.goOn();
    expect([places.length, words()]).toEqual([
      1,
      '12 messages found so far. Looked through 500 messages, back to March 3, 2024.',
    ]);
    await search.goOn();
    await search.goOn();
    expect([places.length, seqs().at(-1), words()]).toEqual([2, 1, '13 messages found.']);
  });

  it('shows a message once that comes twice', async () => {
    const { search, seqs } = searchOf([
      page({ found: [message(3), message(2)] }),
      page({ found: [message(2), message(1)], next: undefined }),
    ]);
    await search.goOn();
    expect(seqs()).toEqual([3, 2, 1]);
  });

  it('repeats a step that failed when it is asked to go on, and keeps what was found', async () => {
    const { search, places, words, seqs } = searchOf([
      page({ found: [message(3)], next: '3' }),
      new Error('no network'),
      page({ found: [message(1)], next: undefined }),
    ]);
    await search.goOn();
    expect([words(), search.state.get().error]).toEqual(['1 message found so far.', new Error('no network')]);
    await search.goOn();
    expect([places, seqs(), search.state.get().error]).toEqual([[undefined, '3', '3'], [3, 1], undefined]);
  });

  it('that is stopped takes no response any more, and goes on later from the same place', async () => {
    const places: (string | undefined)[] = [];
    const answers: (() => void)[] = [];
    const search = new MessageSearch((place) => {
      places.push(place);
      return new Promise((resolve) => {
        answers.push(() => resolve(page({ found: [message(places.length)], next: undefined })));
      });
    });
    const first = search.goOn();
    search.stop();
    const second = search.goOn();
    answers[0]?.();
    await first;
    expect(search.state.get()).toMatchObject({ found: [], isSearching: true });
    answers[1]?.();
    await second;
    expect(places).toEqual([undefined, undefined]);
    expect(search.state.get()).toMatchObject({ found: [{ seq: 2 }], isSearching: false, isDone: true });
  });

  it('is kept while a message is shown, until it is closed or another one is opened', () => {
    const handle = createSearchHandle();
    openSearch(handle, 'g');
    const view = { uuid: 'g', isShown: true, openedId: 'm1' };
    handle.set({ ...view, isShown: false });
    openSearch(handle, 'g');
    expect(handle.get()).toEqual(view);
    openSearch(handle);
    expect(handle.get()).toEqual({ uuid: undefined, isShown: true });
    closeSearch(handle);
    expect(handle.get()).toBeUndefined();
  });
});

describe('the excerpt of a result', () => {
  const shown = (text: string, query: string) =>
    excerptOf(text, searchWordsOf(query))
      .map((part) => (part.isMatch ? `[${part.text}]` : part.text))
      .join('');

  it('is a short text as a whole, with its matches marked', () => {
    expect(shown('Crème for Monday', 'mon creme')).toBe('[Crème] for [Mon]day');
  });

  it('of a long text begins and ends around the first match, between words', () => {
    const excerpt = shown(`${'before '.repeat(50)}needle ${'after '.repeat(80)}needle`, 'needle');
    expect(excerpt).toMatch(/^…(before |\s)+\[needle\] (after ?)+…$/);
    expect(excerpt.length).toBeLessThan(330);
    expect(shown(`${'x'.repeat(500)}-needle`, 'needle')).toBe(`…${'x'.repeat(59)}-[needle]`);
  });

  it('is a part of the text, whatever it is', () => {
    const texts = fc.string({ unit: 'grapheme', maxLength: 600 });
    fc.assert(
      fc.property(texts, fc.string({ maxLength: 3 }), (text, query) => {
        const parts = excerptOf(text, searchWordsOf(query)).map((part) => part.text);
        const ends = [parts, parts.slice(1), parts.slice(0, -1), parts.slice(1, -1)];
        expect(ends.some((some) => text.includes(some.join('')))).toBe(true);
      }),
    );
  });
});
