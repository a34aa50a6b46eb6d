import { isComposing } from './is-composing.ts';

/** Hides the keys of an input method from all handlers of the page, including those of libraries. */
export function leaveKeysToInputMethod(window: Window): void {
  window.addEventListener(
    'keydown',
    (event) => {
      if (isComposing(event)) event.stopImmediatePropagation();
    },
    { capture: true },
  );
}
