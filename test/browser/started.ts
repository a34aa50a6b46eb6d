import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserServer } from 'playwright-core';
import { oneProcess, type Rig } from '../kill/rigs.ts';
import { buildForTests } from '../support/built.ts';
import { launchChromium } from './chromium.ts';
import { PICTURES } from './pictures.ts';

let dataDir: string | undefined;
let rig: Rig | undefined;
let browser: BrowserServer | undefined;

/** Builds the screens, and starts a local run and a browser for all suites. */
export async function startScreens(): Promise<void> {
  buildForTests('build:web');
  // So that all screenshots are of this run.
  rmSync(PICTURES, { recursive: true, force: true });
  dataDir = mkdtempSync(join(tmpdir(), 'cruddur-browser-'));
  rig = await oneProcess(dataDir);
  await rig.start();
  browser = await launchChromium();
  process.env['SCREENS_PORT'] = String(rig.ports[0]);
  process.env['SCREENS_DATA_DIR'] = dataDir;
  process.env['SCREENS_BROWSER'] = browser.wsEndpoint();
}

export async function stopScreens(): Promise<void> {
  await browser?.close();
  await rig?.stop();
  if (dataDir !== undefined) rmSync(dataDir, { recursive: true, force: true });
}
