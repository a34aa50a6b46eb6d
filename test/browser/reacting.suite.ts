import { describe, expect, it } from '@jest/globals';
import type { Locator } from 'playwright-core';
import { findProblems } from './accessibility.ts';
import type { Device } from './device.ts';
import { overflowOf } from './overflow.ts';
import { takePicture } from './pictures.ts';
import { PHONE, type Scene, useScreens, WIDE } from './screens.ts';

const stage = useScreens();

/** The reactions to a message, as their buttons are read out. */
function reactionsTo(device: Device, text: string): Promise<(string | null)[]> {
  return device
    .bubbles(text)
    .locator('.reaction:not(.reaction-add)')
    .evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-label')));
}

function seesReactions(device: Device, text: string, reactions: readonly string[]): Promise<void> {
  return device.eventually(async () => expect(await reactionsTo(device, text)).toEqual(reactions));
}

async function enterBoth({ people, enter }: Scene) {
  const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
  await people.send(grace, ada, 'The engine runs');
  const [adas, graces] = [await enter(ada), await enter(grace)];
  await Promise.all([adas.open('Grace'), graces.open('Ada')]);
  return { adas, graces };
}

function hasFocus(device: Device, target: Locator): Promise<void> {
  return device.eventually(async () =>
    expect(await target.evaluate((element) => element === document.activeElement)).toBe(true),
  );
}

describe('a reaction', () => {
  it(
    'appears at both users at once, is counted, and is taken back',
    stage(async (scene) => {
      const { adas, graces } = await enterBoth(scene);
      const message = adas.bubbles('The engine runs');
      await message.locator('.bubble').hover();
      await message.getByRole('button', { name: 'React with 👍' }).click();
      await seesReactions(adas, 'The engine runs', ['👍, 1 reaction, including yours']);
      await seesReactions(graces, 'The engine runs', ['👍, 1 reaction']);

      await graces.bubbles('The engine runs').getByRole('button', { name: '👍, 1 reaction' }).click();
      for (const device of [adas, graces])
        await seesReactions(device, 'The engine runs', ['👍, 2 reactions, including yours']);
      await message.getByRole('button', { name: '👍, 2 reactions, including yours' }).click();
      await seesReactions(adas, 'The engine runs', ['👍, 1 reaction']);
      await seesReactions(graces, 'The engine runs', ['👍, 1 reaction, including yours']);
      await adas.page.reload();
      await seesReactions(adas, 'The engine runs', ['👍, 1 reaction']);
    }),
  );

  it(
    'is shown as it was, with the reason, when the server rejects it',
    stage(async (scene) => {
      const { adas } = await enterBoth(scene);
      await adas.page.route('**/reactions/**', (route) =>
        route.fulfill({ status: 422, json: ['reactions_full'] }),
      );
      await adas.watch.tolerating(/422/, async () => {
        const message = adas.bubbles('The engine runs');
        await message.locator('.bubble').hover();
        await message.getByRole('button', { name: 'React with 👍' }).click();
        await adas.page.getByText('This message has as many reactions as it can have.').waitFor();
        await seesReactions(adas, 'The engine runs', []);
      });
      await adas.page.getByRole('button', { name: 'Dismiss' }).click();
      await adas.page.getByText('This message has as many').waitFor({ state: 'hidden' });
    }),
  );

  it(
    'is chosen among all emoji with the keyboard, and shows who reacted',
    stage(async (scene) => {
      const { adas, graces } = await enterBoth(scene);
      const { keyboard } = adas.page;
      const message = adas.bubbles('The engine runs');
      await adas.log.focus();
      await keyboard.press('ArrowUp');
      await hasFocus(adas, message);
      await keyboard.press('Enter');
      await hasFocus(adas, adas.page.getByRole('menuitemcheckbox', { name: 'React with 👍' }));
      await keyboard.press('ArrowRight');
      await hasFocus(adas, adas.page.getByRole('menuitemcheckbox', { name: 'React with ❤️' }));
      await keyboard.press('ArrowDown');
      await hasFocus(adas, adas.page.getByRole('menuitem', { name: 'Add reaction…' }));
      await keyboard.press('Enter');
      const search = adas.page.getByRole('searchbox', { name: 'Search emoji' });
      await hasFocus(adas, search);
      await keyboard.type('sauropod');
      await adas.page.getByRole('gridcell', { name: 'sauropod' }).waitFor();
      await keyboard.press('Enter');
      await search.waitFor({ state: 'hidden' });
      await seesReactions(graces, 'The engine runs', ['🦕, 1 reaction']);
      await hasFocus(adas, message);

      await graces.choose('The engine runs', 'Who reacted…');
      const popover = graces.page.getByRole('dialog', { name: 'Reactions' });
      await popover.getByText('Ada', { exact: true }).waitFor();
      await graces.page.keyboard.press('Escape');
      await popover.waitFor({ state: 'hidden' });
      await hasFocus(graces, graces.bubbles('The engine runs'));
    }),
  );
});

describe('the shortcode of an emoji', () => {
  it(
    'is completed in the composer, and becomes its emoji when it is written to its end',
    stage(async (scene) => {
      const { adas } = await enterBoth(scene);
      const { keyboard } = adas.page;
      await adas.composer.focus();
      await keyboard.type('Fine :sauro');
      const list = adas.page.getByRole('listbox', { name: 'Emoji' });
      await list.getByRole('option', { name: ':sauropod:' }).waitFor();
      await takePicture(adas.page, 'emoji-completion-wide-light');
      expect(await findProblems(adas.page)).toEqual([]);
      await keyboard.press('Enter');
      await adas.eventually(async () => expect(await adas.composer.inputValue()).toBe('Fine 🦕 '));
      await keyboard.type(':smil');
      await list.waitFor();
      await keyboard.press('Escape');
      await list.waitFor({ state: 'hidden' });
      await keyboard.type('e:');
      await adas.eventually(async () => expect(await adas.composer.inputValue()).toBe('Fine 🦕 😄'));
      await keyboard.press('Enter');
      await adas.sees('Fine 🦕 😄');
    }),
  );
});

describe('a message', () => {
  it(
    'is pinned and found again by both, who jump to it',
    stage(async (scene) => {
      const { adas, graces } = await enterBoth(scene);
      await adas.choose('The engine runs', 'Pin');
      for (const device of [adas, graces])
        await device.bubbles('The engine runs').getByText('pinned').waitFor({ state: 'attached' });
      await graces.send(Array.from({ length: 60 }, () => 'a line').join('\n'));
      await adas.page.getByRole('button', { name: 'Pinned messages' }).click();
      const dialog = adas.page.getByRole('dialog', { name: 'Pinned messages' });
      await dialog.getByRole('button', { name: /The engine runs/ }).click();
      await dialog.waitFor({ state: 'hidden' });
      await adas.log.locator('.talk-row[data-marked=true]').getByText('The engine runs').waitFor();
      await hasFocus(adas, adas.bubbles('The engine runs'));
      await graces.page.getByRole('button', { name: 'Pinned messages' }).click();
      await graces.page.getByRole('dialog').getByText('The engine runs').waitFor();
      await adas.choose('The engine runs', 'Unpin');
      await graces.page.getByText('Nothing is pinned yet.').waitFor();
    }),
  );

  it(
    'has its menu at a right click, which is left to the browser on a link',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      await people.send(grace, ada, 'See https://example.com/');
      const adas = await enter(ada);
      await adas.open('Grace');
      await adas.log.getByRole('link').click({ button: 'right' });
      expect(await adas.page.getByRole('menu').count()).toBe(0);
      await adas.log.locator('.bubble').click({ button: 'right', position: { x: 8, y: 8 } });
      await adas.page.getByRole('menuitem', { name: 'Copy text' }).waitFor();
      await adas.page.keyboard.press('Escape');
      await adas.page.getByRole('menu').waitFor({ state: 'hidden' });
    }),
  );

  it(
    'can be pinned in a group only by those who manage it',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      const group = await people.createGroup(ada, 'Looms', [grace]);
      await people.sendToGroup(grace, group, 'Mine');
      const [adas, graces] = [await enter(ada), await enter(grace)];
      await Promise.all([adas.open('Looms'), graces.open('Looms')]);
      await graces.openMenu(graces.bubbles('Mine'));
      expect(await graces.page.getByRole('menuitem', { name: 'Pin' }).count()).toBe(0);
      await adas.choose('Mine', 'Pin');
      await graces.bubbles('Mine').getByText('pinned').waitFor({ state: 'attached' });
    }),
  );
});

describe('on a phone', () => {
  it(
    'a long press opens the actions as a sheet, and a scroll does not',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      await people.send(grace, ada, 'On the way?');
      const phone = await enter(ada, { viewport: PHONE, hasTouch: true, isMobile: true });
      await phone.open('Grace');
      const bubble = phone.bubbles('On the way?').locator('.bubble');
      const sheet = phone.page.getByRole('menu', { name: 'Message actions' });
      await press(bubble, { moved: 40 });
      expect(await sheet.count()).toBe(0);
      await press(bubble, { until: sheet });
      await takePicture(phone.page, 'message-sheet-phone-light');
      expect(await findProblems(phone.page)).toEqual([]);
      expect(await overflowOf(phone.page)).toEqual([]);
      await phone.page.getByRole('menuitemcheckbox', { name: 'React with ❤️' }).tap();
      await sheet.waitFor({ state: 'hidden' });
      await seesReactions(phone, 'On the way?', ['❤️, 1 reaction, including yours']);

      await press(bubble, { until: sheet });
      await phone.page.getByRole('menuitem', { name: 'Add reaction…' }).tap();
      await phone.page.getByRole('gridcell').first().waitFor();
      await takePicture(phone.page, 'emoji-picker-phone-light');
      expect(await findProblems(phone.page)).toEqual([]);
      expect(await overflowOf(phone.page)).toEqual([]);
      await phone.page.getByRole('gridcell', { name: 'grinning face', exact: true }).tap();
      await seesReactions(phone, 'On the way?', [
        '❤️, 1 reaction, including yours',
        '😀, 1 reaction, including yours',
      ]);
    }),
  );

  it(
    'a long press on a reaction shows who reacted, and does not take it back',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      const group = await people.send(grace, ada, 'On the way?');
      await people.react(ada, group, 1, '❤️');
      const phone = await enter(ada, { viewport: PHONE, hasTouch: true, isMobile: true });
      await phone.open('Grace');
      const reaction = phone.bubbles('On the way?').getByRole('button', { name: /^❤️/ });
      const reactors = phone.page.getByRole('dialog', { name: 'Reactions' });
      await press(reaction, { until: reactors });
      await reactors.getByText('Ada').waitFor();
      await phone.page.keyboard.press('Escape');
      await reactors.waitFor({ state: 'detached' });
      await seesReactions(phone, 'On the way?', ['❤️, 1 reaction, including yours']);
    }),
  );
});

describe('with everything open', () => {
  it.each([
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['forced', { forcedColors: 'active' }],
  ] as const)('the screens are accessible and do not overflow: %s', (look, media) =>
    stage(async ({ people, enter }) => {
      const [ada, grace, alan] = await Promise.all([
        people.create('Ada Lovelace'),
        people.create('Grace Hopper'),
        people.create('Alan Turing'),
      ]);
      const group = await people.createGroup(ada, 'Compilers', [grace, alan]);
      await people.sendToGroup(
        grace,
        group,
        'The compiler runs. Nobody believed that, a computer could only do arithmetic.',
      );
      await people.sendToGroup(alan, group, 'Congratulations!');
      await people.sendToGroup(ada, group, 'Shall we have a party on the day after tomorrow?');
      for (const [person, emoji] of [
        [ada, '🎉'],
        [alan, '🎉'],
        [grace, '👍'],
        [ada, '❤️'],
      ] as const)
        await people.react(person, group, 2, emoji);
      await people.react(grace, group, 4, '🎂');
      await people.pin(ada, group, 2);
      const { page } = await enter(ada, { viewport: WIDE, ...media });
      await page.getByRole('link').filter({ hasText: 'Compilers' }).click();
      const message = page.getByRole('log').locator('[data-seq="2"]');
      const check = async (name: string): Promise<void> => {
        await takePicture(page, `${name}-wide-${look}`);
        expect({ name, problems: await findProblems(page) }).toEqual({ name, problems: [] });
        expect(await overflowOf(page)).toEqual([]);
      };
      await message.locator('.bubble').hover();
      await message.getByRole('toolbar').waitFor();
      await check('message-toolbar');
      await message.getByRole('button', { name: 'Message actions' }).click();
      await page.getByRole('menuitem').first().waitFor();
      await check('message-actions');
      await page.getByRole('menuitem', { name: 'Add reaction…' }).click();
      await page.getByRole('gridcell').first().waitFor();
      await check('emoji-picker');
      await page.keyboard.press('Escape');
      await message.locator('.bubble').hover();
      await message.getByRole('button', { name: 'Message actions' }).click();
      await page.getByRole('menuitem', { name: 'Who reacted…' }).click();
      await page.getByRole('dialog', { name: 'Reactions' }).getByText('Alan Turing').waitFor();
      await check('reactors');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Pinned messages' }).click();
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /The compiler runs/ })
        .waitFor();
      await check('pinned-messages');
    })(),
  );
});

/** Presses an element with a finger: until something is there, or moves and lets go. */
async function press(
  target: Locator,
  { until, moved = 0 }: { readonly until?: Locator; readonly moved?: number },
): Promise<void> {
  const box = await target.boundingBox();
  if (!box) throw new Error('it is not on the screen');
  const session = await target.page().context().newCDPSession(target.page());
  const at = (y: number) => [{ x: Math.round(box.x + 20), y: Math.round(box.y + 10 + y) }];
  await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) });
  if (moved > 0)
    await session.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(moved) });
  await until?.waitFor();
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await session.detach();
}
