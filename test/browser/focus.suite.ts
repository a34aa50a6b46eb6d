import { describe, expect, it } from '@jest/globals';
import type { Locator } from 'playwright-core';
import type { Device } from './device.ts';
import { isolateName } from '../../schema/isolate-name.ts';
import { PHONE, useScreens } from './screens.ts';

const stage = useScreens();

describe('the focus, when its element is removed', () => {
  it(
    'stays at a message whose text was deleted',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      await people.send(ada, grace, 'Not this');
      const adas = await enter(ada);
      await adas.open('Grace');
      await adas.bubbles('Not this').focus();
      await adas.page.keyboard.press('Enter');
      await adas.page.getByRole('menuitem', { name: 'Delete…' }).waitFor();
      await adas.page.keyboard.press('Control+End');
      await adas.page.keyboard.press('Enter');
      const dialog = adas.page.getByRole('dialog', { name: 'Delete message?' });
      await pressAt(adas, dialog.getByRole('button', { name: 'Delete' }));
      await dialog.waitFor({ state: 'hidden' });
      await isFocused(adas, adas.bubbles('Message deleted'));
    }),
  );

  it(
    'stays in the messages when a failed one is discarded or tried again',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      await people.send(ada, grace, 'First');
      const adas = await enter(ada);
      await adas.open('Grace');
      await adas.page.route('**/api/messages', (route) =>
        route.fulfill({ status: 422, json: ['message_malformed'] }),
      );
      await adas.watch.tolerating(/422/, async () => {
        await adas.send('Refused');
        await pressAt(adas, adas.log.getByRole('button', { name: 'Try again' }));
        await adas.eventually(async () => expect(await isInLog(adas)).toBe(true));
        await pressAt(adas, adas.log.getByRole('button', { name: 'Discard' }));
        await adas.seesAll(['First']);
        await isFocused(adas, adas.log);
      });
    }),
  );

  it(
    'stays in the list of members when a member is removed, or the removal is cancelled',
    stage(async ({ people, enter }) => {
      const [ada, grace, alan] = await Promise.all([
        people.create('Ada'),
        people.create('Grace'),
        people.create('Alan'),
      ]);
      await people.createGroup(ada, 'Compilers', [grace, alan]);
      const adas = await enter(ada);
      await adas.open('Compilers');
      await pressAt(adas, adas.page.getByRole('button', { name: 'Group info' }));
      const dialog = adas.page.getByRole('dialog', { name: 'Group info' });
      const menu = dialog.getByRole('button', { name: `Actions for ${isolateName('Grace')}` });
      await askToRemove(adas, menu);
      await pressAt(adas, dialog.getByRole('button', { name: 'Cancel' }));
      await isFocused(adas, menu);
      await askToRemove(adas, menu);
      await pressAt(adas, dialog.getByRole('button', { name: 'Remove', exact: true }));
      await menu.waitFor({ state: 'detached' });
      await isFocused(adas, dialog.getByRole('list', { name: 'Members' }));
    }),
  );

  it(
    'stays in the form when a member is removed from a new group',
    stage(async ({ people, enter }) => {
      const [ada, grace, alan] = await Promise.all([
        people.create('Ada'),
        people.create('Grace'),
        people.create('Alan'),
      ]);
      const adas = await enter(ada);
      await adas.page.getByRole('button', { name: 'New group' }).click();
      for (const person of [grace, alan]) await adas.pick(person);
      const chosen = adas.page.getByRole('list', { name: 'Selected members' });
      await pressAt(adas, chosen.getByRole('button', { name: `Remove ${isolateName('Grace')}` }));
      await isFocused(adas, chosen);
      await pressAt(adas, chosen.getByRole('button', { name: `Remove ${isolateName('Alan')}` }));
      await isFocused(adas, adas.page.getByRole('dialog', { name: 'New group' }));
    }),
  );

  it(
    'returns to a conversation’s row on a phone, and to the field after a press of the send button',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      await people.send(ada, grace, 'First');
      const adas = await enter(ada, { viewport: PHONE });
      await pressAt(adas, adas.row('Grace'));
      await adas.composer.fill('By the button');
      await pressAt(adas, adas.page.getByRole('button', { name: 'Send' }));
      await adas.sees('By the button');
      await isFocused(adas, adas.composer);
      await pressAt(adas, adas.page.getByRole('link', { name: 'Back to conversations' }));
      await isFocused(adas, adas.row('Grace'));
    }),
  );

  it(
    'is nowhere after a press outside of every element that takes it',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      await people.send(ada, grace, 'First');
      const adas = await enter(ada);
      await adas.open('Grace');
      await isFocused(adas, adas.composer);
      await adas.inbox.locator('.inbox-head').click({ position: { x: 2, y: 2 } });
      await people.send(grace, ada, 'Second');
      await adas.sees('Second');
      expect(await adas.page.evaluate(() => document.activeElement === document.body)).toBe(true);
    }),
  );
});

describe('a search that finds more users than fit on a page', () => {
  it(
    'shows that there are more, and loads all of them',
    stage(async ({ people, enter }) => {
      const ada = await people.create('Ada');
      const beginning = ada.handle.replace('ada-', 'twin-');
      const twins = await people.createAlike(beginning, 23);
      const adas = await enter(ada);
      await adas.page.getByRole('button', { name: 'New group' }).click();
      const dialog = adas.page.getByRole('dialog', { name: 'New group' });
      const field = dialog.getByRole('combobox');
      const options = adas.page.getByRole('option');
      await field.fill(beginning);
      await dialog.getByText('10 users found so far.').waitFor();
      expect(await options.count()).toBe(10);
      const more = dialog.getByRole('button', { name: 'Show more users' });
      await pressAt(adas, more);
      await dialog.getByText('20 users found so far.').waitFor();
      await pressAt(adas, more);
      await dialog.getByText('23 users found.', { exact: true }).waitFor();
      expect(await options.count()).toBe(twins.length);
      await isFocused(adas, field);

      // A selected user is not offered: the page is filled from the next one.
      await options.first().click();
      await field.fill(beginning);
      await dialog.getByText('22 users found.', { exact: true }).waitFor();
    }),
  );
});

async function askToRemove(device: Device, menu: Locator): Promise<void> {
  await pressAt(device, menu);
  await device.page.getByRole('menuitem', { name: 'Remove from group…' }).waitFor();
  await device.page.keyboard.press('Control+End');
  await device.page.keyboard.press('Enter');
}

/** Presses a button with the keyboard. */
async function pressAt(device: Device, button: Locator): Promise<void> {
  await button.focus();
  await device.page.keyboard.press('Enter');
}

function isFocused(device: Device, target: Locator): Promise<void> {
  return device.eventually(async () =>
    expect(await target.evaluate((element) => element === document.activeElement)).toBe(true),
  );
}

/** Whether the focus is on the list of messages or inside it. */
function isInLog({ log }: Device): Promise<boolean> {
  return log.evaluate((element) => element.contains(document.activeElement));
}
