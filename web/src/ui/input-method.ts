import { isComposing } from './is-composing.ts';

/** Keeps the keys of an input method from every handler of the page, those of libraries included. */
export function leaveKeysToInputMethod(window: Window): void {
  window.addEventListener(
    'keydown',
    (event) => {
      if (isComposing(event)) event.stopImmediatePropagation();
    },
    { capture: true },
  );
}
