import { describe, expect, it } from '@jest/globals';
import { findProblems } from './accessibility.ts';
import type { Device } from './device.ts';
import { takePicture } from './pictures.ts';
import type { Person } from './people.ts';
import { PHONE, type Scene, useScreens } from './screens.ts';

const stage = useScreens();

/** Grace and Alan have each written to Ada. */
async function twoConversations({ people }: Scene) {
  const [ada, grace, alan] = (await Promise.all(
    ['Ada', 'Grace', 'Alan'].map((name) => people.create(name)),
  )) as [Person, Person, Person];
  const withGrace = await people.send(grace, ada, 'From Grace');
  const withAlan = await people.send(alan, ada, 'From Alan');
  return { ada, grace, alan, withGrace, withAlan };
}

/** Waits until the list shows these conversations, from top to bottom. */
async function listsOnly(device: Device, names: readonly string[]): Promise<void> {
  await device.eventually(async () =>
    expect(await device.inbox.locator('.inbox-name').allTextContents()).toEqual(names),
  );
}

const mark = (device: Device, name: string, which: 'favourite' | 'muted') =>
  device.row(name).locator(`.row-mark[data-mark=${which}]`);
const dot = (device: Device, name: string) => device.row(name).locator('.unread-dot');

describe('the menu of a conversation’s row', () => {
  it(
    'makes a favourite, which the list of favourites has on all devices of the user',
    stage(async (scene) => {
      const { ada } = await twoConversations(scene);
      const [laptop, phone] = [await scene.enter(ada), await scene.enter(ada)];
      await laptop.openRowMenu('Grace');
      expect(await findProblems(laptop.page)).toEqual([]);
      await laptop.chooseItem('Add to favourites');
      for (const device of [laptop, phone]) await mark(device, 'Grace', 'favourite').waitFor();
      for (const device of [laptop, phone]) {
        await device.showList('Favourites');
        await listsOnly(device, ['Grace']);
      }
      await phone.openRowMenu('Grace');
      await phone.chooseItem('Remove from favourites');
      for (const device of [laptop, phone]) {
        await device.page.getByText('Conversations that you add to your favourites').waitFor();
        await device.showList('All');
        await listsOnly(device, ['Alan', 'Grace']);
        expect(await mark(device, 'Grace', 'favourite').count()).toBe(0);
      }
    }),
  );

  it(
    'archives, until the next message brings the conversation back on all devices of the user',
    stage(async (scene) => {
      const { ada, grace } = await twoConversations(scene);
      const [laptop, phone] = [await scene.enter(ada), await scene.enter(ada)];
      for (const device of [laptop, phone]) await device.seesTitle('(2) Cruddur');
      await laptop.openRowMenu('Grace');
      await laptop.chooseItem('Archive');
      await laptop.inbox.getByRole('status').filter({ hasText: 'Grace was archived' }).waitFor();
      for (const device of [laptop, phone]) {
        await listsOnly(device, ['Alan']);
        await device.seesTitle('(1) Cruddur');
        await device.showList('Archived');
        await listsOnly(device, ['Grace']);
      }
      await scene.people.send(grace, ada, 'Are you there?');
      for (const device of [laptop, phone]) {
        await device.page.getByText('Conversations that you archive').waitFor();
        await device.showList('All');
        await listsOnly(device, ['Grace', 'Alan']);
        await device.seesUnread('Grace', 2);
        await device.seesTitle('(3) Cruddur');
      }
      // It stays: the row was fetched meanwhile.
      await laptop.page.reload();
      await listsOnly(laptop, ['Grace', 'Alan']);
    }),
  );

  it(
    'archives a conversation right after a message, and moves it out of the archive again',
    stage(async (scene) => {
      const { ada } = await twoConversations(scene);
      const device = await scene.enter(ada);
      await device.open('Grace');
      await device.send('Goodbye');
      await device.sees('Goodbye');
      await device.page.getByRole('button', { name: 'Conversation settings' }).click();
      await device.chooseItem('Archive');
      // What is put aside is closed.
      await device.page.getByText('Select a conversation').waitFor();
      await listsOnly(device, ['Alan']);
      await device.showList('Archived');
      await listsOnly(device, ['Grace']);
      await device.openRowMenu('Grace');
      await device.chooseItem('Move out of the archive');
      await device.page.getByText('Conversations that you archive').waitFor();
      await device.showList('All');
      await listsOnly(device, ['Grace', 'Alan']);
    }),
  );

  it(
    'marks as unread, until the conversation is opened',
    stage(async (scene) => {
      const { ada, alan, withAlan } = await twoConversations(scene);
      await scene.people.markRead(ada, withAlan, 1);
      const [laptop, phone] = [await scene.enter(ada), await scene.enter(ada)];
      await laptop.openRowMenu('Grace');
      await laptop.chooseItem('Mark as read');
      for (const device of [laptop, phone]) {
        await device.seesUnread('Grace', 0);
        await device.seesTitle('Cruddur');
      }
      // Also the one that is open, which is closed with it.
      await laptop.open(alan.name);
      await laptop.openRowMenu('Alan');
      await laptop.chooseItem('Mark as unread');
      await laptop.page.getByText('Select a conversation').waitFor();
      for (const device of [laptop, phone]) {
        await dot(device, 'Alan').waitFor();
        await device.seesTitle('(•) Cruddur');
      }
      await phone.open('Alan');
      for (const device of [laptop, phone]) {
        await dot(device, 'Alan').waitFor({ state: 'detached' });
        await device.seesTitle('Cruddur');
      }
    }),
  );

  it(
    'mutes, with an unread count that the title leaves out, and mentions that it shows',
    stage(async (scene) => {
      const { people } = scene;
      const { ada, grace, alan } = await twoConversations(scene);
      const group = await people.createGroup(grace, 'Looms', [ada, alan]);
      const device = await scene.enter(ada);
      await device.openRowMenu('Looms');
      await device.chooseItem('All but mentions');
      await mark(device, 'Looms', 'muted').waitFor();
      await people.sendToGroup(alan, group, 'Nothing of note');
      await device.seesUnread('Looms', 1);
      await device.seesTitle('(2) Cruddur');
      const seq = await people.sendToGroup(alan, group, `Look, @${ada.handle}`);
      const mentioned = device.row('Looms').locator('.mention-badge');
      await mentioned.getByText('1 mention', { exact: true }).waitFor();
      await people.edit(alan, group, seq, 'Never mind');
      await mentioned.waitFor({ state: 'detached' });
      await people.edit(alan, group, seq, 'Look, @all');
      await mentioned.waitFor();
      await device.open('Looms');
      await mentioned.waitFor({ state: 'detached' });
      await device.openRowMenu('Looms');
      await device.chooseItem('Nothing');
      await mark(device, 'Looms', 'muted').waitFor({ state: 'detached' });
    }),
  );

  it(
    'shows a change at once, and takes it back with a notice where the API rejects it',
    stage(async (scene) => {
      const { ada } = await twoConversations(scene);
      const device = await scene.enter(ada);
      let respond = (): void => undefined;
      const waits = new Promise<void>((resolve) => (respond = resolve));
      await device.page.route('**/settings', async (route) => {
        await waits;
        await route.fulfill({ status: 503, json: ['table_unavailable'] });
      });
      await device.openRowMenu('Grace');
      await device.chooseItem('Add to favourites');
      await mark(device, 'Grace', 'favourite').waitFor();
      await device.watch.tolerating(/503/, async () => {
        respond();
        await mark(device, 'Grace', 'favourite').waitFor({ state: 'detached' });
        await device.inbox.getByRole('status').filter({ hasText: 'The server is busy' }).waitFor();
      });
    }),
  );
});

describe('the menu of a row opens', () => {
  it(
    'by a right click at the pointer, and by the keyboard, which gets the focus back at the row',
    stage(async (scene) => {
      const { ada } = await twoConversations(scene);
      const device = await scene.enter(ada);
      const { keyboard } = device.page;
      const menu = device.page.getByRole('menu');
      await device.row('Grace').click({ button: 'right', position: { x: 100, y: 20 } });
      await menu.waitFor();
      const [at, row] = [await menu.boundingBox(), await device.row('Grace').boundingBox()];
      expect(Math.abs((at?.x ?? 0) - (row?.x ?? 0) - 100)).toBeLessThan(12);
      await keyboard.press('Escape');
      await menu.waitFor({ state: 'detached' });
      expect(new URL(device.page.url()).pathname).toBe('/');

      await device.row('Alan').focus();
      await keyboard.press('Shift+F10');
      await menu.waitFor();
      await keyboard.press('Escape');
      await menu.waitFor({ state: 'detached' });
      await device.eventually(async () =>
        expect(await device.row('Alan').evaluate((link) => link === document.activeElement)).toBe(true),
      );
      await keyboard.press('Tab');
      await keyboard.press('Enter');
      await menu.waitFor();
      await keyboard.press('ArrowDown');
      await keyboard.press('Enter');
      await mark(device, 'Alan', 'favourite').waitFor();
    }),
  );

  it(
    'by a long press on a phone, as a sheet, without opening the conversation',
    stage(async (scene) => {
      const { ada } = await twoConversations(scene);
      const phone = await scene.enter(ada, { viewport: PHONE, hasTouch: true, isMobile: true });
      const row = await phone.row('Grace').boundingBox();
      const touch = await phone.context.newCDPSession(phone.page);
      const point = { x: (row?.x ?? 0) + 90, y: (row?.y ?? 0) + 30 };
      await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [point] });
      const sheet = phone.page.locator('.menu[data-sheet=true]');
      await sheet.waitFor();
      await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
      const place = await sheet.boundingBox();
      expect([place?.x, (place?.y ?? 0) + (place?.height ?? 0), place?.width]).toEqual([
        0,
        PHONE.height,
        PHONE.width,
      ]);
      await takePicture(phone.page, 'row-menu-sheet');
      expect(await findProblems(phone.page)).toEqual([]);
      expect(new URL(phone.page.url()).pathname).toBe('/');
      // A long press leaves nothing behind: the context menu key opens the menu again.
      await phone.page.keyboard.press('Escape');
      await sheet.waitFor({ state: 'hidden' });
      await phone.row('Grace').focus();
      await phone.page.keyboard.press('ContextMenu');
      await phone.page.getByRole('menuitem', { name: 'Archive' }).waitFor();
      const tabs = phone.page.getByRole('group', { name: 'Show conversations' });
      const before = await tabs.boundingBox();
      await phone.page.getByRole('menuitem', { name: 'Archive' }).tap();
      await listsOnly(phone, ['Alan']);
      // What is pressed does not move when the notice comes.
      await phone.page.getByRole('status').getByText('was archived').waitFor();
      expect(await tabs.boundingBox()).toEqual(before);
      // A short one opens the conversation.
      await phone.row('Alan').tap();
      await phone.sees('From Alan');
    }),
  );
});
