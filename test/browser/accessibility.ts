import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axeCore from 'axe-core';
import type { Page } from 'playwright-core';

declare global {
  /** What its source, once it runs in a page, leaves there. */
  var axe: typeof axeCore;
}

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What keeps people from using a page as it is now, by axe: a line for each serious or critical finding. */
export async function findBarriers(page: Page): Promise<string[]> {
  // What a transition passes through is nobody's to read.
  await page.evaluate(() => {
    for (const animation of document.getAnimations()) {
      if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
    }
  });
  await page.evaluate(SOURCE);
  const { violations } = await page.evaluate(
    // The stops before and after a menu hand the focus on as soon as they have it: nobody is ever at one.
    () => globalThis.axe.run({ exclude: ['[data-focus-trap]'] }, { resultTypes: ['violations'] }),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id} (${help}): ${html} ${failureSummary ?? ''}`),
    );
}
