import { type MouseEvent, type PointerEvent, type TouchEvent, useEffect, useRef, useState } from 'react';

/** Where a menu opens that belongs to an element, in pixels of the window. Each object is one opening. */
export interface MenuPlace {
  readonly at: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** Whether it was opened with a finger: then it is a sheet at the bottom of the window. */
  readonly isSheet: boolean;
  /** Takes the focus when the menu closes. */
  readonly returnTo: HTMLElement | undefined;
}

/** A finger that rests for this long opens the menu, in milliseconds: as on Android and iOS. */
const LONG_PRESS_MS = 500;
/** A finger that moves further than this scrolls, in pixels. */
const MOVED_PX = 10;

/**
 * Opens the menu of an element by a right click, the context menu key, or a long press.
 *
 * Browsers differ in what a long press fires: Chrome `contextmenu`, Safari on iOS nothing. So it is timed here, and the first of the two
 * opens the menu.
 */
export function useMenuPlace() {
  const [place, setPlace] = useState<MenuPlace>();
  const press = useLongPress((x, y, returnTo) =>
    setPlace({ at: { x, y, width: 0, height: 0 }, isSheet: true, returnTo }),
  );
  return {
    place,
    handlers: {
      ...press.handlers,
      onContextMenu: (event: MouseEvent<HTMLElement>) => {
        event.preventDefault();
        const returnTo = focusable(event.target);
        const wasPressed = press.end();
        if (wasPressed === 'opened') return;
        const { clientX: x, clientY: y, button } = event;
        const isPointer = button !== 0 || wasPressed === 'pressing';
        // The context menu key has no position: the menu opens below the element.
        const at = isPointer ? { x, y, width: 0, height: 0 } : rectOf(returnTo ?? event.currentTarget);
        setPlace({ at, isSheet: wasPressed === 'pressing', returnTo });
      },
    },
  };
}

function rectOf(element: Element): MenuPlace['at'] {
  const { x, y, width, height } = element.getBoundingClientRect();
  return { x, y, width, height };
}

function focusable(target: EventTarget): HTMLElement | undefined {
  const found = target instanceof Element ? target.closest('a, button, [tabindex]') : null;
  return found instanceof HTMLElement ? found : undefined;
}

type Press = 'none' | 'pressing' | 'opened';

function useLongPress(onLongPress: (x: number, y: number, returnTo: HTMLElement | undefined) => void) {
  const state = useRef<Press>('none');
  const from = useRef({ x: 0, y: 0 });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  /** Ends the wait. @returns what the finger was doing. */
  const end = (): Press => {
    clearTimeout(timer.current);
    const was = state.current;
    if (was === 'pressing') state.current = 'none';
    return was;
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  return {
    end: () => {
      const was = end();
      // Lifting the finger must not be a click on what is below it.
      if (was === 'pressing') state.current = 'opened';
      return was;
    },
    handlers: {
      onPointerDown: ({ pointerType, isPrimary, target, clientX: x, clientY: y }: PointerEvent) => {
        end();
        state.current = 'none';
        if (pointerType !== 'touch' || !isPrimary) return;
        state.current = 'pressing';
        from.current = { x, y };
        timer.current = setTimeout(() => {
          state.current = 'opened';
          onLongPress(x, y, focusable(target));
        }, LONG_PRESS_MS);
      },
      onPointerMove: ({ clientX, clientY }: PointerEvent) => {
        if (Math.hypot(clientX - from.current.x, clientY - from.current.y) > MOVED_PX) end();
      },
      onPointerUp: () => void end(),
      onPointerCancel: () => void end(),
      onTouchEnd: (event: TouchEvent) => {
        if (state.current === 'opened' && event.cancelable) event.preventDefault();
      },
    },
  };
}
