import { describe, expect, it } from '@jest/globals';
import type { Device } from './device.ts';
import { useScreens } from './screens.ts';

/** A key event that an input method has handled. */
const TAKEN = 229;

const stage = useScreens();

describe('keys of an input method, as Safari fires them after compositionend', () => {
  it(
    'neither send nor discard a text',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      const group = await people.send(ada, grace, 'はじめ');
      const adas = await enter(ada);
      await adas.open('Grace');
      await adas.composer.fill('にほん');
      await press(adas, 'Enter');
      await adas.composer.press('End');
      expect(await adas.composer.inputValue()).toBe('にほん');
      await adas.composer.press('Enter');
      await adas.seesAll(['はじめ', 'にほん']);
      expect(await people.texts(ada, group)).toEqual(['はじめ', 'にほん']);

      // Their Escape does not end an edit, and their arrow does not start one.
      await press(adas, 'ArrowUp');
      await adas.composer.press('End');
      expect(await adas.page.getByText('Editing message').count()).toBe(0);
      await adas.composer.press('ArrowUp');
      await adas.page.getByText('Editing message').waitFor();
      await press(adas, 'Escape');
      await adas.composer.press('End');
      expect(await adas.page.getByText('Editing message').count()).toBe(1);
    }),
  );

  it(
    'neither close a dialog nor select a search result',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      const adas = await enter(ada);
      await adas.page.getByRole('button', { name: 'New group' }).click();
      const dialog = adas.page.getByRole('dialog', { name: 'New group' });
      await dialog.getByRole('textbox', { name: 'Group name' }).fill('にほん');
      await press(adas, 'Escape');
      await dialog.getByRole('combobox').fill(grace.handle);
      await adas.page.getByRole('option', { name: grace.handle }).waitFor();
      await press(adas, 'Enter');
      await dialog.getByRole('combobox').press('End');
      expect(await dialog.getByRole('list', { name: 'Selected members' }).count()).toBe(0);
      await dialog.getByRole('combobox').press('Enter');
      await dialog.getByRole('list', { name: 'Selected members' }).getByText('Grace').waitFor();
      expect(await dialog.getByRole('textbox', { name: 'Group name' }).inputValue()).toBe('にほん');
    }),
  );
});

/** Fires a `keydown` at the focused element. */
function press({ page }: Device, key: string): Promise<void> {
  return page.evaluate(
    (init) => {
      document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', init));
    },
    { key, keyCode: TAKEN, bubbles: true, cancelable: true },
  );
}
