import { type MouseEvent, useState } from 'react';
import { elementPlace, type OpenPlace, pointPlace } from './open-place.ts';
import { useLongPress } from './use-long-press.ts';

/** Where a menu opens that belongs to an element. */
export interface MenuPlace extends OpenPlace {
  /** Takes the focus when the menu closes. */
  readonly returnTo: HTMLElement | undefined;
}

/** Opens the menu of an element by a right click, the context menu key, or a long press. */
export function useMenuPlace() {
  const [place, setPlace] = useState<MenuPlace>();
  const press = useLongPress((x, y, target) =>
    setPlace({ ...pointPlace(x, y, true), returnTo: focusable(target) }),
  );
  return {
    place,
    handlers: {
      ...press.handlers,
      onContextMenu: (event: MouseEvent<HTMLElement>) => {
        // React also brings the events of the menu, which is rendered elsewhere.
        if (!(event.target instanceof Node && event.currentTarget.contains(event.target))) return;
        event.preventDefault();
        const returnTo = focusable(event.target);
        const wasPressed = press.end(event);
        if (wasPressed === 'opened') return;
        const { clientX: x, clientY: y, button } = event;
        const isPressed = wasPressed === 'pressing';
        // A right click has button 2, the key 0, and a long press either. The key has no position: the menu opens below the element.
        const isPointer = button !== 0 || isPressed;
        const at = isPointer ? pointPlace(x, y, isPressed) : elementPlace(returnTo ?? event.currentTarget);
        setPlace({ ...at, returnTo });
      },
    },
  };
}

function focusable(target: EventTarget): HTMLElement | undefined {
  const found = target instanceof Element ? target.closest('a, button, [tabindex]') : null;
  return found instanceof HTMLElement ? found : undefined;
}
