import { describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { openDevelopmentIssuer } from '../../local/development-issuer.ts';
import { findProblems } from './accessibility.ts';
import type { Device } from './device.ts';
import { overflowOf } from './overflow.ts';
import type { Person } from './people.ts';
import { takePicture } from './pictures.ts';
import { PHONE, type Scene, useScreens, WIDE } from './screens.ts';

const stage = useScreens();

/** Colours do not depend on the width. */
const LOOKS = [
  { width: 'wide', viewport: WIDE, colorScheme: 'light' },
  { width: 'wide', viewport: WIDE, colorScheme: 'dark' },
  { width: 'phone', viewport: PHONE, colorScheme: 'light' },
] as const;

/** Every screen, and how to get there. */
const SCREENS: Readonly<Record<string, (device: Device, scene: Scene) => Promise<void>>> = {
  'sign-in': async ({ page }) => {
    await page.goto('/');
    await page.getByRole('list', { name: 'Users' }).waitFor();
  },
  'sign-in-new-handle': async ({ page }) => {
    await page.goto('/');
    await page.getByRole('textbox', { name: 'Handle' }).fill('new-user');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('textbox', { name: 'Display name' }).waitFor();
  },
  'signed-out': async ({ page }) => {
    await keepToken(page, 'no token at all');
    await page.goto('/');
    await page.getByText('You were signed out').waitFor();
  },
  profile: async ({ page }) => {
    const issuer = await openDevelopmentIssuer(process.env['SCREENS_DATA_DIR'] ?? '');
    await keepToken(page, await issuer.signToken({ sub: 'user-without-a-profile' }));
    await page.goto('/');
    await page.getByRole('button', { name: 'Create profile' }).waitFor();
  },
  failure: async (device) => {
    await device.page.route('**/api/users/me', (route) => route.abort());
    await device.page.goto(`/?as=${device.person.handle}`);
    await device.page.getByRole('button', { name: 'Try again' }).waitFor();
  },
  inbox: async (device) => {
    await device.signIn();
    await device.inbox.getByRole('link').first().waitFor();
  },
  'inbox-empty': async (device, { people }) => {
    const stranger = await people.create('Emmy Noether');
    await device.page.goto(`/?as=${stranger.handle}`);
    await device.page.getByText('No conversations yet.').waitFor();
  },
  'own-menu': async (device) => {
    await device.signIn();
    await device.page.getByRole('button', { name: /^Signed in as/ }).click();
    await device.page.getByRole('menuitem', { name: 'Sign out' }).waitFor();
  },
  'new-conversation': async (device) => {
    await device.signIn();
    await device.page.getByRole('button', { name: 'New conversation' }).click();
    await device.page.getByRole('combobox').fill('al');
    await device.page.getByRole('option').first().waitFor();
  },
  'new-group': async (device) => {
    await device.signIn();
    await device.page.getByRole('button', { name: 'New group' }).click();
    await device.page.getByRole('textbox', { name: 'Group name' }).fill('Computers');
    await device.page.getByRole('combobox').fill('gr');
    await device.page.getByRole('option').first().click();
    await device.page.getByRole('combobox').fill('al');
    await device.page.getByRole('option').first().waitFor();
  },
  'row-menu': async (device) => {
    await device.signIn();
    await device.openRowMenu('Grace Hopper');
  },
  'list-archived': async (device) => {
    await device.signIn();
    await device.showList('Archived');
    await device.page.getByText('Conversations that you archive').waitFor();
  },
  'list-with-settings': (device, scene) => openSettings(device, scene),
  'conversation-menu': async (device) => {
    await device.signIn();
    await device.open('Grace Hopper');
    await device.page.getByRole('button', { name: 'Conversation settings' }).click();
    await device.page.getByRole('menuitem', { name: 'Block…' }).waitFor();
  },
  'block-dialog': async (device) => {
    await device.signIn();
    await device.open('Grace Hopper');
    await device.page.getByRole('button', { name: 'Conversation settings' }).click();
    await device.chooseItem('Block…');
    await device.page.getByRole('dialog', { name: 'Block this person?' }).waitFor();
  },
  'blocked-people': async (device, scene) => {
    await openSettings(device, scene);
    await device.page.goto('/blocked');
    await device.page.getByRole('button', { name: /^Unblock/ }).waitFor();
  },
  'blocked-conversation': async (device, scene) => {
    await openSettings(device, scene);
    await device.open('Mallory Webb');
    await device.page.getByText('You blocked').waitFor();
  },
  'blocked-author': async (device, scene) => {
    await openSettings(device, scene);
    await device.row('Difference engines').click();
    await device.log.getByRole('button', { name: /Message of a blocked user/ }).waitFor();
  },
  draft: async (device, { people }) => {
    const stranger = await people.create('Emmy Noether');
    await device.signIn();
    await device.page.goto(`/messages/new/${stranger.handle}`);
    await device.composer.waitFor();
  },
  conversation: async (device) => {
    await device.signIn();
    await device.open('Grace Hopper');
  },
  'message-menu': async (device) => {
    await device.signIn();
    await device.open('Alan Turing');
    await device.openMenu(device.log.locator('[data-own=true]').last());
  },
  'editing-a-message': async (device) => {
    await device.signIn();
    await device.open('Alan Turing');
    await device.composer.press('ArrowUp');
    await device.page.getByText('Editing message').waitFor();
  },
  'deleting-a-message': async (device) => {
    await device.signIn();
    await device.open('Alan Turing');
    await device.openMenu(device.log.locator('[data-own=true]').last());
    await device.page.getByRole('menuitem', { name: 'Delete…' }).click();
    await device.page.getByRole('dialog').waitFor();
  },
  'a-message-that-is-too-long': async (device) => {
    await device.signIn();
    await device.open('Alan Turing');
    await device.composer.fill('a'.repeat(1_024 + 3_984));
    await device.page.getByText('3,984 characters over the limit').waitFor();
  },
  group: (device, scene) => openGroup(device, scene),
  members: async (device, scene) => {
    await openGroup(device, scene);
    await device.page.getByRole('button', { name: 'Group info' }).click();
    await device.page.getByRole('dialog').getByRole('button', { name: 'Rename' }).waitFor();
  },
  offline: async (device) => {
    await device.signIn();
    await device.open('Grace Hopper');
    await device.context.setOffline(true);
    await device.isOffline();
    await device.send('Sent when it is back');
    await device.log.locator('article:not([data-seq])').waitFor();
  },
  'conversation-not-found': async (device) => {
    await device.signIn();
    await device.page.goto('/messages/01ARZ3NDEKTSV4RRFFQ69G5FAV');
    await device.page.getByText('Conversation not found').waitFor();
  },
  'user-not-found': async (device) => {
    await device.signIn();
    await device.page.goto('/messages/new/no-such-user');
    await device.page.getByText('User not found').waitFor();
  },
};

/** Console messages of the failures that some screens show on purpose. */
const MEANT = /net::ERR_(INTERNET_DISCONNECTED|FAILED)|status of 4\d\d|^4\d\d /;

describe('each screen', () => {
  it.each(Object.entries(SCREENS))(
    'is accessible and does not overflow, wide and narrow, light and dark: %s',
    async (name, show) =>
      stage(async (scene) => {
        const device = await scene.openWindow(await scene.people.known('ada'));
        const { page } = device;
        await device.watch.tolerating(MEANT, async () => {
          await show(device, scene);
          for (const { width, viewport, colorScheme } of LOOKS) {
            await page.setViewportSize(viewport);
            await page.emulateMedia({ colorScheme });
            await takePicture(page, `${name}-${width}-${colorScheme}`);
            const problems = await findProblems(page);
            expect({ width, colorScheme, problems }).toEqual({ width, colorScheme, problems: [] });
            expect(await overflowOf(page)).toEqual([]);
          }
        });
      })(),
  );
});

async function openGroup(device: Device, { people }: Scene): Promise<void> {
  const others: Person[] = [];
  for (const handle of ['grace', 'alan', 'seki', 'al-khwarizmi']) others.push(await people.known(handle));
  const group = await people.createGroup(device.person, 'Analytical engines', others);
  for (const [place, other] of others.entries()) {
    await people.sendToGroup(
      other,
      group,
      ['Good morning!', 'Is it built?', 'まだです', 'قريبا'][place] ?? '',
    );
  }
  await people.sendToGroup(device.person, group, 'Not yet, but the programs are written.');
  await device.signIn();
  await device.row('Analytical engines').first().click();
  await device.sees('Not yet, but the programs are written.');
}

/** A list with every mark that a row can have, as a new user has it. */
async function openSettings(device: Device, { people }: Scene): Promise<void> {
  const me = await people.create('Emmy Noether');
  const others = await Promise.all(
    ['Kathleen Booth', 'Mallory Webb', 'Alan Turing'].map((name) => people.create(name)),
  );
  const [kay, mallory, alan] = others as [Person, Person, Person];
  const favourite = await people.send(kay, me, 'I have the drum');
  await people.setOwn(me, favourite, { favourite: true });
  const quiet = await people.createGroup(kay, 'A quiet room', [me, alan]);
  await people.sendToGroup(alan, quiet, 'Noise');
  await people.setOwn(me, quiet, { muted: 'all' });
  const marked = await people.send(alan, me, 'Tea at four?');
  await people.markRead(me, marked, 1);
  await people.setOwn(me, marked, { marked_unread: true, favourite: true, muted: 'except_mentions' });
  await people.send(mallory, me, 'Psst');
  await people.block(me, mallory);
  const group = await people.createGroup(kay, 'Difference engines', others.slice(1).concat(me));
  await people.sendToGroup(mallory, group, 'Buy this');
  await people.sendToGroup(alan, group, `@${me.handle}, is it proved?`);
  await people.sendToGroup(kay, group, `And you, @${me.handle}?`);
  await device.page.goto(`/?as=${me.handle}`);
  await device.isLive();
  await device.row('Difference engines').locator('.mention-badge', { hasText: '2' }).waitFor();
}

/** Stores a session as a tab does. Call it before the page is loaded. */
async function keepToken(page: Page, token: string): Promise<void> {
  await page.addInitScript((kept) => {
    sessionStorage.setItem('session', JSON.stringify({ kind: 'development', token: kept }));
  }, token);
}
