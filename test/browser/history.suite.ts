import { describe, expect, it } from '@jest/globals';
import { deferred } from '../support/deferred.ts';
import type { Device } from './device.ts';
import { prepareConversation, textOf } from './long-conversation.ts';
import { useOwnRun } from './own-run.ts';
import { useScreens } from './screens.ts';

/** Number of messages; HISTORY_MESSAGES sets another one for a short run. */
const MESSAGES = Number(process.env['HISTORY_MESSAGES'] ?? 10_000);
/** Number of pages whose loading is watched frame by frame. */
const WATCHED_PAGES = 4;
/** How far a row that must not move may move, for rounding, in pixels. */
const STEADY_PX = 2;
/** Requests for older messages. */
const OLDER = /\/api\/messages\/[^?]+\?.*before=/;

const run = useOwnRun((dataDir) =>
  prepareConversation(dataDir, { between: ['ada', 'grace'], messages: MESSAGES }),
);
const stage = useScreens(() => run().ports[0]);

describe(`a conversation of ${MESSAGES.toLocaleString('en')} messages`, () => {
  it(
    'is read back to its start, and no visible row moves, and no message is missing',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.known('ada'), people.known('grace')]);
      const adas = await enter(ada);
      await adas.open('grace');
      await adas.log.locator(`[data-seq="${MESSAGES}"]`).waitFor();
      for (let page = 1; page <= WATCHED_PAGES; page += 1) {
        expect(Math.max(...(await movesWhileOlderCome(adas)))).toBeLessThanOrEqual(STEADY_PX);
      }

      const began = performance.now();
      const { steps, gaps } = await adas.log.evaluate(readBack);
      const seconds = ((performance.now() - began) / 1_000).toFixed(1);
      process.stdout.write(`${MESSAGES} messages back to the start: ${steps} steps, ${seconds} s\n`);
      expect(gaps).toEqual([]);
      expect(await adas.bubbles(textOf(1)).isVisible()).toBe(true);

      // A new message does not scroll to the end; a button shows it, and scrolls there.
      await people.send(grace, ada, 'The newest');
      await adas.page.getByRole('button', { name: '1 new message' }).waitFor();
      expect(await adas.log.evaluate(({ scrollTop }) => scrollTop)).toBe(0);
      await adas.page.getByRole('button', { name: '1 new message' }).click();
      await adas.sees('The newest');
      await adas.seesUnread('grace', 0);
    }),
  );

  it(
    'opens at the message of an address, is followed to another, and goes on to its end',
    stage(async ({ people, openWindow }) => {
      const [ada] = await Promise.all([people.known('ada'), people.known('grace')]);
      const adas = await openWindow(ada);
      await adas.signIn();
      await adas.open('grace');
      await adas.log.locator(`[data-seq="${MESSAGES}"]`).waitFor();
      const conversation = new URL(adas.page.url()).pathname;

      // A new tab, as from a link in a mail.
      await adas.page.goto(`${conversation}#500`);
      await adas.page.reload();
      await isMarked(adas, 500);
      // Another one, far away, in the same tab.
      await adas.page.evaluate(() => {
        window.location.hash = '#1000';
      });
      await isMarked(adas, 1_000);
      // One that is already there.
      await adas.page.evaluate(() => {
        window.location.hash = '#990';
      });
      await isMarked(adas, 990);
      // One that does not exist.
      await adas.page.evaluate((seq) => {
        window.location.hash = `#${seq}`;
      }, MESSAGES + 100);
      await adas.log.locator('[data-seq="990"]').waitFor();
      await adas.page.getByRole('button', { name: 'Latest messages' }).click();
      await adas.log.locator(`[data-seq="${MESSAGES}"]`).waitFor();
    }),
  );

  it(
    'has a link for each message',
    stage(async ({ people, enter }) => {
      const [ada] = await Promise.all([people.known('ada'), people.known('grace')]);
      const adas = await enter(ada);
      await adas.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await adas.open('grace');
      const bubble = adas.log.locator(`[data-seq="${MESSAGES}"]`);
      await adas.openMenu(bubble);
      await adas.page.getByRole('menuitem', { name: 'Copy link' }).click();
      expect(await adas.page.evaluate(() => navigator.clipboard.readText())).toBe(
        `${adas.page.url()}#${MESSAGES}`,
      );
    }),
  );
});

/** Waits until a message is in the middle of the list, is marked, and has the focus. */
async function isMarked(device: Device, seq: number): Promise<void> {
  await device.log.locator(`.talk-row[data-marked="true"] [data-seq="${seq}"]:focus`).waitFor();
  // The mark ends after a moment.
  const row = device.log.locator(`[data-seq="${seq}"]`);
  const [box, all] = await Promise.all([row.boundingBox(), device.log.boundingBox()]);
  if (!box || !all) throw new Error('it is not shown');
  expect(box.y).toBeGreaterThan(all.y);
  expect(box.y + box.height).toBeLessThan(all.y + all.height);
}

/**
 * Scrolls up until older messages are requested, stops there, and waits for them.
 * @returns how far a visible row was from its position, in each frame until they were rendered and nothing moved.
 */
async function movesWhileOlderCome({ page, log }: Device): Promise<number[]> {
  const asked: string[] = [];
  const released = deferred<undefined>();
  await page.route(OLDER, async (route) => {
    asked.push(route.request().url());
    await released.promise;
    await route.continue();
  });
  await log.hover();
  while (asked.length === 0) {
    await page.mouse.wheel(0, -400);
    await log.evaluate(stillness);
  }
  const moves = log.evaluate(watchRow);
  await page.evaluate(() => new Promise(requestAnimationFrame));
  released.resolve(undefined);
  const watched = await moves;
  await page.unrouteAll({ behavior: 'wait' });
  return watched;
}

/** In the page: waits until the scrolling has ended. */
async function stillness(viewport: Element): Promise<void> {
  for (let top = NaN; top !== viewport.scrollTop;) {
    top = viewport.scrollTop;
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
  }
}

/** In the page: how far the row in the middle moves, frame by frame, until rows were added above and measured. */
async function watchRow(viewport: Element): Promise<number[]> {
  const STILL_FRAMES = 20;
  const middle = viewport.getBoundingClientRect().top + viewport.clientHeight / 2;
  const row = [...viewport.querySelectorAll('[data-seq]')].find(
    (candidate) => candidate.getBoundingClientRect().bottom > middle,
  );
  const seq = row?.getAttribute('data-seq') ?? '';
  const place = row?.getBoundingClientRect().top ?? 0;
  const height = viewport.scrollHeight;
  const moves: number[] = [];
  for (let still = 0; still < STILL_FRAMES; still += viewport.scrollHeight === height ? 0 : 1) {
    await new Promise(requestAnimationFrame);
    const now = viewport.querySelector(`[data-seq="${seq}"]`)?.getBoundingClientRect().top;
    moves.push(now === undefined ? Infinity : Math.abs(now - place));
  }
  return moves;
}

/** In the page: scrolls to the top again and again, until that is the start of the conversation. */
async function readBack(viewport: Element): Promise<{ steps: number; gaps: string[] }> {
  const gaps: string[] = [];
  const isStart = () => viewport.scrollTop === 0 && viewport.querySelector('.talk-beginning') !== null;
  let steps = 0;
  for (; !isStart(); steps += 1) {
    viewport.scrollTop = 0;
    // Older messages were added above, or there are none.
    do await new Promise(requestAnimationFrame);
    while (viewport.scrollTop === 0 && !isStart());
    const seqs = [...viewport.querySelectorAll('[data-seq]')].map((row) =>
      Number(row.getAttribute('data-seq')),
    );
    if (seqs.some((seq, place) => seq !== (seqs[0] ?? 0) + place)) gaps.push(seqs.join());
  }
  return { steps, gaps };
}
