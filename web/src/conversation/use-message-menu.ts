import { type KeyboardEvent, type MouseEvent, useState } from 'react';
import { elementPlace, type OpenPlace, pointPlace } from '../ui/open-place.ts';
import { useLongPress } from '../ui/use-long-press.ts';

/** Opens the menu of a message: by its button, a right click, the context menu key, Enter, or a long press. */
export function useMessageMenu() {
  const [place, setPlace] = useState<OpenPlace>();
  const [isOpen, setIsOpen] = useState(false);
  const open = (at: OpenPlace): void => {
    setIsOpen(true);
    setPlace(at);
  };
  const press = useLongPress((x, y) => open(pointPlace(x, y, true)), 'a, button');
  const openBelow = (element: Element | null): void => {
    if (element) open(elementPlace(element));
  };
  return {
    place,
    isOpen,
    openBelow,
    onOpenChange: (is: boolean) => setIsOpen(is),
    handlers: {
      ...press.handlers,
      onContextMenu: (event: MouseEvent<HTMLElement>) => {
        if (isLeftToBrowser(event)) return;
        event.preventDefault();
        const wasPressed = press.end(event);
        if (wasPressed === 'opened') return;
        const isPressed = wasPressed === 'pressing';
        // A right click has button 2, the key 0, and a long press either.
        if (event.button === 0 && !isPressed) openBelow(event.currentTarget.querySelector('.bubble'));
        else open(pointPlace(event.clientX, event.clientY, isPressed));
      },
      onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
        if (event.key !== 'Enter' || event.target !== event.currentTarget) return;
        event.preventDefault();
        openBelow(event.currentTarget.querySelector('.bubble'));
      },
    },
  };
}

/** Whether the menu of the browser is more useful: of a link, and of selected text. */
function isLeftToBrowser({ target }: MouseEvent): boolean {
  const isOnLink = target instanceof Element && target.closest('a, input, textarea') !== null;
  return isOnLink || document.getSelection()?.isCollapsed === false;
}
