import { describe, expect, it } from '@jest/globals';
import { findProblems } from './accessibility.ts';
import type { Device } from './device.ts';
import { overflowOf } from './overflow.ts';
import type { People, Person } from './people.ts';
import { takePicture } from './pictures.ts';
import { PHONE, useScreens } from './screens.ts';

const stage = useScreens();

/** A group of two members, and a user who is none of them. */
async function prepare(people: People): Promise<{ ada: Person; grace: Person; group: string }> {
  const [ada, alan] = await Promise.all([people.create('Ada'), people.create('Alan')]);
  const group = await people.createGroup(ada, 'Moths', [alan]);
  return { ada, grace: await people.create('Grace'), group };
}

const isInvited = (device: Device) => device.page.getByText('You are invited to join').waitFor();

describe('an invitation link', () => {
  it(
    'is created, copied and revoked by the owner',
    stage(async ({ people, enter }) => {
      const { ada, grace } = await prepare(people);
      const adas = await enter(ada, { permissions: ['clipboard-read', 'clipboard-write'] });
      await adas.open('Moths');
      const info = await adas.openGroupInfo();
      await info.getByRole('button', { name: 'Invite by link…' }).click();
      const dialog = adas.page.getByRole('dialog', { name: 'Invitation links' });
      await dialog.getByText('There are no links yet.').waitFor();
      await dialog.getByRole('combobox', { name: 'Valid for' }).selectOption('1 day');
      await dialog.getByRole('button', { name: 'Create link' }).click();
      const link = await dialog.getByRole('textbox', { name: 'Link' }).inputValue();
      await dialog.getByRole('button', { name: 'Copy link' }).click();
      await dialog.getByText('Copied').waitFor();
      expect(await adas.page.evaluate(() => navigator.clipboard.readText())).toBe(link);
      await takePicture(adas.page, 'invitation-links');
      expect(await findProblems(adas.page)).toEqual([]);

      const graces = await enter(grace, { viewport: PHONE });
      await graces.page.goto(new URL(link).pathname);
      await isInvited(graces);
      await dialog.getByRole('button', { name: 'Revoke' }).click();
      await dialog.getByText('There are no links yet.').waitFor();
      await graces.watch.tolerating(/^404 |Failed to load resource/, async () => {
        await graces.page.getByRole('button', { name: 'Join' }).click();
        await graces.page.getByText('This invitation is no longer valid.').waitFor();
      });
      await takePicture(graces.page, 'invitation-revoked-phone');
    }),
  );

  it(
    'shows its group after signing in, and leads into it',
    stage(async ({ people, openWindow, enter }) => {
      const { ada, grace, group } = await prepare(people);
      const code = await people.invite(ada, group);
      const adas = await enter(ada);
      await adas.open('Moths');
      const graces = await openWindow(grace, { viewport: PHONE });
      await graces.page.goto(`/invites/${code}`);
      await graces.page.getByRole('textbox', { name: 'Handle' }).fill(grace.handle);
      await graces.page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await isInvited(graces);
      await graces.page.getByRole('heading', { name: 'Moths' }).waitFor();
      await graces.page.getByText('2 members', { exact: true }).waitFor();
      await takePicture(graces.page, 'invitation-phone');
      expect(await findProblems(graces.page)).toEqual([]);
      expect(await overflowOf(graces.page)).toEqual([]);
      await graces.page.getByRole('button', { name: 'Join' }).click();
      await graces.log.getByText('You joined the group').waitFor();
      expect(new URL(graces.page.url()).pathname).toBe(`/messages/${group}`);
      await adas.log.getByText('Grace joined the group').waitFor();
      await adas.page.getByText('3 members').waitFor();
      // A member is led to the conversation.
      await adas.page.goto(`/invites/${code}`);
      await adas.page.getByText('You are a member of').waitFor();
      await takePicture(adas.page, 'invitation-of-member');
      await adas.page.getByRole('link', { name: 'Open conversation' }).click();
      await adas.log.getByText('Grace joined the group').waitFor();
    }),
  );

  it(
    'says why it cannot be used',
    stage(async ({ people, enter }) => {
      const { ada, grace, group } = await prepare(people);
      const code = await people.invite(ada, group);
      await people.addMember(ada, group, grace);
      await people.removeMember(ada, group, grace);
      const graces = await enter(grace);
      await graces.watch.tolerating(/^40[34] |Failed to load resource/, async () => {
        await graces.page.goto(`/invites/${code}`);
        await graces.page.getByText('You were removed from this group.').waitFor();
        await graces.page.goto('/invites/unknown');
        await graces.page.getByText('This invitation is no longer valid.').waitFor();
      });
      await graces.page.getByRole('link', { name: 'Go to conversations' }).click();
      await graces.page.getByText('No conversations yet.').waitFor();
    }),
  );
});
