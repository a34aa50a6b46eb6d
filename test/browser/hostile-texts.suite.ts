import { describe, expect, it } from '@jest/globals';
import { cleanText } from '../../schema/plain-text.ts';
import type { Device } from './device.ts';
import { overflowOf } from './overflow.ts';
import { takePicture } from './pictures.ts';
import { PHONE, useScreens, WIDE } from './screens.ts';

/** Each of these must be shown as text. */
const TEXTS = [
  '<script>window.pwned = true; alert(1)</script>',
  '<img src=x onerror="window.pwned = true; alert(1)"><svg onload=alert(1)>',
  '"><iframe srcdoc="<script>parent.pwned = true</script>"></iframe><style>*{display:none}</style>',
  '<a href="javascript:alert(1)">javascript:alert(1)</a> {{constructor.constructor("alert(1)")()}}',
  '&lt;b&gt; &amp; &#x3C;script&#x3E; %3Cscript%3E',
  'مرحبا بالعالم، hello 123 (a) שלום',
  '\u202Eevil\u2066 \u2067reversed\u2069 \u202Dand back',
  'zero\u200Bwidth\u200D\u200C\uFEFF\u2060 and \u00ADsoft',
  'Z̵̡͇̭̹̦̐͒͂͋a̶̹̓͒̈l̴̛͔̝͒g̷̱̈́̏o̵͙͌̾ '.repeat(10).trim(),
  '👩‍👩‍👧‍👦'.repeat(146),
  '💥'.repeat(1_024),
  'Donaudampfschifffahrtsgesellschaft'.repeat(30),
  'https://example.com/' + 'a'.repeat(1_000),
  'one\ntwo\n\n\n\n\n\nthree',
  'a\tb\u2028c\u2029d',
];
const NAME = '<img src=x onerror=alert(1)>\u202Egnitirw';

describe.each([
  ['wide', WIDE],
  ['phone', PHONE],
])('hostile texts in a %s window', (width, viewport) => {
  const stage = useScreens();

  it(
    'are shown as the text they are, within the window, and do nothing',
    stage(async ({ people, enter }) => {
      const [ada, mallory] = await Promise.all([people.create('Ada'), people.create(NAME)]);
      const group = await people.send(mallory, ada, TEXTS[0] ?? '');
      await people.createGroup(mallory, `${NAME}${'W'.repeat(24)}`, [ada]);
      const adas = await enter(ada, { viewport });
      await adas.row(NAME).click();
      for (const text of TEXTS.slice(1)) {
        await people.sendToGroup(mallory, group, text);
        await adas.eventually(async () => expect(await lastText(adas)).toBe(cleanText(text)));
        expect(await overflowOf(adas.page)).toEqual([]);
        expect(await isInSight(adas)).toBe(true);
      }
      await takePicture(adas.page, `hostile-texts-${width}`);
      for (const text of TEXTS) {
        await adas.send(text);
        await adas.eventually(async () => expect(await lastText(adas)).toBe(cleanText(text)));
        expect(await overflowOf(adas.page)).toEqual([]);
        expect(await isInSight(adas)).toBe(true);
      }
      expect(await adas.page.evaluate(() => 'pwned' in window)).toBe(false);
    }),
  );
});

describe.each([
  ['wide', WIDE],
  ['phone', PHONE],
])('a hostile text and name in a quote and a mention, in a %s window', (_, viewport) => {
  const stage = useScreens();

  it(
    'are shown as the text they are, within the window, and do nothing',
    stage(async ({ people, enter }) => {
      const [ada, mallory] = await Promise.all([people.create('Ada'), people.create(NAME)]);
      const group = await people.createGroup(mallory, 'Looms', [ada]);
      const adas = await enter(ada, { viewport });
      await adas.open('Looms');
      for (const text of TEXTS) {
        const original = await people.sendToGroup(mallory, group, text);
        await people.reply(mallory, group, original, `@${mallory.handle} @${ada.handle} @all`);
        await adas.eventually(async () =>
          expect(await adas.log.locator(`[data-seq='${original + 1}'] .mention`).count()).toBe(3),
        );
        expect(await overflowOf(adas.page)).toEqual([]);
        expect(await isInSight(adas)).toBe(true);
      }
      expect(await adas.log.locator('.mention').first().textContent()).toBe(`@${NAME}`);
      expect(await adas.page.evaluate(() => 'pwned' in window)).toBe(false);
    }),
  );
});

describe('a text that looks blank', () => {
  const stage = useScreens();

  it(
    'cannot be sent, nor be the name of a group; a pasted control character does not prevent sending',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      await people.send(grace, ada, 'Hello');
      const adas = await enter(ada);
      await adas.open('Grace');
      const { page } = adas;
      await adas.composer.fill('\u2800 \u3164');
      expect(await page.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true);
      await adas.send('one\u000btwo\u0003');
      await adas.eventually(async () => expect(await lastText(adas)).toBe('one\ntwo'));
      await page.getByRole('button', { name: 'New group' }).click();
      await adas.pick(grace);
      const create = page.getByRole('button', { name: 'Create group' });
      await page.getByLabel('Group name').fill('\u2800');
      expect(await create.isDisabled()).toBe(true);
      await page.getByLabel('Group name').fill('Looms');
      expect(await create.isDisabled()).toBe(false);
    }),
  );
});

describe('the Content-Security-Policy', () => {
  const stage = useScreens();

  it(
    'allows nothing to run but the screens’ own files',
    stage(async ({ people, openWindow }) => {
      const device = await openWindow(await people.create('Ada'));
      const response = await device.page.goto('/');
      const policy = (await response?.headerValue('content-security-policy')) ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toMatch(/script-src 'self'(;|$)/);
      expect(policy).not.toMatch(/unsafe|data:|blob:|\*/);
      await device.signIn();

      // The check can fail: outside of the policy the code runs.
      const tries = await device.watch.tolerating(
        /Content Security Policy|TrustedHTML|TrustedScript|eval/i,
        () => device.page.evaluate(runScripts),
      );
      expect(tries).toEqual({ script: false, handler: false, evaluated: false });
    }),
  );
});

/** Tries to run code as injected markup would. @returns what ran. */
function runScripts(): Record<string, boolean> {
  const ran: Record<string, boolean> = { script: false, handler: false, evaluated: false };
  const attempt = (action: () => void): void => {
    try {
      action();
    } catch {
      // Blocked: nothing ran.
    }
  };
  Object.assign(window, { ran });
  attempt(() => {
    const script = document.createElement('script');
    script.append('window.ran.script = true');
    document.body.append(script);
  });
  attempt(() => {
    const image = document.createElement('div');
    image.setAttribute('onclick', 'window.ran.handler = true');
    document.body.append(image);
    image.click();
  });
  attempt(() => {
    document.body.insertAdjacentHTML('beforeend', '<p>markup</p>');
    ran['evaluated'] = document.body.textContent.includes('markup');
  });
  return ran;
}

function lastText(device: Device): Promise<string | null> {
  return device.log.locator('[data-seq] .bubble-text').last().textContent();
}

/** Whether the last text is not cut off at its sides. */
function isInSight({ log }: Device): Promise<boolean> {
  return log.evaluate((viewport) => {
    const text = [...viewport.querySelectorAll('.bubble-text')].at(-1);
    if (!text) return false;
    const range = document.createRange();
    range.selectNodeContents(text);
    const [whole, inner] = [viewport.getBoundingClientRect(), range.getBoundingClientRect()];
    return inner.left >= whole.left && inner.right <= whole.right && text.scrollWidth <= text.clientWidth;
  });
}
