import { describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { isolateName } from '../../schema/isolate-name.ts';
import { findProblems } from './accessibility.ts';
import { overflowOf } from './overflow.ts';
import { takePicture } from './pictures.ts';
import { PHONE, useScreens } from './screens.ts';

const stage = useScreens();

const named = (words: string, name: string) => `${words} ${isolateName(name)}`;

/** Makes a picture in a page: noise, so that it is large. @returns its bytes. */
async function photograph(page: Page, width: number, height: number): Promise<Buffer> {
  const base64 = await page.evaluate(
    (size) => {
      const canvas = Object.assign(document.createElement('canvas'), size);
      const context = canvas.getContext('2d');
      for (let y = 0; context && y < size.height; y += 5)
        for (let x = 0; x < size.width; x += 5) {
          context.fillStyle = `hsl(${(x * 7 + y * 13) % 360} 70% ${30 + ((x * y) % 50)}%)`;
          context.fillRect(x, y, 5, 5);
        }
      return canvas.toDataURL('image/jpeg', 1).split(',')[1] ?? '';
    },
    { width, height },
  );
  return Buffer.from(base64, 'base64');
}

describe('files of messages', () => {
  it(
    'a picture and a file are chosen, uploaded and sent by one user, and opened and saved by another',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      await people.send(grace, ada, 'Show me');
      const [adas, graces] = [await enter(ada), await enter(grace, { viewport: PHONE, colorScheme: 'dark' })];
      await adas.open('Grace');
      await graces.open('Ada');
      const photo = await photograph(adas.page, 3_000, 2_000);

      // While the API cannot be reached, the file stays in the tray, and the text in its field.
      await adas.page.route('**/api/attachments', (route) => route.abort());
      await adas.watch.tolerating(/attachments|ERR_FAILED/, async () => {
        await adas.page.setInputFiles('input[type=file]', [
          { name: 'garden.jpg', mimeType: 'image/jpeg', buffer: photo },
          { name: 'garden-2.jpg', mimeType: 'image/jpeg', buffer: await photograph(adas.page, 300, 900) },
          { name: 'plan.html', mimeType: 'text/html', buffer: Buffer.from('<script>alert(1)</script>') },
          { name: 'nothing.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) },
        ]);
        const tray = adas.page.getByRole('list', { name: 'Files to send' });
        await adas.page.getByText(`${isolateName('nothing.txt')} is empty.`).waitFor();
        await tray.getByRole('button', { name: named('Try', 'garden.jpg') }).waitFor();
        await tray.getByRole('button', { name: named('Try', 'garden-2.jpg') }).waitFor();
        await tray.getByRole('button', { name: named('Try', 'plan.html') }).waitFor();
        await adas.send('My garden');
        await adas.page.getByText('Some files were not uploaded.').waitFor();
        expect(await adas.composer.inputValue()).toBe('My garden');
        await takePicture(adas.page, 'files-tray');
        expect(await findProblems(adas.page)).toEqual([]);
      });
      await adas.page.unroute('**/api/attachments');
      for (const name of ['garden.jpg', 'garden-2.jpg', 'plan.html'])
        await adas.page.getByRole('button', { name: named('Try', name) }).click();
      await adas.composer.press('Enter');
      await adas.sees('My garden');
      expect(await adas.page.locator('.tray-file').count()).toBe(0);

      await graces.sees('My garden');
      const message = graces.log.locator('[data-seq="2"]');
      const first = message.getByRole('button', { name: named('Open picture', 'garden.jpg') });
      await message.locator('[data-loaded=true]').nth(1).waitFor();
      // The space was reserved for the picture as it is, smaller than the one that was chosen.
      const size = await first.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth);
      expect(size).toBe(2_048);
      await takePicture(graces.page, 'files-phone-dark');
      expect(await findProblems(graces.page)).toEqual([]);
      expect(await overflowOf(graces.page)).toEqual([]);

      await first.focus();
      await graces.page.keyboard.press('Enter');
      const lightbox = graces.page.getByRole('dialog', { name: 'Picture' });
      await lightbox.getByText('1 of 2').waitFor();
      await lightbox.locator('[aria-busy=false] > img').waitFor();
      await takePicture(graces.page, 'files-lightbox');
      expect(await findProblems(graces.page)).toEqual([]);
      await graces.page.keyboard.press('ArrowRight');
      await lightbox.getByText('2 of 2').waitFor();
      await graces.page.keyboard.press('ArrowRight');
      await graces.page.keyboard.press('ArrowLeft');
      await lightbox.getByText('1 of 2').waitFor();
      await graces.page.keyboard.press('Escape');
      await lightbox.waitFor({ state: 'detached' });
      await message.locator('.picture-button:focus').waitFor();

      // What could run is saved, not opened.
      const saved = graces.page.waitForEvent('download');
      await message.getByRole('button', { name: /^Download plan\.html/ }).click();
      expect((await saved).suggestedFilename()).toBe('plan.html');
      expect(new URL(graces.page.url()).pathname).toMatch(/^\/messages\//);

      await takePicture(adas.page, 'files-wide');
    }),
  );
});
