import { describe, expect, it } from '@jest/globals';
import { isolateName } from '../../schema/isolate-name.ts';
import { findProblems } from './accessibility.ts';
import { overflowOf } from './overflow.ts';
import { takePicture } from './pictures.ts';
import { PHONE, useScreens } from './screens.ts';

const stage = useScreens();

/** A name that no other test uses. */
const nameOf = (word: string) => `${word} ${Date.now().toString(36)}`;

describe('a public group', () => {
  it(
    'is made public by its owner, and found and joined by another user',
    stage(async ({ people, enter }) => {
      const [ada, alan] = await Promise.all([people.create('Ada'), people.create('Alan')]);
      const grace = await people.create('Grace');
      const name = nameOf('Moths');
      await people.createGroup(ada, name, [alan]);
      const [adas, graces] = [await enter(ada), await enter(grace, { viewport: PHONE })];
      await adas.open(name);
      const info = await adas.openGroupInfo();
      await info.getByRole('button', { name: 'Make public…' }).click();
      const question = adas.page.getByRole('dialog', { name: 'Make the group public?' });
      await question.waitFor();
      expect(await findProblems(adas.page)).toEqual([]);
      await question.getByRole('button', { name: 'Make public' }).click();
      await info.getByText('Anyone can find and join this group.').waitFor();
      await takePicture(adas.page, 'group-info');
      expect(await findProblems(adas.page)).toEqual([]);

      await graces.page.getByRole('button', { name: 'Public groups' }).click();
      const dialog = graces.page.getByRole('dialog', { name: 'Public groups' });
      await dialog.getByRole('searchbox', { name: 'Group name' }).fill(name.toUpperCase());
      const item = dialog.getByRole('listitem').filter({ hasText: name });
      await item.getByText('2 members', { exact: true }).waitFor();
      await takePicture(graces.page, 'public-groups-phone');
      expect(await findProblems(graces.page)).toEqual([]);
      expect(await overflowOf(graces.page)).toEqual([]);
      await item.getByRole('button', { name: `Join ${isolateName(name)}` }).click();
      await graces.log.getByText('You joined the group').waitFor();
      await adas.page.keyboard.press('Escape');
      await adas.log.getByText('Grace joined the group').waitFor();
      await graces.send('Hello');
      await adas.sees('Hello');

      // A member opens it from the same list.
      await graces.page.getByRole('link', { name: 'Back to conversations' }).click();
      await graces.page.getByRole('button', { name: 'Public groups' }).click();
      await dialog.getByRole('searchbox').fill(name);
      await item.getByText('Joined').waitFor();
      await item.getByRole('button', { name: `Open ${isolateName(name)}` }).click();
      await graces.sees('Hello');
    }),
  );

  it(
    'cannot be joined again by a user who was removed, and the screen says why',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      const name = nameOf('Bees');
      const group = await people.createGroup(ada, name, [grace]);
      await people.makePublic(ada, group);
      await people.removeMember(ada, group, grace);
      const graces = await enter(grace);
      await graces.page.getByRole('button', { name: 'Find a public group' }).click();
      const dialog = graces.page.getByRole('dialog', { name: 'Public groups' });
      await dialog.getByRole('searchbox').fill(name);
      await graces.watch.tolerating(/^403 |Failed to load resource/, async () => {
        await dialog.getByRole('button', { name: `Join ${isolateName(name)}` }).click();
        await dialog.getByText('You were removed from this group.').waitFor();
      });
      await dialog.getByRole('searchbox').fill(`${name} and nothing else`);
      await dialog.getByText('No public groups found.').waitFor();
    }),
  );

  it(
    'shows many joins as one line, which opens, and grows as others join and leave',
    stage(async ({ people, enter }) => {
      const [ada, alan] = await Promise.all([people.create('Ada'), people.create('Alan')]);
      const others = await people.createAlike(`joins-${Date.now().toString(36)}`, 6);
      const name = nameOf('Ants');
      const group = await people.createGroup(ada, name, [alan]);
      await people.makePublic(ada, group);
      const device = await enter(ada);
      await device.open(name);
      await people.sendToGroup(ada, group, 'Welcome');
      for (const person of others.slice(0, 2)) await people.join(person, group);
      await device.log.getByText('Number 02 joined the group').waitFor();
      for (const person of others.slice(2, 5)) await people.join(person, group);
      const run = device.log.getByRole('button', { name: 'joined' });
      await device.log.getByRole('button', { name: 'Number 01, Number 02 and 3 others joined' }).waitFor();
      expect(await device.log.getByText('joined the group').count()).toBe(0);
      await takePicture(device.page, 'folded-joins');

      await run.focus();
      await device.page.keyboard.press('Enter');
      await device.log.getByText('Number 03 joined the group').waitFor();
      expect(await run.getAttribute('aria-expanded')).toBe('true');
      await takePicture(device.page, 'opened-joins');
      expect(await findProblems(device.page)).toEqual([]);
      // It stays open and keeps the focus as it grows.
      for (const person of others.slice(5)) await people.join(person, group);
      await people.removeMember(ada, group, others[0] ?? ada);
      await device.log.getByText('You removed Number 01').waitFor();
      const words = 'Number 02, Number 03 and 3 others joined and Number 01 was removed';
      await device.log.getByRole('button', { name: words }).waitFor();
      expect(await run.evaluate((button) => button === document.activeElement)).toBe(true);
      await device.page.keyboard.press('Enter');
      await device.log.getByText('Number 03 joined the group').waitFor({ state: 'detached' });
      // What follows is in its place.
      await people.sendToGroup(ada, group, 'All here?');
      await device.sees('All here?');
      expect(await device.texts()).toEqual(['Welcome', 'All here?']);
    }),
  );
});
