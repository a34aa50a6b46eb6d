import { describe, expect, it } from '@jest/globals';
import { findProblems } from './accessibility.ts';
import { overflowOf } from './overflow.ts';
import { takePicture } from './pictures.ts';
import { PHONE, useScreens } from './screens.ts';

const stage = useScreens();

describe('searching messages', () => {
  it(
    'finds a word in all conversations, leads to the message and back, and searches one conversation step by step',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      const group = await people.createGroup(ada, 'Cooks', [grace]);
      const seq = await people.sendToGroup(ada, group, 'Crème brûlée on Monday?');
      await people.sendToGroup(ada, group, 'Something else');
      await people.send(ada, grace, 'No, on a Tuesday');
      const { page } = await enter(grace, { viewport: PHONE });

      await page.getByRole('button', { name: 'Search messages' }).click();
      const dialog = page.getByRole('dialog', { name: 'Search messages' });
      const field = dialog.getByRole('searchbox', { name: 'Words' });
      await dialog.locator('input:focus').waitFor();
      await field.fill('?!');
      await field.press('Enter');
      await dialog.getByText('Enter words, numbers or emoji').waitFor();
      await field.fill('MON creme');
      await field.press('Enter');
      await dialog.getByText('1 message found.').waitFor();
      const result = dialog.getByRole('list', { name: 'Messages found' }).getByRole('button');
      expect(await result.locator('mark').allTextContents()).toEqual(['Crème', 'Mon']);
      await result.getByText('Cooks').waitFor();
      await takePicture(page, 'search-phone');
      expect(await findProblems(page)).toEqual([]);
      expect(await overflowOf(page)).toEqual([]);
      await result.press('Enter');
      await page.locator(`[data-seq="${seq}"]:focus`).waitFor();

      await page.getByRole('button', { name: 'Back to search results' }).click();
      await page.locator('.search-result:focus').waitFor();
      // To the message that the address names already.
      await result.press('Enter');
      await page.locator(`[data-seq="${seq}"]:focus`).waitFor();
      expect(await findProblems(page)).toEqual([]);

      await page.route('**/search?q=whale*', (route) =>
        route.fulfill({
          json: [],
          headers: {
            Link: '</api/x?before=7>; rel="next"',
            'Searched-Messages': '500',
            'Searched-Back-To': '2024-03-03T12:00:00.000Z',
          },
        }),
      );
      await page.getByRole('button', { name: 'Search this conversation' }).click();
      const inGroup = page.getByRole('dialog', { name: 'Search this conversation' });
      await inGroup.getByRole('searchbox').fill('whale');
      await inGroup.getByRole('button', { name: 'Search', exact: true }).click();
      await inGroup
        .getByText('Nothing found so far. Looked through 2,000 messages, back to March 3, 2024.')
        .waitFor();
      await inGroup.getByRole('button', { name: 'Search further' }).click();
      await inGroup.getByText('Looked through 4,000 messages').waitFor();
      expect(await findProblems(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await inGroup.waitFor({ state: 'detached' });
      expect(await page.getByRole('button', { name: 'Back to search results' }).count()).toBe(0);
    }),
  );
});
