import { describe, expect, it } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import type { Device } from './device.ts';
import { useScreens } from './screens.ts';

const stage = useScreens();

describe('with forced colours a user sees', () => {
  it(
    'which conversation is open, and which one is under the pointer',
    stage(async (scene) => {
      const { adas } = await enterWithThree(scene);
      await adas.open('Grace');
      await adas.page.mouse.move(0, 0);
      const [open, other] = [await paintOf(adas.row('Grace')), await paintOf(adas.row('Alan'))];
      expect(open.equals(other)).toBe(false);
      await adas.row('Alan').hover();
      expect((await edgeOf(adas.row('Alan'))).equals(await edgeOf(adas.row('Hedy')))).toBe(false);
    }),
  );

  it(
    'which menu item and which search result is active, and where a dialog ends',
    stage(async (scene) => {
      const { adas, beginning } = await enterWithThree(scene);
      await adas.page.getByRole('button', { name: /^Signed in as/ }).click();
      const entries = adas.page.getByRole('menuitem');
      await adas.page.keyboard.press('Home');
      await adas.page.locator('.menu-item[data-active-item]').waitFor();
      expect((await paintOf(entries.nth(0))).equals(await paintOf(entries.nth(1)))).toBe(false);
      await adas.page.keyboard.press('Escape');

      await adas.page.getByRole('button', { name: 'New group' }).click();
      const dialog = adas.page.getByRole('dialog', { name: 'New group' });
      await dialog.getByRole('combobox').fill(beginning);
      const options = adas.page.getByRole('option');
      await adas.page.locator('.person[data-active-item]').waitFor();
      await adas.page.mouse.move(0, 0);
      expect((await paintOf(options.nth(0))).equals(await paintOf(options.nth(1)))).toBe(false);
      await options.nth(0).click();
      for (const framed of [dialog, adas.page.locator('.chip')]) {
        expect(await framed.evaluate((element) => getComputedStyle(element).borderTopStyle)).toBe('solid');
      }
    }),
  );
});

/** A user with three conversations, and with users to search for. */
async function enterWithThree({ people, enter }: Parameters<Parameters<typeof stage>[0]>[0]) {
  const ada = await people.create('Ada');
  for (const name of ['Hedy', 'Alan', 'Grace']) await people.send(ada, await people.create(name), 'Hello');
  const beginning = ada.handle.replace('ada-', 'twin-');
  await people.createAlike(beginning, 3);
  const adas: Device = await enter(ada, { forcedColors: 'active' });
  return { adas, beginning };
}

/** The colour inside an element at its left, where there is only its background. */
async function paintOf(element: Locator): Promise<Buffer> {
  const box = await boxOf(element);
  return pictureOf(element.page(), { x: box.x + 5, y: box.y + box.height / 2 });
}

/** The colour in the middle of its upper edge. */
async function edgeOf(element: Locator): Promise<Buffer> {
  const box = await boxOf(element);
  return pictureOf(element.page(), { x: box.x + box.width / 2, y: box.y });
}

async function boxOf(element: Locator) {
  const box = await element.boundingBox();
  if (!box) throw new Error('it is not on the screen');
  return box;
}

function pictureOf(page: Page, { x, y }: { readonly x: number; readonly y: number }): Promise<Buffer> {
  return page.screenshot({ clip: { x: Math.round(x), y: Math.round(y), width: 4, height: 4 } });
}
