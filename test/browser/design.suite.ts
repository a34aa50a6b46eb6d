import { describe, expect, it } from '@jest/globals';
import type { Locator } from 'playwright-core';
import type { Device } from './device.ts';
import { useScreens } from './screens.ts';

const stage = useScreens();

/** In pixels. */
const LINE_HEIGHT = 36;
const COLUMN = 800;

describe('The design of the screens: on a wide window', () => {
  it(
    'a conversation is one column, above its composer, with 36 px for a message and the time once for a run',
    stage(async ({ people, enter }) => {
      const [ada, grace] = [await people.create('Ada'), await people.create('Grace')];
      const group = await people.send(grace, ada, 'Good morning');
      for (const text of ['Is it built?', 'I have the cards']) await people.sendToGroup(grace, group, text);
      await people.sendToGroup(ada, group, 'Not yet');
      const adas = await enter(ada, { viewport: { width: 2_560, height: 1_300 } });
      await adas.open('Grace');
      await adas.sees('Not yet');

      const face = await boxOf(adas.page.locator('.conversation-head .avatar'));
      const composer = await boxOf(adas.page.locator('.composer-line'));
      const run = adas.log.locator('[data-own=false]');
      const [own, beside] = [adas.bubbles('Not yet').locator('.bubble'), run.locator('.avatar')];
      await adas.eventually(async () => {
        expect(await heightsOf(run)).toEqual([44, LINE_HEIGHT, LINE_HEIGHT]);
      });
      const [first, last] = [await boxOf(beside), await boxOf(own)];
      expect(composer.width).toBe(COLUMN);
      expect([face.x, first.x]).toEqual([composer.x, composer.x]);
      expect(last.x + last.width).toBe(composer.x + composer.width);
      expect(composer.y - (last.y + last.height)).toBeLessThan(LINE_HEIGHT);
      expect(await run.locator('time').count()).toBe(1);
    }),
  );

  it(
    'what is unread is bold in the list, and nothing else',
    stage(async ({ people, enter }) => {
      const ada = await people.create('Ada');
      const [grace, alan] = [await people.create('Grace'), await people.create('Alan')];
      const read = await people.send(grace, ada, 'Hello');
      await people.markRead(ada, read, 1);
      await people.send(alan, ada, 'Hello');
      const adas = await enter(ada);
      await adas.seesUnread('Alan', 1);
      const weights = await Promise.all(['Grace', 'Alan'].map((name) => weightOf(adas.row(name))));
      expect(weights).toEqual(['400', '650']);
    }),
  );
});

describe('The fonts of the build', () => {
  it.each([
    { draws: 'grey', fetches: true },
    { draws: 'red', fetches: false },
  ])(
    'are fetched when they are needed: emoji on a device whose own are $draws: $fetches',
    async ({ draws, fetches }) =>
      stage(async ({ people, openWindow }) => {
        const [ada, grace] = [await people.create('Ada'), await people.create('Grace')];
        await people.send(grace, ada, 'Congratulations 🎉');
        const adas = await openWindow(ada);
        await drawEmojiIn(adas, draws);
        await adas.signIn();
        await adas.row('Grace').getByText('Congratulations').waitFor();
        await adas.eventually(async () => {
          expect(await fontsOf(adas)).toEqual(['Inter Variable', ...(fetches ? ['Noto Color Emoji'] : [])]);
        });
      })(),
  );
});

/** The families of the build of which a file is loaded. */
function fontsOf({ page }: Device): Promise<string[]> {
  return page.evaluate(async () => {
    await document.fonts.ready;
    const loaded = [...document.fonts].filter(({ status }) => status === 'loaded');
    const families = new Set(loaded.map(({ family }) => family.replaceAll('"', '')));
    return [...families].filter((family) => family !== 'Inter Fallback').sort();
  });
}

/** Has the page draw texts on a canvas in one colour. Call it before the page is loaded. */
async function drawEmojiIn({ page }: Device, colour: string): Promise<void> {
  await page.addInitScript((style) => {
    CanvasRenderingContext2D.prototype.fillText = function () {
      this.fillStyle = style;
      this.fillRect(0, 0, this.canvas.width, this.canvas.height);
    };
  }, colour);
}

async function boxOf(element: Locator) {
  const box = await element.boundingBox();
  if (!box) throw new Error('it is not on the screen');
  return box;
}

async function heightsOf(elements: Locator): Promise<number[]> {
  return elements.evaluateAll((all) => all.map((element) => element.getBoundingClientRect().height));
}

async function weightOf(row: Locator): Promise<string> {
  return row.locator('.inbox-name').evaluate((name) => getComputedStyle(name).fontWeight);
}
