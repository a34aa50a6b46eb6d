import { afterAll, beforeAll, expect } from '@jest/globals';
import pTimeout from 'p-timeout';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { Device, PATIENCE_MS } from './device.ts';
import { People, type Person } from './people.ts';
import { savePicture } from './pictures.ts';

/** Less than Jest's timeout, so that there are screenshots after a timeout, in milliseconds. */
const PLAY_TIMEOUT_MS = 80_000;

/** What a test gets: users, and their browser windows. */
export interface Scene {
  readonly people: People;
  /** Opens a window for a user, isolated like another browser, and signs them in. */
  readonly enter: (person: Person, options?: BrowserContextOptions) => Promise<Device>;
  /** The same, before they sign in. */
  readonly openWindow: (person: Person, options?: BrowserContextOptions) => Promise<Device>;
  /** Opens another tab of a window's browser for a user, before they sign in. */
  readonly openTab: (person: Person, window: Device) => Promise<Device>;
  /** Watches a tab that a page opened. */
  readonly watchTab: (person: Person, page: Page) => Device;
}

export type Play = (scene: Scene) => Promise<void>;

export const WIDE = { width: 1_280, height: 800 } as const;
export const PHONE = { width: 390, height: 844 } as const;

/**
 * Runs tests in the browser that `start-screens.ts` started.
 *
 *     const stage = useScreens();
 *     it('…', stage(async ({ people, enter }) => { … }));
 *
 * A test also fails when there was a problem on one of its pages (see Watch). After a failure, its windows are among the
 * screenshots.
 * @param port of another local run than the one that all suites share.
 */
export function useScreens(port: () => number | undefined = sharedPort): (play: Play) => () => Promise<void> {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await chromium.connect(process.env['SCREENS_BROWSER'] ?? '');
  });
  afterAll(() => browser?.close());
  return (play) => async () => {
    if (!browser) throw new Error('the browser exists from beforeAll to afterAll');
    await stage(play, browser, `http://localhost:${port() ?? ''}`);
  };
}

function sharedPort(): number {
  return Number(process.env['SCREENS_PORT']);
}

async function stage(play: Play, browser: Browser, baseURL: string): Promise<void> {
  const devices: Device[] = [];
  const watchTab = (person: Person, page: Page): Device => {
    const device = new Device(person, page);
    devices.push(device);
    return device;
  };
  const openPage = async (person: Person, context: BrowserContext): Promise<Device> =>
    watchTab(person, await context.newPage());
  const openTab = (person: Person, { context }: Device): Promise<Device> => openPage(person, context);
  const openWindow = async (person: Person, options: BrowserContextOptions = {}): Promise<Device> => {
    const context = await browser.newContext({
      baseURL,
      viewport: WIDE,
      locale: 'en-GB',
      timezoneId: 'Europe/London',
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(PATIENCE_MS);
    // The compiler of the tests names functions by a helper, which those that run in a page need there.
    await context.addInitScript('globalThis.__name ??= (named) => named;');
    return openPage(person, context);
  };
  const enter = async (person: Person, options?: BrowserContextOptions): Promise<Device> => {
    const device = await openWindow(person, options);
    await device.signIn();
    return device;
  };
  try {
    await pTimeout(play({ people: new People(baseURL), openWindow, openTab, watchTab, enter }), {
      milliseconds: PLAY_TIMEOUT_MS,
    });
    expect(problemsOf(devices)).toEqual([]);
  } catch (error) {
    await takeLastPictures(devices);
    const problems = problemsOf(devices).join('\n');
    if (error instanceof Error && problems !== '')
      error.message += `\n\nOn the pages meanwhile:\n${problems}`;
    throw error;
  } finally {
    await Promise.all(
      Array.from(new Set(devices.map(({ context }) => context)), (context) => context.close()),
    );
  }
}

function problemsOf(devices: readonly Device[]): string[] {
  return devices.flatMap(({ person, watch }) =>
    watch.problems.map((problem) => `${person.name}: ${problem}`),
  );
}

async function takeLastPictures(devices: readonly Device[]): Promise<void> {
  const test = (expect.getState().currentTestName ?? 'a test').replaceAll(/\W+/g, '-').slice(0, 80);
  for (const [place, { page, person }] of devices.entries()) {
    // A crashed page has no screenshot.
    await savePicture(page, `failed-${test}-${place + 1}-${person.handle}`).catch(() => undefined);
  }
}
