import { describe, expect, it } from '@jest/globals';
import { useScreens } from './screens.ts';

const stage = useScreens();

/** Console messages for requests without a network. */
const DISCONNECTED = /net::ERR_|Failed to load resource|ApiError|TypeError/;
/** More than a conversation has when it opens. */
const LONG = 70;

describe('a device that was offline', () => {
  it(
    'shows what was sent, edited and deleted meanwhile, also in an older page that was scrolled in',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      const group = await people.send(grace, ada, 'text 1');
      for (let seq = 2; seq <= LONG; seq += 1) await people.sendToGroup(grace, group, `text ${seq}`);
      await people.markRead(ada, group, LONG);
      const adas = await enter(ada);
      await adas.open('Grace');
      await adas.sees(`text ${LONG}`);
      await adas.eventually(async () => {
        await adas.log.evaluate((log) => log.scrollTo(0, 0));
        expect(await adas.bubbles('text 2').count()).toBe(1);
      });
      const requests: string[] = [];
      adas.page.on('request', (request) => requests.push(request.url()));
      await adas.watch.tolerating(DISCONNECTED, async () => {
        await adas.context.setOffline(true);
        await adas.isOffline();
        await people.edit(grace, group, 2, 'edited meanwhile');
        await people.delete(grace, group, 3);
        await people.edit(grace, group, LONG, 'edited at the end');
        await people.sendToGroup(grace, group, 'sent meanwhile');
        requests.length = 0;
        await adas.context.setOffline(false);
        await adas.isLive();
        await adas.sees('edited meanwhile');
      });
      await adas.log.getByText('Message deleted').waitFor();
      expect(await adas.holds('text 3<')).toBe(false);
      // The shown messages were not read again. Changes that the stream logs only now may cause a page after the new message.
      const pages = requests.filter((url) => /\/api\/messages\/[^/]+\?/.test(url));
      const after = pages.map((url) => Number(new URL(url).searchParams.get('after')));
      expect(Math.min(...after)).toBe(LONG);
      expect(requests.some((url) => url.includes('/changes?'))).toBe(true);
      await adas.log.evaluate((log) => log.scrollTo(0, log.scrollHeight));
      await adas.sees('sent meanwhile');
      await adas.sees('edited at the end');
    }),
  );
});

describe('two devices of a user', () => {
  it(
    'count the same unread messages: without deleted and system messages, and nothing that one of them has read',
    stage(async ({ people, enter }) => {
      const names = ['Ada', 'Grace', 'Alan'];
      const [ada, grace, alan] = await Promise.all(names.map((name) => people.create(name)));
      if (!ada || !grace || !alan) throw new Error('they were created');
      const group = await people.createGroup(ada, 'Compilers', [grace]);
      const devices = [await enter(grace), await enter(grace)];
      const first = await people.sendToGroup(ada, group, 'one');
      for (const text of ['two', 'three']) await people.sendToGroup(ada, group, text);
      await people.addMember(ada, group, alan);
      for (const device of devices) await device.seesUnread('Compilers', 3);

      await people.delete(ada, group, first);
      for (const device of devices) await device.seesUnread('Compilers', 2);
      // It stays so when the device has fetched the row, and for a device that begins after that.
      const [one, other] = devices;
      if (!one || !other) throw new Error('there are two');
      const fetched = other.page.waitForResponse(
        (response) => response.url().includes(`/api/message_groups/${group}`) && response.ok(),
      );
      const last = await people.sendToGroup(ada, group, 'four');
      for (const device of devices) await device.seesUnread('Compilers', 3);
      await people.delete(ada, group, last);
      await fetched;
      for (const device of [...devices, await enter(grace)]) await device.seesUnread('Compilers', 2);
      await other.row('Compilers').getByText('Message deleted').waitFor();

      await one.open('Compilers');
      for (const device of devices) await device.seesUnread('Compilers', 0);
      await one.send('answer');
      await other.row('Compilers').getByText('answer').waitFor();
      await other.seesUnread('Compilers', 0);
    }),
  );
});
