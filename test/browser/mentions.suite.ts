import { describe, expect, it } from '@jest/globals';
import { findProblems } from './accessibility.ts';
import type { Device } from './device.ts';
import { PHONE, useScreens } from './screens.ts';

const stage = useScreens();

const mentions = (device: Device) => device.log.locator('.mention');
const options = (device: Device) => device.page.getByRole('listbox', { name: 'Members' }).getByRole('option');

describe('a mention', () => {
  it(
    'is completed by keyboard, by handle and by name, and marks the message for whom it names, live',
    stage(async ({ people, enter }) => {
      const [ada, grace, alan] = await Promise.all([
        people.create('Ada Lovelace'),
        people.create('Grace Hopper'),
        people.create('Alan Turing'),
      ]);
      await people.createGroup(ada, 'Machines', [grace, alan]);
      const [adas, graces, alans] = await Promise.all([enter(ada), enter(grace), enter(alan)]);
      for (const device of [adas, graces, alans]) await device.open('Machines');
      await adas.composer.pressSequentially('Hi @hop');
      await options(adas).getByText('Grace Hopper').waitFor();
      expect(await options(adas).count()).toBe(1);
      await adas.composer.press('Tab');
      expect(await adas.composer.inputValue()).toBe(`Hi @${grace.handle} `);
      await adas.composer.pressSequentially('and @');
      await options(adas).nth(2).waitFor();
      expect(await options(adas).allInnerTexts()).toEqual(
        expect.arrayContaining([
          expect.stringContaining('All members'),
          expect.stringContaining('Alan Turing'),
        ]),
      );
      expect(await findProblems(adas.page)).toEqual([]);
      // Escape closes the list, and nothing else.
      await adas.composer.press('Escape');
      await options(adas).first().waitFor({ state: 'hidden' });
      await adas.composer.pressSequentially('nobody.');
      await adas.composer.press('Enter');
      await mentions(adas).getByText('@Grace Hopper').waitFor();
      const marked = (device: Device) => device.log.locator('[data-mentions-me=true]');
      await marked(graces).getByText('@Grace Hopper').waitFor();
      expect(await mentions(graces).getAttribute('data-own')).toBe('true');
      await mentions(alans).getByText('@Grace Hopper').waitFor();
      expect([await marked(alans).count(), await mentions(alans).count()]).toEqual([0, 1]);
    }),
  );

  it(
    'comes and goes with edits, and follows a name that changes',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      const group = await people.createGroup(ada, 'Machines', [grace]);
      const seq = await people.sendToGroup(ada, group, 'Hello everyone');
      const graces = await enter(grace);
      await graces.open('Machines');
      await graces.sees('Hello everyone');
      await people.edit(ada, group, seq, `Hello @${grace.handle}, and @somebody`);
      await mentions(graces).getByText('@Grace').waitFor();
      expect(await mentions(graces).count()).toBe(1);
      expect(await graces.log.locator('[data-mentions-me=true]').count()).toBe(1);
      await people.edit(ada, group, seq, `Code: \`@${grace.handle}\``);
      await mentions(graces).waitFor({ state: 'hidden' });
      await people.edit(ada, group, seq, 'Hello @all');
      await mentions(graces).getByText('@all').waitFor();
      await people.edit(ada, group, seq, 'Hello');
      await mentions(graces).waitFor({ state: 'hidden' });
      expect(await graces.log.locator('[data-mentions-me=true]').count()).toBe(0);
    }),
  );

  it(
    'is picked with a finger on a phone, and leads to the conversation with whom it names',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      await people.createGroup(ada, 'Machines', [grace]);
      const adas = await enter(ada, { viewport: PHONE, hasTouch: true, isMobile: true });
      await adas.open('Machines');
      await adas.composer.tap();
      await adas.composer.pressSequentially('@gra');
      await options(adas).getByText('Grace').first().tap();
      expect(await adas.composer.inputValue()).toBe(`@${grace.handle} `);
      await adas.page.getByRole('button', { name: 'Send', exact: true }).tap();
      await mentions(adas).getByText('@Grace').tap();
      await adas.page.getByRole('heading', { name: 'Grace' }).waitFor();
      expect(new URL(adas.page.url()).pathname).toBe(`/messages/new/${grace.handle}`);
    }),
  );
});
