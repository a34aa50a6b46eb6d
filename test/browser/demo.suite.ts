import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { findProblems } from './accessibility.ts';
import type { Device } from './device.ts';
import { overflowOf } from './overflow.ts';
import { takePicture } from './pictures.ts';
import { PHONE, useScreens, WIDE } from './screens.ts';

const stage = useScreens();

/** One side of the demo: its switch, its status, and the screens in its frame. */
class DemoSide {
  readonly screens: FrameLocator;
  readonly status: Locator;
  readonly #switch: Locator;

  constructor(page: Page, name: string) {
    const side = page.getByRole('region', { name, exact: true });
    this.screens = side.frameLocator('iframe');
    this.status = side.getByRole('status');
    this.#switch = side.getByRole('group', { name: `The network of ${name}` });
  }

  async isReady(): Promise<void> {
    await this.screens.locator('.connection[data-state=live]').first().waitFor({ state: 'attached' });
    await this.screens.getByRole('log').locator('[data-seq]').first().waitFor();
  }

  async sets(network: string): Promise<void> {
    await this.#switch.getByRole('button', { name: network }).click();
  }

  async sends(text: string): Promise<void> {
    const composer = this.screens.getByRole('textbox', { name: /^Message to/ });
    await composer.fill(text);
    await composer.press('Enter');
  }

  sees(text: string): Promise<void> {
    return this.screens.getByRole('log').getByText(text).waitFor();
  }

  /** Which of these texts are stored messages on the screen, in their order, as often as they are there. */
  async stored(texts: readonly string[]): Promise<string[]> {
    const all = await this.screens.getByRole('log').locator('[data-seq]').allTextContents();
    return all.flatMap((message) => texts.filter((text) => message.includes(text)));
  }

  async says(words: RegExp): Promise<void> {
    await this.status.getByText(words).waitFor();
  }
}

async function openDemo({ page }: Device): Promise<{ ada: DemoSide; grace: DemoSide }> {
  await page.goto('/demo');
  const sides = { ada: new DemoSide(page, 'Ada'), grace: new DemoSide(page, 'Grace') };
  await sides.ada.isReady();
  await sides.grace.isReady();
  return sides;
}

/** Texts that no other test sends. */
const written = (...texts: string[]): string[] => texts.map((text) => `${text} ${randomUUID().slice(0, 8)}`);

describe('The demo', () => {
  it(
    'shows two users side by side, what waits without a network, what is repaired after it, and each message once',
    stage(async ({ people, openWindow }) => {
      const device = await openWindow(await people.known('ada'));
      const { ada, grace } = await openDemo(device);
      const texts = written('Hello Grace', 'Are you there?', 'I write without a network', 'And once more');
      const [hello = '', there = '', first = '', second = ''] = texts;
      await ada.sends(hello);
      await grace.sees(hello);

      await grace.sets('No network');
      await ada.sends(there);
      await ada.sees(there);
      await grace.sends(first);
      await grace.sends(second);
      await grace.says(/^No network\. 2 messages wait, in order\.$/);
      await takePicture(device.page, 'demo-no-network');
      expect(await grace.stored(texts)).toEqual([hello]);
      expect(await ada.stored(texts)).toEqual([hello, there]);

      await grace.sets('Connected');
      await grace.says(/2 messages waited\. The server got them in 2 requests, and has each once\./);
      await grace.says(/1 message that was missed: fetched, in order\./);
      await ada.sees(second);
      expect(await grace.stored(texts)).toEqual(texts);
      expect(await ada.stored(texts)).toEqual(texts);
    }),
  );

  it(
    'shows that a message is there once whose sender never got a response',
    stage(async ({ people, openWindow }) => {
      const { ada, grace } = await openDemo(await openWindow(await people.known('ada')));
      const [text = ''] = written('Did it arrive?');
      await ada.sets('Loses responses');
      await ada.sends(text);
      await grace.sees(text);
      await ada.says(/^1 message waits for a response\. The server got \d+ requests for it\.$/);
      expect(await ada.stored([text])).toEqual([]);

      await ada.sets('Connected');
      await ada.says(/1 message waited\. The server got it in \d+ requests, and has it once\./);
      expect(await ada.stored([text])).toEqual([text]);
      expect(await grace.stored([text])).toEqual([text]);
    }),
  );

  it.each([
    { name: 'demo-wide-light', viewport: WIDE, colorScheme: 'light' },
    { name: 'demo-wide-dark', viewport: WIDE, colorScheme: 'dark' },
    { name: 'demo-phone-light', viewport: PHONE, colorScheme: 'light' },
  ] as const)('can be used by everybody, and fits: $name', async ({ name, ...options }) =>
    stage(async ({ people, openWindow }) => {
      const device = await openWindow(await people.known('ada'), options);
      await openDemo(device);
      await takePicture(device.page, name);
      expect(await findProblems(device.page)).toEqual([]);
      expect(await overflowOf(device.page)).toEqual([]);
    })(),
  );
});
