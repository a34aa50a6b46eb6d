import { describe, expect, it } from '@jest/globals';
import type { Locator } from 'playwright-core';
import { useScreens } from './screens.ts';

/** An override without an end, one after the end of an isolate that has no beginning, and a name from right to left. */
const NAMES = ['Eve \u202E', 'Eve\u2069\u202E', 'محمد'] as const;

const stage = useScreens();

describe.each(NAMES)('a name that could turn the line round: %j', (name) => {
  it(
    'does not change the direction of the text around it, in the conversation, in the list and in labels',
    stage(async ({ people, enter }) => {
      const [eve, alan, ada] = [
        await people.create(name),
        await people.create('Alan Turing'),
        await people.create('Ada'),
      ];
      const group = await people.createGroup(eve, `${name} & Sons`, [ada]);
      await people.addMember(eve, group, alan);
      const adas = await enter(ada);
      await adas.inbox.getByRole('link').first().click();
      const systemMessage = adas.log.locator('.talk-system').last();
      await systemMessage.waitFor();
      const preview = adas.inbox.locator('.inbox-preview');
      for (const place of [systemMessage, preview]) {
        expect(await placesOf(place, ['added', 'Alan', 'Turing'])).toBe('from left to right');
      }
      const created = adas.log.locator('.talk-system').first();
      expect(await placesOf(created, ['created', '“', '”'])).toBe('from left to right');

      const label = await adas.page
        .getByRole('region', { name: /^Conversation with/ })
        .getAttribute('aria-label');
      expect(label).toMatch(/^Conversation with \u2068[^]*& Sons\u2069$/);
    }),
  );
});

/** Whether words of a text are in this order on the screen, each with its letters in order. */
function placesOf(text: Locator, words: readonly string[]): Promise<string> {
  return text.evaluate((element, wanted) => {
    const lefts: number[] = [];
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    let from = 0;
    for (let node = walker.nextNode(); node;) {
      const word = wanted[lefts.length / 2];
      if (word === undefined) break;
      const at = (node.textContent ?? '').indexOf(word, from);
      if (at < 0) {
        node = walker.nextNode();
        from = 0;
        continue;
      }
      for (const offset of [at, at + word.length - 1]) {
        const range = document.createRange();
        range.setStart(node, offset);
        range.setEnd(node, offset + 1);
        lefts.push(range.getBoundingClientRect().left);
      }
      from = at + word.length;
    }
    if (lefts.length < wanted.length * 2) return `only ${lefts.length / 2} of them are rendered`;
    const isRising = lefts.every((left, place) => place === 0 || left >= (lefts[place - 1] ?? 0));
    return isRising ? 'from left to right' : `at ${lefts.join(', ')}`;
  }, words);
}
