import type { Page } from 'playwright-core';

/** Describes elements that visibly overflow the window horizontally, or can be scrolled horizontally. */
export function overflowOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.documentElement;
    const found = root.scrollWidth > root.clientWidth ? ['the page scrolls sideways'] : [];
    const look = (element: Element): void => {
      const { left, right, width } = element.getBoundingClientRect();
      const name = `${element.tagName.toLowerCase()}.${element.className}`;
      if (width > 0 && (left < -1 || right > root.clientWidth + 1)) found.push(`${name} overflows`);
      const { overflowX } = getComputedStyle(element);
      const scrolls = overflowX === 'auto' || overflowX === 'scroll';
      if (scrolls && element.scrollWidth > element.clientWidth) found.push(`${name} scrolls sideways`);
      // Content that a box clips does not overflow.
      if (overflowX === 'visible' || scrolls) for (const child of element.children) look(child);
    };
    look(document.body);
    return found;
  });
}
