import {
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type TouchEvent,
  useEffect,
  useRef,
  useState,
} from 'react';
import { elementPlace, type OpenPlace, pointPlace } from '../ui/open-place.ts';

/** A finger that rests on a message for this long opens its menu, in milliseconds: as on Android and iOS. */
const LONG_PRESS_MS = 500;
/** A finger that moves further than this scrolls, in pixels. */
const MOVED_PX = 10;

/**
 * Opens the menu of a message: by its button, a right click, the context menu key, Enter, or a long press.
 *
 * Browsers differ in what a long press fires: Chrome `contextmenu`, Safari on iOS nothing. So it is timed here, and whichever
 * comes first opens the menu.
 */
export function useMessageMenu() {
  const [place, setPlace] = useState<OpenPlace>();
  const [isOpen, setIsOpen] = useState(false);
  const open = (at: OpenPlace): void => {
    setIsOpen(true);
    setPlace(at);
  };
  const press = useLongPress((x, y) => open(pointPlace(x, y, true)));
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
        const isPressed = press.end();
        if (isOpen && place?.isSheet === true) return;
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

function useLongPress(onLongPress: (x: number, y: number) => void) {
  const wasLong = useRef(false);
  const press = useRef<{ readonly x: number; readonly y: number; readonly timer: number }>(undefined);
  /** @returns whether a finger was pressing. */
  const end = (): boolean => {
    const wasPressed = press.current !== undefined;
    clearTimeout(press.current?.timer);
    press.current = undefined;
    return wasPressed;
  };
  useEffect(() => () => void end(), []);
  return {
    end,
    handlers: {
      onPointerDown: ({ pointerType, isPrimary, target, clientX: x, clientY: y }: PointerEvent) => {
        end();
        wasLong.current = false;
        const isOnControl = target instanceof Element && target.closest('a, button') !== null;
        if (pointerType !== 'touch' || !isPrimary || isOnControl) return;
        const timer = window.setTimeout(() => {
          end();
          wasLong.current = true;
          onLongPress(x, y);
        }, LONG_PRESS_MS);
        press.current = { x, y, timer };
      },
      onPointerMove: ({ clientX, clientY }: PointerEvent) => {
        const from = press.current;
        if (from && Math.hypot(clientX - from.x, clientY - from.y) > MOVED_PX) end();
      },
      onPointerUp: () => void end(),
      onPointerCancel: () => void end(),
      // Without this, lifting the finger would be a click.
      onTouchEnd: (event: TouchEvent) => {
        if (wasLong.current && event.cancelable) event.preventDefault();
      },
    },
  };
}
