import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserServer } from 'playwright-core';
import { oneProcess, type Rig } from '../kill/rigs.ts';
import { launchChromium } from './chromium.ts';
import { PICTURES } from './pictures.ts';

const PACKAGE_ROOT = fileURLToPath(new URL('../..', import.meta.url));

let dataDir: string | undefined;
let rig: Rig | undefined;
let browser: BrowserServer | undefined;

/** Builds the screens, and starts a local run and a browser for all suites. */
export async function startScreens(): Promise<void> {
  build();
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

/** The environment of a production build: with Jest's NODE_ENV the libraries would be built with their development checks. */
function build(): void {
  execFileSync('npm', ['run', '--silent', 'build:web'], {
    cwd: PACKAGE_ROOT,
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}
