import { describe, expect, it } from '@jest/globals';
import { PHONE, useScreens } from './screens.ts';

const stage = useScreens();

describe('two people', () => {
  it(
    'start a conversation, and see each other’s messages and read marks at once',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      const [adas, graces] = [await enter(ada), await enter(grace)];
      await adas.page.getByRole('button', { name: 'New conversation' }).click();
      await adas.pick(grace);
      await adas.send('Hello Grace');
      await adas.sees('Hello Grace');
      await graces.seesUnread('Ada', 1);
      await adas.send('Are you there?');
      await graces.seesUnread('Ada', 2);
      await graces.seesTitle('(2) Cruddur');
      expect(await graces.row('Ada').textContent()).toContain('Are you there?');
      // It is unread.
      expect(await adas.log.getByText('Seen', { exact: true }).count()).toBe(0);

      await graces.open('Ada');
      await graces.sees('Hello Grace');
      await graces.seesUnread('Ada', 0);
      await adas.log.getByText('Seen', { exact: true }).waitFor();
      await graces.send('Here I am');
      await adas.seesAll(['Hello Grace', 'Are you there?', 'Here I am']);
      await graces.seesAll(['Hello Grace', 'Are you there?', 'Here I am']);
      // Looking at a conversation marks it as read.
      await adas.seesUnread('Grace', 0);
    }),
  );

  it(
    'see that the other is typing, until they send or stop',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      await people.send(ada, grace, 'Well?');
      const [adas, graces] = [await enter(ada), await enter(grace)];
      await Promise.all([adas.open('Grace'), graces.open('Ada')]);
      const typing = adas.page.getByText('Grace is typing');

      await graces.composer.pressSequentially('Hm');
      await typing.waitFor();
      // Users receive no typing events of their own.
      expect(await graces.page.getByText('is typing').count()).toBe(0);
      await typing.waitFor({ state: 'hidden' });

      await graces.composer.pressSequentially('m');
      await typing.waitFor();
      await graces.composer.press('Enter');
      await adas.sees('Hmm');
      // It ends with the message, not with the timeout.
      expect(await typing.count()).toBe(0);
    }),
  );

  it(
    'see in the list who wrote, who is typing, and what they have not sent yet',
    stage(async ({ people, enter }) => {
      const [ada, grace, alan] = await Promise.all([
        people.create('Ada'),
        people.create('Grace'),
        people.create('Alan'),
      ]);
      const group = await people.createGroup(ada, 'Looms', [grace, alan]);
      await people.sendToGroup(grace, group, 'Well?');
      await people.send(alan, ada, 'Hello');
      const [adas, graces] = [await enter(ada), await enter(grace)];
      await adas.row('Looms').getByText('Grace: Well?').waitFor();
      await adas.open('Looms');
      await adas.send('Well.');
      await adas.row('Looms').getByText('You: Well.').waitFor();
      await adas.composer.fill('But then');
      expect(await adas.row('Looms').textContent()).not.toContain('Draft');
      await adas.open('Alan');
      await adas.row('Looms').getByText('Draft: But then').waitFor();

      await graces.open('Looms');
      await graces.composer.pressSequentially('Hm');
      await adas.row('Looms').getByText(`@${grace.handle} is typing…`).waitFor();
      await graces.composer.press('Enter');
      await adas.row('Looms').getByText('Draft: But then').waitFor();
      await adas.page.reload();
      await adas.row('Looms').getByText('Draft: But then').waitFor();
      await adas.open('Looms');
      await adas.row('Looms').getByText('Grace: Hm').waitFor();
      expect(await adas.composer.inputValue()).toBe('But then');
    }),
  );

  it(
    'edit and delete their messages on all screens',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      await people.send(ada, grace, 'First');
      const [adas, graces] = [await enter(ada), await enter(grace)];
      await Promise.all([adas.open('Grace'), graces.open('Ada')]);
      await adas.send('See you at tenn');
      await graces.sees('See you at tenn');

      await adas.choose('See you at tenn', 'Edit');
      await adas.send('See you at ten');
      for (const device of [adas, graces]) {
        await device.seesAll(['First', 'See you at ten']);
        expect(await device.bubbles('See you at ten').textContent()).toContain('edited');
        expect(await device.inbox.textContent()).toContain('See you at ten');
        await device.eventually(async () => expect(await device.holds('tenn')).toBe(false));
      }

      await adas.choose('See you at ten', 'Delete…');
      await adas.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      for (const device of [adas, graces]) {
        await device.seesAll(['First', 'Message deleted']);
        await device.inbox.getByText('Message deleted').waitFor();
        await device.eventually(async () => expect(await device.holds('See you at ten')).toBe(false));
      }
      // Messages of others cannot be edited, and a tombstone has no actions.
      await graces.openMenu(graces.bubbles('First'));
      expect(await graces.page.getByRole('menuitem').allTextContents()).toEqual([
        'Add reaction…',
        'Reply',
        'Copy text',
        'Copy link',
        'Pin',
      ]);
      await adas.bubbles('Message deleted').hover();
      expect(await adas.bubbles('Message deleted').getByRole('button').count()).toBe(0);
    }),
  );

  it(
    'see everything after a reload, which sends an outgoing message once',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      const group = await people.send(grace, ada, 'Before');
      const [adas, graces] = [await enter(ada), await enter(grace)];
      await Promise.all([adas.open('Grace'), graces.open('Ada')]);
      // The API stores it, but the response is lost.
      await adas.page.route('**/api/messages', async (route) => {
        await route.fetch();
      });
      await adas.send('On its way');
      await graces.sees('On its way');
      await adas.composer.fill('Not finished');
      await adas.page.unrouteAll({ behavior: 'ignoreErrors' });
      await adas.page.reload();

      for (const device of [adas, graces]) await device.seesAll(['Before', 'On its way']);
      expect(await adas.composer.inputValue()).toBe('Not finished');
      await adas.isLive();
      await graces.send('After');
      for (const device of [adas, graces]) await device.seesAll(['Before', 'On its way', 'After']);
      expect(await people.texts(ada, group)).toEqual(['Before', 'On its way', 'After']);
    }),
  );
});

describe('two devices of one user', () => {
  it(
    'show the same messages and the same unread badge, which disappears on both at once',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      await people.send(grace, ada, 'One');
      const [laptop, phone] = [await enter(ada), await enter(ada)];
      for (const device of [laptop, phone]) await device.seesUnread('Grace', 1);
      await people.send(grace, ada, 'Two');
      for (const device of [laptop, phone]) await device.seesUnread('Grace', 2);

      await phone.open('Grace');
      for (const device of [phone, laptop]) await device.seesUnread('Grace', 0);
      await laptop.seesTitle('Cruddur');
      await laptop.open('Grace');
      await phone.send('Three');
      for (const device of [laptop, phone]) await device.seesAll(['One', 'Two', 'Three']);
      expect(await laptop.bubbles('Three').getAttribute('data-own')).toBe('true');
    }),
  );
});

describe('on a phone', () => {
  it(
    'a user goes from the list into a conversation and back, and Enter begins a new line',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      await people.send(grace, ada, 'On the way?');
      const phone = await enter(ada, { viewport: PHONE, hasTouch: true, isMobile: true });
      await phone.row('Grace').tap();
      await phone.sees('On the way?');
      await phone.inbox.waitFor({ state: 'hidden' });
      await phone.composer.tap();
      await phone.composer.pressSequentially('Yes,');
      await phone.composer.press('Enter');
      await phone.composer.pressSequentially('nearly there');
      await phone.page.getByRole('button', { name: 'Send' }).tap();
      await phone.seesAll(['On the way?', 'Yes,\nnearly there']);

      await phone.watch.tolerating(/ERR_INTERNET_DISCONNECTED/, async () => {
        await phone.context.setOffline(true);
        await phone.isOffline();
        await phone.context.setOffline(false);
        await phone.isLive();
      });
      await phone.page.getByRole('link', { name: 'Back to conversations' }).tap();
      await phone.row('Grace').waitFor();
      expect(await phone.log.count()).toBe(0);
    }),
  );
});
