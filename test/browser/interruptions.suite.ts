import { describe, expect, it } from '@jest/globals';
import type { Device } from './device.ts';
import { useOwnRun } from './own-run.ts';
import { useScreens } from './screens.ts';

/** What a browser says of requests to a server that is gone, is starting, or is out of reach. */
const DISCONNECTED = /net::ERR_|Failed to load resource|^503 /;
/** What it says of a request that is refused. */
const REFUSED = /Failed to load resource|^422 /;

describe('while the server is killed and started again', () => {
  const run = useOwnRun();
  const stage = useScreens(() => run().ports[0]);

  it(
    'screens say so, go on by themselves, lose nothing and show nothing twice',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      const group = await people.tell(ada, grace, 'Before');
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
        // Whoever was told that it was not sent has nothing to do: it is on its way again by itself.
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

describe('while one has no network', () => {
  const stage = useScreens();

  it(
    'what is written is sent once when it is back, and what others wrote is there',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      const group = await people.tell(ada, grace, 'Before');
      const [adas, graces] = [await enter(ada), await enter(grace)];
      await Promise.all([adas.open('Grace'), graces.open('Ada')]);

      await adas.watch.tolerating(DISCONNECTED, async () => {
        await adas.context.setOffline(true);
        await adas.isOffline();
        await graces.send('While you were away');
        await graces.sees('While you were away');
        await adas.send('Written offline');
        await adas.send('And more of it');
        // Tried often enough; and what comes after it does not overtake it.
        await adas.bubbles('Written offline').getByText('Waiting for connection').waitFor();
        await adas.row('Grace').getByText('Waiting ·').waitFor();
        // Nothing invites to give up what is sent by itself.
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
    'a message that the server refuses is given back to who wrote it, to try again or to discard',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      const group = await people.tell(ada, grace, 'Before');
      const adas = await enter(ada);
      await adas.open('Grace');
      await adas.watch.tolerating(REFUSED, async () => {
        await adas.page.route('**/api/messages', (route) =>
          route.fulfill({ status: 422, json: ['refused'] }),
        );
        await adas.send('Again, please');
        await adas.bubbles('Again, please').getByText('Not sent.').waitFor();
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
