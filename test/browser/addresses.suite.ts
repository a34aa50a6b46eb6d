import { describe, expect, it } from '@jest/globals';
import type { Device } from './device.ts';
import { useScreens } from './screens.ts';

/** What a browser says of a page with status 404. */
const NOT_FOUND = /^404 GET|Failed to load resource/;

const stage = useScreens();

const isSignedInAs = (device: Device, name: string) =>
  device.page.getByRole('button', { name: `Signed in as ${name}` }).waitFor();

describe('an address that no screen has', () => {
  it.each(['/nothing', '/messages', '/messages/a/b/c', '/index.html'])(
    '%s says that there is no such page, with status 404',
    (path) =>
      stage(async ({ people, enter, openWindow }) => {
        const ada = await people.create('Ada');
        for (const device of [await openWindow(ada), await enter(ada)]) {
          await device.watch.tolerating(NOT_FOUND, async () => {
            const answer = await device.page.goto(path);
            expect(answer?.status()).toBe(404);
            await device.page.getByRole('heading', { name: 'Page not found' }).waitFor();
            await device.seesTitle('Page not found · Cruddur');
          });
        }
      })(),
  );

  it(
    'leads back to the conversations',
    stage(async ({ people, enter }) => {
      const ada = await enter(await people.create('Ada'));
      await ada.watch.tolerating(NOT_FOUND, () => ada.page.goto('/nothing'));
      await ada.page.getByRole('link', { name: 'Go to your conversations' }).click();
      await ada.isLive();
      await isSignedInAs(ada, 'Ada');
    }),
  );
});
