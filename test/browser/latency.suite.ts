import { describe, expect, it } from '@jest/globals';
import { quantile } from '../../bench/statistics.ts';
import type { Device } from './device.ts';
import { useScreens } from './screens.ts';

/** Number of messages; LATENCY_SENDS sets another one for a short run. */
const SENDS = Number(process.env['LATENCY_SENDS'] ?? 200);
/** A delay that people do not notice, in milliseconds. It is printed, not asserted: machines and their load differ. */
const AIM_MS = 200;

declare global {
  /** Times that a page recorded, in milliseconds since the epoch. */
  var notedTimes: number[];
}

const stage = useScreens();

describe('the time from Enter on one screen until the text is on the other', () => {
  it(
    'is measured and printed',
    stage(async ({ people, enter }) => {
      const [ada, grace] = await Promise.all([people.create('Ada'), people.create('Grace')]);
      await people.send(ada, grace, 'Ready?');
      const [adas, graces] = [await enter(ada), await enter(grace)];
      await Promise.all([adas.open('Grace'), graces.open('Ada')]);
      await adas.page.locator('body').evaluate(noteEnters);
      await graces.log.evaluate(noteArrivals);
      for (let place = 1; place <= SENDS; place += 1) {
        await adas.send(`Message ${place}`);
        await graces.sees(`Message ${place}`);
      }
      const [left, arrived] = [await timesOf(adas), await timesOf(graces)];
      expect([left.length, arrived.length]).toEqual([SENDS, SENDS]);
      // Both pages use the same clock.
      const times = arrived.map((time, place) => time - (left[place] ?? NaN));
      const [p50, p95] = [quantile(times, 0.5), quantile(times, 0.95)];
      process.stdout.write(
        `${SENDS} messages from screen to screen: p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms (aim: p95 below ${AIM_MS} ms)\n`,
      );
      expect(Math.min(...times)).toBeGreaterThan(0);
    }),
  );
});

/** In the page: records when Enter is pressed, in milliseconds since the epoch. */
function noteEnters(body: Element): void {
  globalThis.notedTimes = [];
  const note = ({ key, timeStamp }: KeyboardEvent): void => {
    if (key === 'Enter') globalThis.notedTimes.push(performance.timeOrigin + timeStamp);
  };
  body.ownerDocument.addEventListener('keydown', note, { capture: true });
}

/** In the page: records when each further bubble is painted. */
function noteArrivals(log: Element): void {
  globalThis.notedTimes = [];
  const seqOf = () => Number([...log.querySelectorAll('[data-seq]')].at(-1)?.getAttribute('data-seq'));
  let newest = seqOf();
  const observer = new MutationObserver(() => {
    if (seqOf() === newest) return;
    newest = seqOf();
    requestAnimationFrame(() => globalThis.notedTimes.push(performance.timeOrigin + performance.now()));
  });
  observer.observe(log, { childList: true, subtree: true, attributes: true });
}

function timesOf({ page }: Device): Promise<number[]> {
  return page.evaluate(() => globalThis.notedTimes);
}
