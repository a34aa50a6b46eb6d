import { describe, expect, it } from '@jest/globals';
import { isolateName } from '../../schema/isolate-name.ts';
import { findProblems } from './accessibility.ts';
import { useScreens } from './screens.ts';

const stage = useScreens();

describe('a user who blocks another', () => {
  it(
    'confirms it, cannot write to the other until they unblock, and neither can the other',
    stage(async ({ people, enter }) => {
      const [ada, mallory] = await Promise.all([people.create('Ada'), people.create('Mallory')]);
      await people.send(mallory, ada, 'Psst');
      const [adas, mallorys] = [await enter(ada), await enter(mallory)];
      await Promise.all([adas.open('Mallory'), mallorys.open('Ada')]);
      await adas.page.getByRole('button', { name: 'Conversation settings' }).click();
      await adas.chooseItem('Block…');
      const dialog = adas.page.getByRole('dialog', { name: 'Block this person?' });
      await dialog.getByText('They are not notified').waitFor();
      expect(await findProblems(adas.page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Block', exact: true }).click();
      await dialog.waitFor({ state: 'hidden' });
      await adas.page.getByText('You blocked').waitFor();
      expect(await adas.composer.count()).toBe(0);
      expect(await findProblems(adas.page)).toEqual([]);

      await mallorys.watch.tolerating(/403/, async () => {
        await mallorys.send('Hello?');
        await mallorys.log.getByText('This person does not accept messages from you.').waitFor();
      });
      await adas.page.getByRole('button', { name: `Unblock ${isolateName('Mallory')}` }).click();
      await adas.composer.waitFor();
      await mallorys.log.getByRole('button', { name: 'Try again' }).click();
      await adas.sees('Hello?');
      await adas.send('Hello.');
      await mallorys.sees('Hello.');
    }),
  );

  it(
    'is shown it on another device, when they try to write there',
    stage(async ({ people, enter }) => {
      const [ada, mallory] = await Promise.all([people.create('Ada'), people.create('Mallory')]);
      await people.send(mallory, ada, 'Psst');
      const device = await enter(ada);
      await device.open('Mallory');
      await people.block(ada, mallory);
      await device.watch.tolerating(/403/, async () => {
        await device.send('Hello');
        await device.log.getByText('You have blocked this person.').waitFor();
      });
      await device.page.getByRole('button', { name: `Unblock ${isolateName('Mallory')}` }).waitFor();
    }),
  );

  it(
    'finds all of them on a page, by the keyboard too, and unblocks them there',
    stage(async ({ people, enter }) => {
      const [ada, mallory, eve] = await Promise.all([
        people.create('Ada'),
        people.create('Mallory'),
        people.create('Eve'),
      ]);
      await people.block(ada, mallory);
      await people.block(ada, eve);
      const device = await enter(ada);
      await device.page.getByRole('button', { name: /^Signed in as/ }).focus();
      await device.page.keyboard.press('Enter');
      await device.page.getByRole('menuitem', { name: 'Blocked people' }).waitFor();
      await device.page.keyboard.press('Enter');
      const list = device.page.getByRole('list', { name: 'Blocked people' });
      await device.eventually(async () =>
        expect(await list.locator('.name').allTextContents()).toEqual(['Eve', 'Mallory']),
      );
      expect(await findProblems(device.page)).toEqual([]);
      await list.getByRole('button', { name: `Unblock ${isolateName('Eve')}` }).focus();
      await device.page.keyboard.press('Enter');
      await device.eventually(async () =>
        expect(await list.locator('.name').allTextContents()).toEqual(['Mallory']),
      );
      // The focus stays in the list.
      await device.eventually(async () =>
        expect(await list.evaluate((element) => element.contains(document.activeElement))).toBe(true),
      );
      await list.getByRole('button', { name: `Unblock ${isolateName('Mallory')}` }).click();
      await device.page.getByText('You have not blocked anyone.').waitFor();
      await device.page.reload();
      await device.page.getByText('You have not blocked anyone.').waitFor();
      // A new conversation with one of them can begin.
      await device.page.goto(`/messages/new/${eve.handle}`);
      await device.composer.waitFor();
    }),
  );

  it(
    'sees a note in place of the field for a first message',
    stage(async ({ people, enter }) => {
      const [ada, mallory] = await Promise.all([people.create('Ada'), people.create('Mallory')]);
      await people.block(ada, mallory);
      const device = await enter(ada);
      await device.page.goto(`/messages/new/${mallory.handle}`);
      await device.page.getByText('You blocked').waitFor();
      expect(await device.composer.count()).toBe(0);
    }),
  );

  it(
    'has their messages in a shared group folded, and can show them',
    stage(async ({ people, enter }) => {
      const [ada, mallory, grace] = await Promise.all([
        people.create('Ada'),
        people.create('Mallory'),
        people.create('Grace'),
      ]);
      const group = await people.createGroup(grace, 'Looms', [ada, mallory]);
      await people.sendToGroup(mallory, group, 'Buy this');
      await people.sendToGroup(mallory, group, 'And this');
      await people.sendToGroup(grace, group, 'Good morning');
      await people.block(ada, mallory);
      const device = await enter(ada);
      await device.open('Looms');
      await device.seesAll(['Good morning']);
      const folded = device.log.getByRole('button', { name: /^2 messages of a blocked user/ });
      await folded.click();
      await device.seesAll(['Buy this', 'And this', 'Good morning']);
      await folded.click();
      await device.seesAll(['Good morning']);
      // So is what comes while the conversation is open, also in the list.
      await people.sendToGroup(mallory, group, 'One more');
      await device.log.getByRole('button', { name: /^Message of a blocked user/ }).waitFor();
      await device.row('Looms').getByText('Message of a blocked user').waitFor();
      expect(await device.holds('One more')).toBe(false);
      expect(await findProblems(device.page)).toEqual([]);
    }),
  );

  it(
    'has them folded in quotes and among the pins too, and shows each on demand',
    stage(async ({ people, enter }) => {
      const [ada, mallory, grace] = await Promise.all([
        people.create('Ada'),
        people.create('Mallory'),
        people.create('Grace'),
      ]);
      const group = await people.createGroup(grace, 'Looms', [ada, mallory]);
      const offer = await people.sendToGroup(mallory, group, 'Buy this');
      await people.reply(grace, group, offer, 'No, thank you');
      await people.pin(grace, group, offer);
      await people.block(ada, mallory);
      const device = await enter(ada);
      await device.open('Looms');
      const quote = device.bubbles('No, thank you').locator('.quote');
      await quote.getByText('Message of a blocked user').waitFor();
      expect(await device.holds('Buy this')).toBe(false);
      await quote.click();
      await quote.getByText('Buy this').waitFor();
      await device.page.getByRole('button', { name: 'Pinned messages' }).click();
      const pins = device.page.getByRole('list', { name: 'Pinned messages' });
      await pins.getByText('Message of a blocked user').waitFor();
      expect(await pins.getByText('Buy this').count()).toBe(0);
      expect(await findProblems(device.page)).toEqual([]);
      await pins.getByRole('button').press('Enter');
      await pins.getByText('Buy this').waitFor();
    }),
  );
});
