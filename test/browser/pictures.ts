import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';

/** The folder of the screenshots. */
export const PICTURES = fileURLToPath(new URL('../../dist/screenshots', import.meta.url));
/** How long a screenshot may take, in milliseconds: a page may hang. */
const TIMEOUT_MS = 5_000;

/** Whether screens that are as they should be are photographed, too: unless SCREENSHOTS is `failed`. */
const KEEPS_ALL = process.env['SCREENSHOTS'] !== 'failed';

/** Saves a screenshot of a page for people to look at. */
export async function takePicture(page: Page, name: string): Promise<void> {
  if (KEEPS_ALL) await savePicture(page, name);
}

/** Saves a screenshot of a page, in place of an earlier one of this name. */
export async function savePicture(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  const path = join(PICTURES, `${name}.png`);
  await page.screenshot({ path, animations: 'disabled', timeout: TIMEOUT_MS });
}
