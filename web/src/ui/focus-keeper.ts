/** Places of the focus that are remembered: a menu, a dialog and what lies before them. */
const REMEMBERED = 8;

/**
 * Keeps the focus on the page where the element that has it goes away, is hidden or is disabled: it moves to the nearest
 * element around it that is still there and can take it, or to where it was before. Without this it would be lost to the
 * page, and the next Tab would begin at the top. Where an element shall be the nearest one it has a `tabIndex` of -1.
 *
 * Who removes an element may put the focus somewhere themselves, also after their next paint: that is waited for.
 */
export function keepFocus(document: Document): void {
  /** Each with the elements around it, from the inside out; the last is the newest. */
  const places: Element[][] = [];
  let isPressing = false;
  const press = (pressing: boolean) => () => {
    isPressing = pressing;
  };
  document.addEventListener('pointerdown', press(true), { capture: true });
  document.addEventListener('pointerup', press(false), { capture: true });
  document.addEventListener('pointercancel', press(false), { capture: true });
  document.addEventListener('focusin', ({ target }) => {
    if (target instanceof Element) places.push(aroundOf(target));
    if (places.length > REMEMBERED) places.shift();
  });
  document.addEventListener('focusout', ({ relatedTarget }) => {
    // Somebody pressed beside everything: they want the focus nowhere.
    if (isPressing && relatedTarget === null) places.length = 0;
  });
  const restore = (): void => {
    if (isLost(document, places)) places.toReversed().some((place) => place.some(takesFocus));
  };
  const observer = new MutationObserver(() => {
    if (isLost(document, places)) requestAnimationFrame(() => requestAnimationFrame(restore));
  });
  observer.observe(document.body, {
    subtree: true,
    childList: true,
    attributeFilter: ['disabled', 'hidden', 'style', 'data-open'],
  });
}

function isLost({ activeElement, body }: Document, places: readonly Element[][]): boolean {
  const last = places.at(-1)?.[0];
  if (!last || (activeElement !== null && activeElement !== body)) return false;
  return !last.isConnected || last.matches(':disabled') || !last.checkVisibility();
}

function takesFocus(element: Element): boolean {
  if (!element.isConnected || !(element instanceof HTMLElement)) return false;
  element.focus({ preventScroll: true });
  return element.ownerDocument.activeElement === element;
}

/** An element, its parent and so on, but the body: as it is now, for a removed element has no parent any more. */
function aroundOf(element: Element): Element[] {
  const around: Element[] = [];
  for (let at: Element | null = element; at && at !== element.ownerDocument.body; at = at.parentElement)
    around.push(at);
  return around;
}
