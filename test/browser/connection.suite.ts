import { isolateName } from '../../schema/isolate-name.ts';
import { describe, expect, it } from '@jest/globals';
import type { Device } from './device.ts';
import { useScreens } from './screens.ts';

/** Console messages for requests without a network, and for routes that the test breaks. */
const DISCONNECTED = /net::ERR_|Failed to load resource|^404 |ApiError|TypeError/;
/** How long screens may take to recover after the connection is back, in milliseconds: about a second, doubled for slow machines. */
const SOON_MS = 2_500;

/** The chunks of dialogs and menus. */
const PARTS = ['menu', 'delete-dialog', 'members-dialog', 'new-conversation-dialog', 'new-group-dialog'];

describe('without a network', () => {
  const stage = useScreens();

  it(
    'menus and dialogs open, even if they were never opened before',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      await people.createGroup(ada, 'Moths', [grace]);
      const device = await enter(ada);
      await device.open('Moths');
      await fetchedParts(device);
      await device.watch.tolerating(DISCONNECTED, async () => {
        await device.context.setOffline(true);
        await device.isOffline();
        await device.page.getByRole('button', { name: /Signed in as/ }).click();
        await device.page.getByRole('menuitem', { name: 'Sign out' }).waitFor();
        await device.page.keyboard.press('Escape');
        for (const name of ['New conversation', 'New group', 'Group info']) {
          await device.page.getByRole('button', { name }).click();
          await device.page.getByRole('dialog', { name }).waitFor();
          await device.page.keyboard.press('Escape');
          await device.page.getByRole('dialog').waitFor({ state: 'detached' });
        }
        await device.context.setOffline(false);
        await device.isLive();
      });
    }),
  );

  it(
    'a part that cannot be loaded shows the reason, and opens when the connection is back; the rest goes on',
    stage(async ({ people, openWindow }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      await people.send(grace, ada, 'Hello');
      const device = await openWindow(ada);
      await device.watch.tolerating(DISCONNECTED, async () => {
        await device.page.route(/assets\/(menu|new-group-dialog)-/, (route) => route.abort());
        await device.signIn();
        await device.context.setOffline(true);
        await device.isOffline();
        const note = device.page.getByRole('alert').filter({ hasText: 'cannot be reached' });

        await device.page.getByRole('button', { name: 'New group' }).click();
        await note.waitFor();
        await note.getByRole('button', { name: 'Close' }).click();
        await note.waitFor({ state: 'detached' });

        await device.page.getByRole('button', { name: /Signed in as/ }).click();
        await note.waitFor();
        await device.row('Grace').waitFor();
        await device.page.unrouteAll();
        await device.context.setOffline(false);
        await device.page.getByRole('menuitem', { name: 'Sign out' }).waitFor();
        await device.page.keyboard.press('Escape');
        await device.page.getByRole('button', { name: 'New group' }).click();
        await device.page.getByRole('dialog', { name: 'New group' }).waitFor();
      });
    }),
  );

  it(
    'a conversation and a draft that were opened offline are shown as soon as the connection is back',
    stage(async ({ people, enter }) => {
      const [ada, grace, alan] = await Promise.all(
        ['Ada', 'Grace', 'Alan'].map((name) => people.create(name)),
      );
      if (!ada || !grace || !alan) throw new Error('they were created');
      await people.send(grace, ada, 'Hello');
      const device = await enter(ada);
      const failure = device.page.getByRole('main').getByText('cannot be reached');
      await device.watch.tolerating(DISCONNECTED, async () => {
        await device.context.setOffline(true);
        await device.isOffline();
        await device.row('Grace').click();
        await failure.waitFor();
        await device.context.setOffline(false);
        await device.bubbles('Hello').waitFor({ timeout: SOON_MS });

        await device.context.setOffline(true);
        await device.isOffline();
        await device.page.evaluate(
          (path) => history.pushState(null, '', path),
          `/messages/new/${alan.handle}`,
        );
        await failure.waitFor();
        await device.context.setOffline(false);
        await device.page
          .getByRole('textbox', { name: `Message to ${isolateName('Alan')}` })
          .waitFor({ timeout: SOON_MS });
      });
    }),
  );

  it(
    'error messages about the connection disappear when it is back',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      await people.send(ada, grace, 'Wrong');
      const device = await enter(ada);
      await device.open('Grace');
      await device.watch.tolerating(DISCONNECTED, async () => {
        await device.context.setOffline(true);
        await device.choose('Wrong', 'Edit');
        await device.send('Right');
        const problem = device.page.getByText('cannot be reached');
        await problem.waitFor();
        await device.context.setOffline(false);
        await problem.waitFor({ state: 'detached' });
        await device.composer.press('Enter');
        await device.sees('Right');
      });
    }),
  );
});

describe('before the first screen', () => {
  const stage = useScreens();

  it.each(['/config.json', '/api/users/me', '/api/message_groups?**'])(
    'a failed request for %s is retried automatically',
    (path) =>
      stage(async ({ people, openWindow }) => {
        const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
        await people.send(grace, ada, 'Hello');
        const device = await openWindow(ada);
        await device.watch.tolerating(DISCONNECTED, async () => {
          await device.page.route(`**${path}`, (route) => route.abort());
          await device.page.goto(`/?as=${ada.handle}`);
          await device.page.getByRole('alert').getByText('cannot be reached').waitFor();
          await device.page.unrouteAll();
          await device.row('Grace').waitFor();
        });
      })(),
  );
});

describe('after a deployment', () => {
  const stage = useScreens();

  it(
    'a page whose chunk is missing reloads once, and keeps a draft, an edit and outgoing messages',
    stage(async ({ people, openWindow }) => {
      const [ada, grace, alan] = await Promise.all(
        ['Ada', 'Grace', 'Alan'].map((name) => people.create(name)),
      );
      if (!ada || !grace || !alan) throw new Error('they were created');
      await people.send(grace, ada, 'Hello');
      const group = await people.send(ada, alan, 'Frist');
      await people.send(ada, alan, 'Second');
      const device = await openWindow(ada);
      const { page } = device;
      await device.watch.tolerating(DISCONNECTED, async () => {
        const gone = await withoutChunk(device, 'delete-dialog');
        await device.signIn();
        await device.open('Grace');
        await device.composer.fill('Half a thou');
        await device.open('Alan');
        await page.route('**/api/messages', (route) => route.abort());
        await device.send('Queued');
        await device.bubbles('Queued').getByText('Waiting for connection').waitFor();
        await device.choose('Frist', 'Edit');
        await device.composer.fill('First, chan');

        const loads = loadsOf(device);
        gone.until(() => loads.count > 0);
        await device.choose('Second', 'Delete…');
        await device.eventually(() => Promise.resolve(loads.count === 1));
        await page.unroute('**/api/messages');
        await device.sees('Queued');
        expect(await device.composer.inputValue()).toBe('First, chan');
        await device.composer.fill('First');
        await device.composer.press('Enter');
        await device.sees('First');
        expect(await people.texts(ada, group)).toEqual(['First', 'Second', 'Queued']);
        await device.open('Grace');
        expect(await device.composer.inputValue()).toBe('Half a thou');
        await device.open('Alan');
        await device.choose('Second', 'Delete…');
        await page.getByRole('dialog').waitFor();
        expect(loads.count).toBe(1);
      });
    }),
  );

  it(
    'a chunk that stays missing causes no loop of reloads',
    stage(async ({ people, openWindow }) => {
      const ada = await people.create('Ada');
      const device = await openWindow(ada);
      await device.watch.tolerating(DISCONNECTED, async () => {
        await withoutChunk(device, 'new-group-dialog');
        await device.signIn();
        const loads = loadsOf(device);
        await device.page.getByRole('button', { name: 'New group' }).click();
        await device.eventually(() => Promise.resolve(loads.count === 1));
        await device.isLive();
        await device.page.getByRole('button', { name: 'New group' }).click();
        const note = device.page.getByRole('alert').filter({ hasText: 'new version' });
        await note.waitFor();
        await note.getByRole('button', { name: 'Close' }).click();
        await device.inbox.getByText('No conversations yet.').waitFor();
        expect(loads.count).toBe(1);
      });
    }),
  );

  it(
    'a page does not reload itself while a dialog is open',
    stage(async ({ people, openWindow }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      await people.createGroup(ada, 'Moths', [grace]);
      const device = await openWindow(ada);
      await device.watch.tolerating(DISCONNECTED, async () => {
        await withoutChunk(device, 'menu');
        await device.signIn();
        await device.open('Moths');
        const loads = loadsOf(device);
        await device.page.getByRole('button', { name: 'Group info' }).click();
        const dialog = device.page.getByRole('dialog');
        await dialog.getByRole('textbox', { name: 'Group name' }).fill('Butterfl');
        await dialog.getByRole('button', { name: `Actions for ${isolateName('Grace')}` }).click();
        await dialog.getByRole('button', { name: 'Reload' }).waitFor();
        expect(await dialog.getByRole('textbox', { name: 'Group name' }).inputValue()).toBe('Butterfl');
        expect(loads.count).toBe(0);
      });
    }),
  );
});

describe('a part that fails', () => {
  const stage = useScreens();

  it(
    'leaves the rest of the screens as it is, and can be tried again',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      const group = await people.send(grace, ada, 'Hello');
      await people.createGroup(ada, 'Moths', [grace]);
      const device = await enter(ada);
      await device.watch.tolerating(DISCONNECTED, async () => {
        await device.page.route(`**/api/message_groups/${group}`, (route) =>
          route.fulfill({ json: { uuid: group, members: [null] } }),
        );
        await device.row('Grace').click();
        const failure = device.page
          .getByRole('main')
          .getByRole('alert')
          .filter({ hasText: 'Something went wrong' });
        await failure.waitFor();
        await device.open('Moths');
        await device.row('Grace').click();
        await failure.waitFor();
        await device.page.unrouteAll();
        await failure.getByRole('button', { name: 'Try again' }).click();
        await device.sees('Hello');
      });
    }),
  );
});

/** Waits until the code of all dialogs and menus is loaded. */
async function fetchedParts(device: Device): Promise<void> {
  await device.eventually(async () => {
    const fetched = await device.page.evaluate(() =>
      performance.getEntriesByType('resource').map(({ name }) => name),
    );
    for (const part of PARTS) expect(fetched).toContainEqual(expect.stringContaining(`/assets/${part}-`));
  });
}

/** Makes the server respond 404 for a chunk, until a condition is true. */
async function withoutChunk(device: Device, name: string) {
  let isBack = () => false;
  await device.page.route(new RegExp(`assets/${name}-`), (route) =>
    isBack() ? route.continue() : route.fulfill({ status: 404, body: '' }),
  );
  return {
    until: (condition: () => boolean) => {
      isBack = condition;
    },
  };
}

/** Counts how often the page is loaded from now on. */
function loadsOf(device: Device): { readonly count: number } {
  const loads = { count: 0 };
  device.page.on('domcontentloaded', () => {
    loads.count += 1;
  });
  return loads;
}
