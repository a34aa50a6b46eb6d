import { type FocusEvent, type KeyboardEvent, useState } from 'react';
import { moveFocus, stepOf } from '../ui/roving-focus.ts';

/**
 * Makes the messages of a list one stop of the Tab key, along which the arrow keys move the focus. From the list itself they
 * lead to its last visible message.
 * @returns the seq of the message that had the focus last, and handlers for the list.
 */
export function useRovingMessages() {
  const [active, setActive] = useState<number>();
  return {
    active,
    handlers: {
      onFocus: ({ target }: FocusEvent) => {
        const seq = target.closest<HTMLElement>('article[data-seq]')?.dataset['seq'];
        if (seq !== undefined) setActive(Number(seq));
      },
      onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
        const { currentTarget: list, target } = event;
        const step = stepOf(event.key, 'column');
        // Menus and dialogs of a message are elsewhere in the page.
        if (step === undefined || !isPlain(event) || !(target instanceof Node) || !list.contains(target))
          return;
        const messages = [...list.querySelectorAll<HTMLElement>('article[data-seq]')];
        const isMoved = target === list ? focusVisible(messages, list) : moveFocus(messages, step, 'column');
        // At an end the list scrolls.
        if (isMoved) event.preventDefault();
      },
    },
  };
}

const isPlain = ({ altKey, ctrlKey, metaKey, shiftKey }: KeyboardEvent): boolean =>
  !altKey && !ctrlKey && !metaKey && !shiftKey;

/** Gives the focus to the last message that is completely visible. @returns whether there is one. */
function focusVisible(messages: readonly HTMLElement[], list: HTMLElement): boolean {
  const { top, bottom } = list.getBoundingClientRect();
  const visible = messages.findLast((message) => {
    const box = message.getBoundingClientRect();
    return box.top >= top && box.bottom <= bottom;
  });
  visible?.focus();
  return visible !== undefined;
}
