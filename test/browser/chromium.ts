import { type BrowserServer, chromium } from 'playwright-core';

/** Options that Playwright does not set: the browser fetches nothing but the screens, and draws them plainly. */
const ARGUMENTS = ['--disable-gpu', '--disable-quic', '--disable-sync', '--disable-component-update'];
/** Chromium's sandbox does not start as root, as in a container. */
const isRoot = process.getuid?.() === 0;

/** Starts the Chromium that was found, with a temporary profile. */
export async function launchChromium(): Promise<BrowserServer> {
  return chromium.launchServer({
    executablePath: process.env['CHROMIUM_PATH'] ?? '',
    headless: true,
    chromiumSandbox: !isRoot,
    args: ARGUMENTS,
  });
}
