import { type BrowserServer, chromium } from 'playwright-core';

/** What Playwright does not say by itself: nothing but the screens is to be fetched or drawn in a special way. */
const ARGUMENTS = ['--disable-gpu', '--disable-quic', '--disable-sync', '--disable-component-update'];
/** Chromium's sandbox refuses to be started by the superuser, as everything in a container is. */
const isRoot = process.getuid?.() === 0;

/** Starts the Chromium that was found, with a profile of its own that is gone with it. */
export async function launchChromium(): Promise<BrowserServer> {
  return chromium.launchServer({
    executablePath: process.env['CHROMIUM_PATH'] ?? '',
    headless: true,
    chromiumSandbox: !isRoot,
    args: ARGUMENTS,
  });
}
