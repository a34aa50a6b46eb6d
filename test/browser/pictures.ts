import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';

/** Where pictures of the screens are kept, to be looked at. */
export const PICTURES = fileURLToPath(new URL('../../dist/screenshots', import.meta.url));
/** A page that hangs has no picture. */
const TIMEOUT_MS = 5_000;

/** Keeps a picture of a page as one sees it, in place of an earlier one of this name. */
export async function takePicture(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  const path = join(PICTURES, `${name}.png`);
  await page.screenshot({ path, animations: 'disabled', timeout: TIMEOUT_MS });
}
