import { describe, expect, it } from '@jest/globals';
import type { Device } from './device.ts';
import { useScreens } from './screens.ts';

/** The browser's console message for a page with status 404. */
const NOT_FOUND = /^404 GET|Failed to load resource/;

const stage = useScreens();

const isSignedInAs = (device: Device, name: string) =>
  device.page.getByRole('button', { name: `Signed in as ${name}` }).waitFor();

describe('an address that names a user', () => {
  it(
    'signs that user in, in a tab where another user was signed in',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      const tab = await enter(ada);
      await isSignedInAs(tab, 'Ada');
      await tab.page.goto(`/?as=${grace.handle}`);
      await isSignedInAs(tab, 'Grace');
      await tab.page.reload();
      await isSignedInAs(tab, 'Grace');
      expect(new URL(tab.page.url()).search).toBe('');
    }),
  );

  it(
    'does not show that user the drafts of the other',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      await people.send(ada, grace, 'Hello');
      const tab = await enter(ada);
      await tab.open('Grace');
      await tab.composer.fill('A secret of Ada');
      await tab.page.goto(`/?as=${ada.handle}`);
      await tab.open('Grace');
      expect(await tab.composer.inputValue()).toBe('A secret of Ada');
      await tab.page.goto(`/?as=${grace.handle}`);
      await isSignedInAs(tab, 'Grace');
      await tab.open('Ada');
      expect(await tab.composer.inputValue()).toBe('');
    }),
  );

  it(
    'shows the sign-in screen for a handle that does not exist',
    stage(async ({ people, enter }) => {
      const tab = await enter(await people.create('Ada'));
      await tab.watch.tolerating(/^422 |Failed to load resource/, async () => {
        await tab.page.goto('/?as=no-such-handle');
        await tab.page.locator('input[name=display_name]').waitFor();
      });
    }),
  );
});

describe('a tab with a stored session that is not valid here', () => {
  it.each([
    '{',
    '{"kind":"oidc","id":"of-another-configuration"}',
    '{"kind":"development","token":"of-another-run"}',
  ])('shows the sign-in screen: %s', (kept) =>
    stage(async ({ people, openWindow }) => {
      const device = await openWindow(await people.create('Ada'));
      await device.watch.tolerating(/^401 |Failed to load resource/, async () => {
        await device.page.goto('/');
        await device.page.evaluate((text) => sessionStorage.setItem('session', text), kept);
        await device.page.reload();
        await device.page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
      });
    })(),
  );
});

describe('an unknown address', () => {
  it.each(['/nothing', '/messages', '/messages/a/b/c', '/index.html'])(
    '%s shows that the page was not found, with status 404',
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
      await ada.page.getByRole('link', { name: 'Go to conversations' }).click();
      await ada.isLive();
      await isSignedInAs(ada, 'Ada');
    }),
  );
});
