import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, type BrowserContext, chromium, type Page, type Request } from 'playwright-core';
import type { Device } from './device.ts';
import { People, type Person } from './people.ts';
import { type RawTab, RawTabs } from './raw-tabs.ts';
import { useScreens } from './screens.ts';

/** More tabs than a browser opens HTTP/1.1 connections to an origin. */
const TABS = 7;

describe('tabs of one browser', () => {
  const stage = useScreens();

  it(
    'share one event stream of their user, and go on when the tab with the stream is closed',
    stage(async ({ people, openWindow, openTab }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      await people.send(grace, ada, 'Before');
      const first = await openWindow(ada);
      const streams = streamsOf(first.context);
      const tabs: Device[] = [first];
      for (let count = 1; count < TABS; count += 1) tabs.push(await openTab(ada, first));
      for (const tab of tabs) await tab.signIn();
      for (const tab of tabs) await tab.open('Grace');
      expect(streams.open()).toHaveLength(1);
      await people.send(grace, ada, 'To all tabs');
      for (const tab of tabs) await tab.sees('To all tabs');

      const leader = tabs.find(({ page }) => streams.open().map(pageOf).includes(page));
      await leader?.page.close();
      // Sent while no tab receives events.
      await people.send(grace, ada, 'In between');
      const rest = tabs.filter((tab) => tab !== leader);
      for (const tab of rest) await tab.sees('In between');
      expect(rest).toHaveLength(TABS - 1);
      await first.eventually(() => Promise.resolve(streams.open().length === 1));
      await people.send(grace, ada, 'To the rest');
      for (const tab of rest) await tab.sees('To the rest');
    }),
  );

  it(
    'go on when the user signs out in the tab with the stream',
    stage(async ({ people, openWindow, openTab }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      await people.send(grace, ada, 'Before');
      const first = await openWindow(ada);
      await first.signIn();
      const second = await openTab(ada, first);
      await second.signIn();
      await first.page.getByRole('button', { name: /Signed in as/ }).click();
      await first.page.getByRole('menuitem', { name: 'Sign out' }).click();
      await first.page.getByText('This is a local run').waitFor();
      await people.send(grace, ada, 'After');
      await second.row('Grace').getByText('After').waitFor();
    }),
  );

  it(
    'of two users have one stream for each user, and do not see each other’s events',
    stage(async ({ people, openWindow, openTab }) => {
      const [ada, grace, alan] = await Promise.all(
        ['Ada', 'Grace', 'Alan'].map((name) => people.create(name)),
      );
      if (!ada || !grace || !alan) throw new Error('they were created');
      await people.send(alan, ada, 'Hello Ada');
      await people.send(alan, grace, 'Hello Grace');
      const adas = await openWindow(ada);
      const streams = streamsOf(adas.context);
      await adas.signIn();
      const graces = await openTab(grace, adas);
      await graces.signIn();
      expect(streams.open()).toHaveLength(2);
      await people.send(alan, ada, 'For Ada alone');
      await people.send(alan, grace, 'For Grace alone');
      await adas.row('Alan').getByText('For Ada alone').waitFor();
      await graces.row('Alan').getByText('For Grace alone').waitFor();
      expect(await adas.holds('For Grace alone')).toBe(false);
      expect(await graces.holds('For Ada alone')).toBe(false);
    }),
  );

  it(
    'go on while the tab with the stream hangs',
    stage(async ({ people, openWindow, openTab }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      await people.send(grace, ada, 'Before');
      const first = await openWindow(ada);
      const streams = streamsOf(first.context);
      await first.signIn();
      const second = await openTab(ada, first);
      await second.signIn();
      expect(streams.open().map(pageOf)).toEqual([first.page]);
      const debuggerOf = await first.context.newCDPSession(first.page);
      await debuggerOf.send('Debugger.enable');
      await debuggerOf.send('Debugger.pause');
      // The tab hangs at the stream's next event.
      await people.send(grace, ada, 'While it hangs');
      await second.row('Grace').getByText('While it hangs').waitFor();
      await debuggerOf.send('Debugger.disable');
      await people.send(grace, ada, 'Afterwards');
      await first.row('Grace').getByText('Afterwards').waitFor();
      await first.eventually(() => Promise.resolve(streams.open().length === 1));
      expect(streams.open().map(pageOf)).toEqual([second.page]);
    }),
  );
});

describe('a hidden tab with the stream', () => {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await chromium.connect(process.env['SCREENS_BROWSER'] ?? '');
  });
  afterAll(() => browser?.close());

  it('releases it when the browser freezes the tab, and catches up when the tab is resumed', async () => {
    await inTwoTabs(async ({ people, ada, grace, hidden, visible }) => {
      await hidden.freeze();
      await people.send(grace, ada, 'While it is frozen');
      await visible.sees('While it is frozen');
      await people.send(grace, ada, 'And more');
      await visible.sees('And more');
      await hidden.wake();
      await hidden.sees('And more');
      await people.send(grace, ada, 'Afterwards');
      for (const tab of [hidden, visible]) await tab.sees('Afterwards');
    });
  });

  it('loses it to a visible tab when it is offline', async () => {
    await inTwoTabs(async ({ people, ada, grace, hidden, visible }) => {
      await hidden.send('Network.enable');
      await hidden.send('Network.emulateNetworkConditions', {
        offline: true,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput: -1,
      });
      await people.send(grace, ada, 'Meanwhile');
      for (const tab of [visible, hidden]) await tab.isLive();
      await visible.sees('Meanwhile');
    });
  });

  interface TwoTabs {
    readonly people: People;
    readonly ada: Person;
    readonly grace: Person;
    /** The tab with the stream. */
    readonly hidden: RawTab;
    readonly visible: RawTab;
  }

  /** Signs Ada in in two tabs of one browser. */
  async function inTwoTabs(play: (tabs: TwoTabs) => Promise<void>): Promise<void> {
    if (!browser) throw new Error('the browser is there from beforeAll to afterAll');
    const url = `http://localhost:${process.env['SCREENS_PORT'] ?? ''}`;
    const people = new People(url);
    const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
    await people.send(grace, ada, 'Before');
    const tabs = await RawTabs.create(browser);
    try {
      const hidden = await tabs.open(`${url}/?as=${ada.handle}`);
      await hidden.isLive();
      const visible = await tabs.open(`${url}/?as=${ada.handle}`);
      await visible.isLive();
      await hidden.waitFor('document.hidden');
      await play({ people, ada, grace, hidden, visible });
    } finally {
      await tabs.close();
    }
  }
});

/** Records the requests for events in a browser, from now on. */
function streamsOf(context: BrowserContext): { readonly open: () => readonly Request[] } {
  const streams = new Set<Request>();
  context.on('request', (request) => {
    if (new URL(request.url()).pathname === '/api/events') streams.add(request);
  });
  const end = (request: Request) => void streams.delete(request);
  context.on('requestfinished', end);
  context.on('requestfailed', end);
  return { open: () => [...streams].filter((request) => !pageOf(request).isClosed()) };
}

function pageOf(request: Request): Page {
  return request.frame().page();
}
