import { describe, expect, it } from '@jest/globals';
import { findProblems } from './accessibility.ts';
import type { Device } from './device.ts';
import { overflowOf } from './overflow.ts';
import { takePicture } from './pictures.ts';
import { PHONE, useScreens, WIDE } from './screens.ts';

const stage = useScreens();

/** The original that a bubble quotes. */
const quoteIn = (device: Device, text: string) => device.bubbles(text).locator('.quote');

describe('a reply', () => {
  it(
    'shows its original live to both, and an edit and the deletion of the original',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      const group = await people.send(grace, ada, 'Shall we meet on Monday?');
      const [adas, graces] = await Promise.all([enter(ada), enter(grace)]);
      await Promise.all([adas.open('Grace'), graces.open('Ada')]);
      await adas.choose('Shall we meet on Monday?', 'Reply');
      await adas.eventually(async () =>
        expect(await adas.composer.evaluate((field) => field === document.activeElement)).toBe(true),
      );
      await adas.page.locator('.reply-bar').getByText('Shall we meet on Monday?').waitFor();
      expect(await findProblems(adas.page)).toEqual([]);
      await adas.send('Yes, at nine');
      await adas.page.locator('.reply-bar').waitFor({ state: 'hidden' });
      await quoteIn(adas, 'Yes, at nine').getByText('Grace').waitFor();
      await quoteIn(graces, 'Yes, at nine').getByText('You').waitFor();
      await people.edit(grace, group, 1, 'Shall we meet on Tuesday?');
      for (const device of [adas, graces])
        await quoteIn(device, 'Yes, at nine').getByText('Shall we meet on Tuesday?').waitFor();
      await people.delete(grace, group, 1);
      for (const device of [adas, graces]) {
        await quoteIn(device, 'Yes, at nine').getByText('Deleted message').waitFor();
        await device.eventually(async () => expect(await device.holds('on Tuesday')).toBe(false));
      }
    }),
  );

  it(
    'is begun, cancelled and sent by keyboard, survives a reload, and is sent once',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      const group = await people.send(grace, ada, 'First');
      const adas = await enter(ada);
      await adas.open('Grace');
      const { page } = adas;
      const { keyboard } = page;
      const bar = page.locator('.reply-bar');
      await adas.bubbles('First').focus();
      await keyboard.press('Enter');
      await page.getByRole('menuitem', { name: 'Reply' }).waitFor();
      await page.getByRole('menuitem', { name: 'Reply' }).press('Enter');
      await bar.waitFor();
      await adas.eventually(async () =>
        expect(await adas.composer.evaluate((field) => field === document.activeElement)).toBe(true),
      );
      await keyboard.press('Escape');
      await bar.waitFor({ state: 'hidden' });
      await adas.choose('First', 'Reply');
      await adas.composer.fill('Second');
      await page.reload();
      await adas.isLive();
      await bar.getByText('First').waitFor();
      expect(await adas.composer.inputValue()).toBe('Second');
      // The request gets no response: it is sent again after another reload.
      await page.route('**/api/messages', () => undefined);
      await adas.composer.press('Enter');
      await bar.waitFor({ state: 'hidden' });
      await quoteIn(adas, 'Second').getByText('First').waitFor();
      await page.unroute('**/api/messages');
      await page.reload();
      await adas.sees('Second');
      await quoteIn(adas, 'Second').getByText('First').waitFor();
      expect(await people.texts(ada, group)).toEqual(['First', 'Second']);
      expect(await bar.count()).toBe(0);
    }),
  );

  it(
    'leads to its original far away, which is marked, by a press and by Enter',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      const group = await people.send(grace, ada, 'The first of many');
      for (let count = 2; count <= 130; count += 1)
        await people.sendToGroup(grace, group, `Message ${count}`);
      await people.reply(grace, group, 1, 'Do you remember?');
      await people.markRead(ada, group, 131);
      const adas = await enter(ada);
      await adas.open('Grace');
      await adas.sees('Do you remember?');
      expect(await adas.bubbles('The first of many').count()).toBe(0);
      await quoteIn(adas, 'Do you remember?').click();
      const marked = adas.log.locator('.talk-row[data-marked=true]');
      await marked.getByText('The first of many').waitFor();
      expect(await marked.getByText('The first of many').isVisible()).toBe(true);
      await adas.page.getByRole('button', { name: 'Latest messages' }).click();
      await adas.sees('Do you remember?');
      await adas.bubbles('Do you remember?').focus();
      await quoteIn(adas, 'Do you remember?').press('Enter');
      await marked.getByText('The first of many').waitFor();
    }),
  );

  it.each([
    ['wide', 'light', WIDE],
    ['wide', 'dark', WIDE],
    ['phone', 'light', PHONE],
  ] as const)('looks like one in a %s window that is %s', async (width, colorScheme, viewport) => {
    await stage(async ({ people, enter }) => {
      const names = ['Ada Lovelace', 'Grace Hopper', 'Katherine Johnson'];
      const [ada, grace, katherine] = await Promise.all(names.map((name) => people.create(name)));
      if (!ada || !grace || !katherine) throw new Error('three are created');
      const group = await people.createGroup(ada, 'Analytical engines', [grace, katherine]);
      const plan = await people.sendToGroup(
        grace,
        group,
        'Shall we meet on Monday? I would bring the **punched cards**, and everything else that we need for the demonstration of the new machine.',
      );
      await people.reply(katherine, group, plan, 'Monday is fine');
      await people.reply(ada, group, plan, 'For me too');
      const gone = await people.sendToGroup(katherine, group, 'Wrong window');
      await people.reply(grace, group, gone, 'What was that?');
      await people.delete(katherine, group, gone);
      await people.sendToGroup(
        grace,
        group,
        `@${ada.handle} can you bring the drawings? @${katherine.handle} has the tables.`,
      );
      await people.sendToGroup(ada, group, `Sure. @all see you then, **@${grace.handle}**.`);
      await people.sendToGroup(katherine, group, 'Nobody is @mentioned here');
      const device = await enter(ada, { viewport, colorScheme, hasTouch: width === 'phone' });
      await device.open('Analytical engines');
      await device.log.locator('.mention').nth(3).waitFor();
      await device.choose('What was that?', 'Reply');
      await device.page.locator('.reply-bar').waitFor();
      await takePicture(device.page, `replies-${width}-${colorScheme}`);
      await device.composer.pressSequentially('Nothing, @');
      await device.page.getByRole('option').nth(2).waitFor();
      expect(await overflowOf(device.page)).toEqual([]);
      expect(await findProblems(device.page)).toEqual([]);
      await takePicture(device.page, `mentioning-${width}-${colorScheme}`);
    })();
  });
});
