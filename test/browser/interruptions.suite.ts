import { describe, expect, it } from '@jest/globals';
import type { Device } from './device.ts';
import { useOwnRun } from './own-run.ts';
import { useScreens } from './screens.ts';

/** Console messages for requests to a server that is down, starting or unreachable. */
const DISCONNECTED = /net::ERR_|Failed to load resource|^503 /;
/** Its message for a rejected request. */
const REFUSED = /Failed to load resource|^422 /;

describe('while the server is killed and started again', () => {
  const run = useOwnRun();
  const stage = useScreens(() => run().ports[0]);

  it(
    'screens show it, recover by themselves, lose nothing and show nothing twice',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      const group = await people.send(ada, grace, 'Before');
      const [adas, graces] = [await enter(ada), await enter(grace)];
      await Promise.all([adas.open('Grace'), graces.open('Ada')]);
      await adas.send('Just before');
      await graces.sees('Just before');

      const restart = async (): Promise<void> => {
        await run().kill();
        for (const device of [adas, graces]) await device.isOffline();
        await adas.send('Meanwhile, Ada');
        await graces.send('Meanwhile, Grace');
        for (const device of [adas, graces]) await device.log.locator('article:not([data-seq])').waitFor();
        await run().start();
        for (const device of [adas, graces]) await device.isLive();
        // A message that is shown as not sent is sent again automatically.
        await adas.sees('Meanwhile, Grace');
        await graces.sees('Meanwhile, Ada');
      };
      await adas.watch.tolerating(DISCONNECTED, () => graces.watch.tolerating(DISCONNECTED, restart));
      await graces.send('After');
      await adas.sees('After');

      const texts = await people.texts(ada, group);
      expect(texts.toSorted()).toEqual([
        'After',
        'Before',
        'Just before',
        'Meanwhile, Ada',
        'Meanwhile, Grace',
      ]);
      for (const device of [adas, graces]) await device.seesAll(texts.map(String));
    }),
  );
});

describe('without a network', () => {
  const stage = useScreens();

  it(
    'messages are sent once when it is back, and those of others arrive',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      const group = await people.send(ada, grace, 'Before');
      const [adas, graces] = [await enter(ada), await enter(grace)];
      await Promise.all([adas.open('Grace'), graces.open('Ada')]);

      await adas.watch.tolerating(DISCONNECTED, async () => {
        await adas.context.setOffline(true);
        await adas.isOffline();
        await graces.send('While you were away');
        await graces.sees('While you were away');
        await adas.send('Written offline');
        await adas.send('And more of it');
        // After several attempts it is held; later messages do not overtake it.
        await adas.bubbles('Written offline').getByText('Waiting for connection').waitFor();
        await adas.row('Grace').getByText('Waiting: Written offline').waitFor();
        // No button offers to discard what is sent automatically.
        expect(await adas.log.getByRole('button', { name: /Discard|Try again/ }).count()).toBe(0);
        expect(await adas.log.getByRole('alert').count()).toBe(0);
        await adas.eventually(async () => expect(await waiting(adas)).toBe(2));
        await adas.context.setOffline(false);
        await adas.isLive();
        await adas.sees('And more of it');
      });

      const texts = ['Before', 'While you were away', 'Written offline', 'And more of it'];
      for (const device of [adas, graces]) await device.seesAll(texts);
      expect(await people.texts(ada, group)).toEqual(texts);
    }),
  );

  it(
    'the author of a rejected message can try again or discard it',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      const group = await people.send(ada, grace, 'Before');
      const adas = await enter(ada);
      await adas.open('Grace');
      await adas.watch.tolerating(REFUSED, async () => {
        await adas.page.route('**/api/messages', (route) =>
          route.fulfill({ status: 422, json: ['refused'] }),
        );
        await adas.send('Again, please');
        await adas.bubbles('Again, please').getByText('Not sent.').waitFor();
        await adas.row('Grace').getByText('Not sent: Again, please').waitFor();
        await adas.page.unrouteAll();
        await adas.bubbles('Again, please').getByRole('button', { name: 'Try again' }).click();
        await adas.sees('Again, please');
        await adas.page.route('**/api/messages', (route) =>
          route.fulfill({ status: 422, json: ['refused'] }),
        );
        await adas.send('Never mind');
        await adas.bubbles('Never mind').getByRole('button', { name: 'Discard' }).click();
        await adas.seesAll(['Before', 'Again, please']);
      });
      expect(await people.texts(ada, group)).toEqual(['Before', 'Again, please']);
    }),
  );
});

function waiting(device: Device): Promise<number> {
  return device.log.locator('article:not([data-seq])').count();
}
