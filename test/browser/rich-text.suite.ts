import { describe, expect, it } from '@jest/globals';
import { findProblems } from './accessibility.ts';
import { overflowOf } from './overflow.ts';
import { takePicture } from './pictures.ts';
import { PHONE, useScreens, WIDE } from './screens.ts';

const TEXT = [
  'Read **this** _first_, ~~not~~ `npm start`: https://example.com/docs and [the page](https://example.com/page).',
  '',
  '> It must be *quick*.',
  '',
  '1. one',
  '2. two',
  '   - and more',
  '',
  '```ts',
  'if (late) {',
  `  wait(${'1'.repeat(90)});`,
  '}',
  '```',
].join('\n');

const stage = useScreens();

describe('a text with markup', () => {
  it.each([
    ['wide', 'light', WIDE],
    ['wide', 'dark', WIDE],
    ['phone', 'light', PHONE],
  ] as const)(
    'is shown with it, in a %s window that is %s, to its author and its reader',
    async (width, colorScheme, viewport) => {
      await stage(async ({ people, enter }) => {
        const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
        await people.send(ada, grace, TEXT);
        await people.send(grace, ada, TEXT);
        const device = await enter(ada, { viewport, colorScheme });
        await device.open('Grace');
        for (const tag of ['strong', 'em', 'del', 'blockquote', 'ol', 'ul', 'pre'])
          await device.log.locator(`.bubble-text ${tag}`).nth(1).waitFor();
        expect(await device.log.locator('pre').first().textContent()).toContain('\n  wait(');
        expect(await overflowOf(device.page)).toEqual([]);
        expect(await findProblems(device.page)).toEqual([]);
        await takePicture(device.page, `rich-text-${width}-${colorScheme}`);
      })();
    },
  );

  it(
    'has links that open a page of their own, which does not learn where they were',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      await people.send(grace, ada, 'https://example.com/a [no](javascript:alert(1)) <b>no</b>');
      const device = await enter(ada);
      await device.open('Grace');
      const links = device.log.locator('.bubble-text a');
      await links.first().waitFor();
      const found = await links.evaluateAll((all) =>
        all.map((one) => [one.getAttribute('href'), one.getAttribute('target'), one.getAttribute('rel')]),
      );
      expect(found).toEqual([['https://example.com/a', '_blank', 'noopener noreferrer nofollow']]);
    }),
  );

  it(
    'has code that a button copies',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      await people.send(grace, ada, '```\n  a\n\tb\n```');
      const device = await enter(ada);
      await device.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await device.open('Grace');
      await device.log.getByRole('button', { name: 'Copy code' }).click();
      await device.log.getByRole('button', { name: 'Copied' }).waitFor();
      expect(await device.page.evaluate(() => navigator.clipboard.readText())).toBe('  a\n\tb');
    }),
  );
});
