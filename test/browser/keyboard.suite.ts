import { describe, expect, it } from '@jest/globals';
import type { Locator } from 'playwright-core';
import { isolateName } from '../../schema/isolate-name.ts';
import type { Device } from './device.ts';
import { useScreens } from './screens.ts';

/** More tab stops than any screen has. */
const MAX_STOPS = 60;

const stage = useScreens();

describe('a user with a keyboard and no pointer', () => {
  it(
    'signs in, starts a conversation, writes, edits and deletes',
    stage(async ({ people, openWindow }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      const adas = await openWindow(ada);
      const { page } = adas;
      const { keyboard } = page;
      await page.goto('/');
      await page.getByRole('textbox', { name: 'Handle' }).waitFor();
      await tabTo(adas, page.getByRole('textbox', { name: 'Handle' }));
      await keyboard.type(ada.handle);
      await keyboard.press('Enter');
      await adas.isLive();

      await tabTo(adas, page.getByRole('button', { name: 'New conversation' }));
      await keyboard.press('Enter');
      await isFocused(adas, page.getByRole('combobox', { name: 'To' }));
      await keyboard.type(grace.handle);
      await page.getByRole('option', { name: grace.handle }).waitFor();
      await keyboard.press('Enter');
      await isFocused(adas, adas.composer);
      await keyboard.type('Helo Grace');
      await keyboard.press('Shift+Enter');
      await keyboard.type('How are you?');
      await keyboard.press('Enter');
      await adas.sees('Helo Grace\nHow are you?');

      // Arrow up in an empty field edits the last own message; Escape cancels.
      await isFocused(adas, adas.composer);
      await keyboard.press('ArrowUp');
      await adas.eventually(async () => expect(await adas.composer.inputValue()).toContain('Helo'));
      await keyboard.press('Escape');
      await adas.eventually(async () => expect(await adas.composer.inputValue()).toBe(''));
      await keyboard.press('ArrowUp');
      await adas.eventually(async () => expect(await adas.composer.inputValue()).toContain('Helo'));
      await keyboard.press('Control+a');
      await keyboard.type('Hello Grace');
      await keyboard.press('Enter');
      await adas.sees('Hello Grace');

      // The messages are one stop: the arrow keys move along them, and Enter opens the menu.
      const message = adas.bubbles('Hello Grace');
      await tabTo(adas, message);
      await keyboard.press('Enter');
      const entry = page.getByRole('menuitem', { name: 'Delete…' });
      await entry.waitFor();
      await keyboard.press('Escape');
      await entry.waitFor({ state: 'hidden' });
      await isFocused(adas, message);
      // The next stop is its toolbar.
      const more = message.getByRole('button', { name: 'Message actions' });
      await keyboard.press('Tab');
      await keyboard.press('ArrowLeft');
      await isFocused(adas, more);
      await keyboard.press('Enter');
      await entry.waitFor();
      await keyboard.press('Control+End');
      await isFocused(adas, entry);
      await keyboard.press('Enter');
      const dialog = page.getByRole('dialog', { name: 'Delete message?' });
      await dialog.waitFor();
      await keyboard.press('Escape');
      await dialog.waitFor({ state: 'hidden' });
      // The focus is back where it was.
      await isFocused(adas, message);
      await keyboard.press('Enter');
      await entry.waitFor();
      await keyboard.press('Control+End');
      await keyboard.press('Enter');
      await tabTo(adas, dialog.getByRole('button', { name: 'Delete' }));
      await keyboard.press('Enter');
      await adas.seesAll(['Message deleted']);
    }),
  );

  it(
    'creates a group, scrolls its messages, and leaves it',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      const adas = await enter(ada);
      const { page } = adas;
      const { keyboard } = page;
      const open = page.getByRole('button', { name: 'New group' });
      await tabTo(adas, open);
      await keyboard.press('Enter');
      const dialog = page.getByRole('dialog', { name: 'New group' });
      await dialog.waitFor();
      await keyboard.press('Escape');
      await dialog.waitFor({ state: 'hidden' });
      await isFocused(adas, open);
      await keyboard.press('Enter');
      await tabTo(adas, dialog.getByRole('textbox', { name: 'Group name' }));
      await keyboard.type('Compilers');
      await tabTo(adas, dialog.getByRole('combobox', { name: 'Add members' }));
      await keyboard.type(grace.handle);
      await page.getByRole('option', { name: grace.handle }).waitFor();
      await keyboard.press('Enter');
      await dialog.getByRole('list', { name: 'Selected members' }).getByText('Grace').waitFor();
      await tabTo(adas, dialog.getByRole('button', { name: 'Create group' }));
      await keyboard.press('Enter');
      await adas.log.getByText('You created “Compilers”').waitFor();

      await isFocused(adas, adas.composer);
      await keyboard.type('line');
      for (let line = 1; line < 60; line += 1) await keyboard.press('Shift+Enter');
      await keyboard.type('end');
      await keyboard.press('Enter');
      await adas.log.locator('article[data-seq]').waitFor();
      await tabTo(adas, adas.log);
      const bottom = await adas.log.evaluate(({ scrollTop }) => scrollTop);
      expect(bottom).toBeGreaterThan(0);
      await keyboard.press('PageUp');
      await adas.eventually(async () =>
        expect(await adas.log.evaluate(({ scrollTop }) => scrollTop)).toBeLessThan(bottom),
      );

      await tabTo(adas, page.getByRole('button', { name: 'Group info' }));
      await keyboard.press('Enter');
      await tabTo(adas, page.getByRole('button', { name: `Actions for ${isolateName('Ada')}` }));
      await keyboard.press('Enter');
      await page.getByRole('menuitem', { name: 'Leave group…' }).waitFor();
      await keyboard.press('Enter');
      await isFocused(adas, page.getByRole('button', { name: 'Leave', exact: true }));
      await keyboard.press('Enter');
      await adas.row('Compilers').waitFor({ state: 'detached' });
    }),
  );
});

/** Presses Tab until an element has the focus, and checks that the focus is visible at each stop. */
async function tabTo(device: Device, target: Locator): Promise<void> {
  for (let stop = 1; stop <= MAX_STOPS; stop += 1) {
    if (await hasFocus(target)) return;
    await device.page.keyboard.press('Tab');
    expect(await device.page.evaluate(unseenFocus)).toBe('');
  }
  throw new Error(`the Tab key does not lead to ${target.toString()}`);
}

function isFocused(device: Device, target: Locator): Promise<void> {
  return device.eventually(async () => expect(await hasFocus(target)).toBe(true));
}

async function hasFocus(target: Locator): Promise<boolean> {
  if ((await target.count()) !== 1) return false;
  return target.evaluate((element) => element === document.activeElement);
}

/** In the page: describes a focused element that is not visible or has no ring; nothing if there is no problem. */
function unseenFocus(): string {
  const focused = document.activeElement;
  // After the last stop the focus is in the browser's own controls.
  if (!focused || focused === document.body) return '';
  const name = `${focused.tagName.toLowerCase()}.${focused.className}`;
  const { top, bottom, left, right } = focused.getBoundingClientRect();
  const isInSight = bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
  if (!isInSight) return `${name} is out of sight`;
  // A ring may enclose a field together with the elements next to it.
  const isRinged = [focused, focused.parentElement].some((element) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(element ?? focused);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) > 0;
  });
  return isRinged && Number(getComputedStyle(focused).opacity) > 0 ? '' : `${name} shows no focus`;
}
