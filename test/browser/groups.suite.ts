import { describe, expect, it } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { isolateName } from '../../schema/isolate-name.ts';
import { findProblems } from './accessibility.ts';
import type { Device } from './device.ts';
import { useScreens } from './screens.ts';

const stage = useScreens();

describe('a group', () => {
  it(
    'is created with users who are found by their handles, and each of them sees it',
    stage(async ({ people, enter }) => {
      const [ada, grace, alan] = await Promise.all([
        people.create('Ada'),
        people.create('Grace'),
        people.create('Alan'),
      ]);
      const [adas, graces, alans] = [await enter(ada), await enter(grace), await enter(alan)];
      await adas.page.getByRole('button', { name: 'New group' }).click();
      const dialog = adas.page.getByRole('dialog', { name: 'New group' });
      await dialog.getByRole('textbox', { name: 'Group name' }).fill('Compilers');
      await adas.pick(grace);
      await adas.pick(alan);
      await dialog.getByRole('list', { name: 'Selected members' }).getByText('Alan').waitFor();
      await dialog.getByRole('button', { name: 'Create group' }).click();
      await dialog.waitFor({ state: 'hidden' });
      await adas.log.getByText('You created “Compilers”').waitFor();

      for (const device of [graces, alans]) {
        await device.open('Compilers');
        await device.log.getByText('Ada created “Compilers”').waitFor();
      }
      await graces.send('Hello everybody');
      await adas.sees('Hello everybody');
      // A group shows the author of each message.
      expect(await alans.bubbles('Hello everybody').textContent()).toContain('Grace');
    }),
  );

  it(
    'is changed by owner and admins, and all members see it at once',
    stage(async ({ people, enter }) => {
      const [ada, grace, alan, hedy] = await Promise.all([
        people.create('Ada'),
        people.create('Grace'),
        people.create('Alan'),
        people.create('Hedy'),
      ]);
      await people.createGroup(ada, 'Compilers', [grace, alan]);
      const [adas, graces, hedys] = [await enter(ada), await enter(grace), await enter(hedy)];
      await Promise.all([adas.open('Compilers'), graces.open('Compilers')]);
      // A member can look, but not change anything.
      const members = await graces.openGroupInfo();
      expect(await members.getByRole('button', { name: 'Rename' }).count()).toBe(0);
      expect(await members.getByRole('combobox').count()).toBe(0);
      await graces.page.keyboard.press('Escape');

      await chooseMember(adas, 'Grace', 'Make admin');
      await adas.page
        .getByRole('listitem')
        .filter({ hasText: `@${grace.handle}` })
        .getByText('Admin')
        .waitFor();
      await adas.page.keyboard.press('Escape');
      await graces.log.getByText('Ada made you an admin').waitFor();

      const managed = await graces.openGroupInfo();
      await managed.getByRole('textbox', { name: 'Group name' }).fill('Interpreters');
      await managed.getByRole('button', { name: 'Rename' }).click();
      await adas.row('Interpreters').waitFor();
      await adas.log.getByText('Grace named the group “Interpreters”').waitFor();
      await graces.pick(hedy);
      await managed.getByRole('button', { name: 'Add 1 member' }).click();
      await hedys.open('Interpreters');
      await hedys.seesUnread('Interpreters', 0);
      await adas.log.getByText('Grace added Hedy').waitFor();
      await graces.page.keyboard.press('Escape');
      // An admin cannot make admins.
      await openMember(graces, 'Hedy');
      expect(await graces.page.getByRole('menuitem').allTextContents()).toEqual([
        'Send message',
        'Remove from group…',
      ]);
    }),
  );

  it(
    'is joined by several users at once',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      const [alan, hedy] = await Promise.all([people.create('Alan'), people.create('Hedy')]);
      await people.createGroup(ada, 'Compilers', [grace]);
      const [adas, alans] = [await enter(ada), await enter(alan)];
      await adas.open('Compilers');
      const members = await adas.openGroupInfo();
      await adas.pick(alan);
      await adas.pick(hedy);
      await members.getByRole('button', { name: 'Add 2 members' }).click();
      await members
        .getByRole('listitem')
        .filter({ hasText: `@${hedy.handle}` })
        .waitFor();
      await adas.page.keyboard.press('Escape');
      await adas.log.getByText('You added Alan and Hedy').waitFor();
      await alans.open('Compilers');
      await alans.log.getByText('Ada added you and Hedy').waitFor();
      await alans.page.getByText('4 members').waitFor();
    }),
  );

  it(
    'is handed over to another member after a confirmation',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      await people.createGroup(ada, 'Compilers', [grace]);
      const [adas, graces] = [await enter(ada), await enter(grace)];
      await Promise.all([adas.open('Compilers'), graces.open('Compilers')]);
      await openMember(adas, 'Grace');
      const choice = adas.page.getByRole('menuitem', { name: 'Hand over group…' });
      await choice.waitFor();
      expect(await findProblems(adas.page)).toEqual([]);
      await choice.click();
      const question = adas.page.getByRole('dialog', { name: 'Hand over the group?' });
      await question.getByText('will own the group').waitFor();
      expect(await findProblems(adas.page)).toEqual([]);
      await question.getByRole('button', { name: 'Hand over' }).click();
      const row = adas.page.getByRole('listitem').filter({ hasText: `@${grace.handle}` });
      await row.getByText('Owner').waitFor();
      await graces.log.getByText('Ada made you the owner').waitFor();
      await openMember(graces, 'Ada');
      expect(await graces.page.getByRole('menuitem').allTextContents()).toContain('Hand over group…');
    }),
  );

  it(
    'of 150 members shows them page by page, to its owner with all actions',
    stage(async ({ people, enter }) => {
      const ada = await people.create('Ada');
      const others = await people.createAlike(`crowd-${Date.now().toString(36)}`, 149);
      const group = await people.createGroup(ada, 'Crowd', others.slice(0, 80));
      await people.addMembers(ada, group, others.slice(80));
      const device = await enter(ada);
      await device.open('Crowd');
      await device.page.getByText('150 members').waitFor();
      const dialog = await device.openGroupInfo();
      await dialog.getByText('Showing 100 of 150 members.').waitFor();
      const list = dialog.getByRole('list', { name: 'Members' });
      // Only the visible ones are rendered.
      expect(await list.getByRole('listitem').count()).toBeLessThan(50);
      const search = dialog.getByRole('searchbox', { name: 'Search members' });
      await search.fill('number 1');
      await dialog.getByText(/^\d+ found in the 100 of 150 members/).waitFor();
      await search.fill('');
      await dialog.getByRole('button', { name: 'Show more members' }).scrollIntoViewIfNeeded();
      await dialog.getByRole('button', { name: 'Show more members' }).waitFor({ state: 'detached' });
      expect((await handlesIn(list)).size).toBe(150);
      await dialog.getByRole('button', { name: 'Rename' }).waitFor();
      await search.fill('number 149');
      await dialog.getByText('1 found.', { exact: true }).waitFor();
      const last = others.at(-1)?.name ?? '';
      await dialog.getByRole('button', { name: `Actions for ${isolateName(last)}` }).click();
      await device.page.getByRole('menuitem', { name: 'Hand over group…' }).waitFor();
      await device.page.reload();
      const again = await device.openGroupInfo();
      await again.getByText('Showing 100 of 150 members.').waitFor();
      // Members are loaded in the order of their ids. The handles of the first 14 begin others, too.
      const [far] = others.slice(14).toSorted((one, other) => (one.uuid < other.uuid ? 1 : -1));
      if (!far) throw new Error('nobody is there');
      const response = device.page.waitForResponse(/\/members\?prefix=/);
      await again.getByRole('searchbox', { name: 'Search members' }).fill(`@${far.handle}`);
      expect((await response).status()).toBe(200);
      await again.getByText(`@${far.handle}`, { exact: true }).waitFor();
    }),
  );

  it(
    'returns a member who leaves to the list of conversations, which shows a notice',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      await people.createGroup(ada, 'Compilers', [grace]);
      await people.send(ada, grace, 'We two');
      const graces = await enter(grace);
      await graces.open('Compilers');
      await chooseMember(graces, 'Grace', 'Leave group…');
      await graces.page.getByRole('button', { name: 'Leave', exact: true }).click();
      const notice = graces.inbox.getByRole('status').filter({ hasText: 'You left Compilers' });
      await notice.waitFor();
      expect(new URL(graces.page.url()).pathname).toBe('/');
      expect(await graces.page.getByText('Conversation not found').count()).toBe(0);
      // The notice stays until the user opens another conversation.
      await graces.open('Ada');
      await notice.waitFor({ state: 'detached' });
    }),
  );

  it(
    'addresses its reader as “you” in system messages, in the list as in the conversation',
    stage(async ({ people, enter }) => {
      const [ada, grace, alan] = await Promise.all([
        people.create('Ada'),
        people.create('Grace'),
        people.create('Alan'),
      ]);
      const group = await people.createGroup(ada, 'Compilers', [grace]);
      await people.addMember(ada, group, alan);
      for (const [person, words] of [
        [ada, 'You added Alan'],
        [alan, 'Ada added you'],
        [grace, 'Ada added Alan'],
      ] as const) {
        const device = await enter(person);
        await device.eventually(async () => expect(await previewIn(device)).toBe(words));
        await device.open('Compilers');
        await device.log.getByText(words, { exact: true }).waitFor();
        expect(await previewIn(device)).toBe(words);
      }
    }),
  );

  it(
    'does not show that a message was seen by a member who joined after it',
    stage(async ({ people, enter }) => {
      const [ada, grace, isaac] = await Promise.all([
        people.create('Ada'),
        people.create('Grace'),
        people.create('Isaac'),
      ]);
      const group = await people.createGroup(ada, 'Plans', [grace]);
      const seq = await people.sendToGroup(ada, group, 'secret plan');
      await people.addMember(ada, group, isaac);
      const adas = await enter(ada);
      await adas.open('Plans');
      await adas.log.getByText('You added Isaac').waitFor();
      expect(await adas.page.getByText(/^Seen/).count()).toBe(0);
      // Other members' marks are shown, so the check above can fail.
      await people.markRead(grace, group, seq);
      await adas.page.reload();
      await adas.log.getByText('Seen by Grace', { exact: true }).waitFor();
    }),
  );

  it(
    'disappears from the screen of a removed member, who receives no more of its events',
    stage(async ({ people, openWindow, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      const group = await people.createGroup(ada, 'Compilers', [grace]);
      await people.send(ada, grace, 'We two');
      const graces = await openWindow(grace);
      await recordEvents(graces.page);
      await graces.signIn();
      const adas = await enter(ada);
      await Promise.all([adas.open('Compilers'), graces.open('Compilers')]);
      await adas.send('Before');
      await graces.sees('Before');

      await chooseMember(adas, 'Grace', 'Remove from group…');
      await adas.page.getByRole('button', { name: 'Remove', exact: true }).click();
      await graces.page.getByText('You are no longer a member of this conversation.').waitFor();
      await graces.row('Compilers').waitFor({ state: 'detached' });
      expect(await graces.holds('Before')).toBe(false);
      await people.sendToGroup(ada, group, 'Without her');
      // A later message has arrived, so an earlier one would have arrived, too.
      await people.send(ada, grace, 'Only for you');
      await graces.row('Ada').getByText('Only for you').waitFor();
      const received = await eventsOf(graces.page);
      expect(received).toContain('Only for you');
      expect(received).toContain('Before');
      expect(received).not.toContain('Without her');
      expect(await graces.holds('Without her')).toBe(false);
      await graces.page.getByRole('link', { name: 'Go to conversations' }).click();
      await graces.open('Ada');
    }),
  );
});

/** The preview in the only row of the list, without the marks around names. */
async function previewIn(device: Device): Promise<string> {
  const preview = await device.row('Compilers').locator('.inbox-preview').textContent();
  return (preview ?? '').replaceAll(/[\u2068\u2069]/g, '');
}

/** Scrolls through a list of members. @returns the handles of all of them. */
async function handlesIn(list: Locator): Promise<Set<string>> {
  const handles = await list.evaluate(async (element) => {
    const viewport = element.parentElement;
    if (!viewport) throw new Error('the list scrolls in its parent');
    const found: string[] = [];
    for (let top = 0; top < element.scrollHeight; top += viewport.clientHeight) {
      viewport.scrollTop = top;
      for (let frames = 0; frames < 3; frames += 1)
        await new Promise((resolve) => requestAnimationFrame(resolve));
      found.push(...Array.from(element.querySelectorAll('.person-text > .quiet'), (row) => row.textContent));
    }
    return found;
  });
  return new Set(handles);
}

/** Opens the menu of a member. */
async function openMember(device: Device, name: string): Promise<void> {
  const members = await device.openGroupInfo();
  await members.getByRole('button', { name: `Actions for ${isolateName(name)}` }).click();
  await device.page.getByRole('menuitem').first().waitFor();
}

async function chooseMember(device: Device, name: string, entry: string): Promise<void> {
  await openMember(device, name);
  await device.page.getByRole('menuitem', { name: entry }).click();
}

/** Copies everything that the page's event stream receives. Call it before the page is loaded. */
async function recordEvents(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const fetch = window.fetch.bind(window);
    window.name = '';
    window.fetch = async (...request) => {
      const response = await fetch(...request);
      const [target] = request;
      const { pathname } = new URL(target instanceof Request ? target.url : target, window.location.href);
      if (pathname !== '/api/events' || !response.body) return response;
      const [copy, body] = response.body.tee();
      void (async () => {
        const reader = copy.pipeThrough(new TextDecoderStream()).getReader();
        for (let part = await reader.read(); !part.done; part = await reader.read())
          window.name += part.value;
      })().catch(() => undefined);
      return new Response(body, response);
    };
  });
}

/** Everything that the event stream received, as text. */
function eventsOf(page: Page): Promise<string> {
  return page.evaluate(() => window.name);
}
