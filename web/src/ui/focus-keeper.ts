/** How many earlier positions of the focus are remembered: enough for a menu in a dialog. */
const REMEMBERED = 8;

/**
 * Keeps the focus on the page when the focused element is removed, hidden or disabled: the focus moves to the nearest
 * remaining ancestor that can take it, or to where it was before. Otherwise the browser would move it to the body, and the
 * next Tab would start at the top. An ancestor that should take it has a `tabIndex` of -1.
 *
 * The code that removes an element may set the focus itself, up to one paint later: so this waits for two frames.
 */
export function keepFocus(document: Document): void {
  /** Focused elements, each followed by its ancestors; the last is the newest. */
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
    // The user pressed outside of everything that takes the focus: so the focus is given up.
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

/** An element and its ancestors up to the body. Read now, because a removed element has no parent. */
function aroundOf(element: Element): Element[] {
  const around: Element[] = [];
  for (let at: Element | null = element; at && at !== element.ownerDocument.body; at = at.parentElement)
    around.push(at);
  return around;
}
