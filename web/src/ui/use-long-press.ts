import { type MouseEvent, type PointerEvent, type TouchEvent, useEffect, useRef } from 'react';

/** A finger that rests for this long opens a menu, in milliseconds: as on Android and iOS. */
const LONG_PRESS_MS = 500;
/** A finger that moves further than this scrolls, in pixels. */
const MOVED_PX = 10;

type Press = 'none' | 'pressing' | 'opened';

/**
 * Opens the menu of an element by a long press.
 *
 * Browsers differ in what a long press fires: Chrome `contextmenu`, Safari on iOS nothing. So it is timed here, and the first of the two
 * opens the menu: a handler of `contextmenu` calls `end`, and opens nothing when that returns `opened`.
 *
 * @param except a selector of what has long presses of its own in the element.
 */
export function useLongPress(
  onLongPress: (x: number, y: number, target: EventTarget) => void,
  except?: string,
) {
  const state = useRef<Press>('none');
  const from = useRef({ x: 0, y: 0 });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isDown = useRef(false);
  const stop = (): void => {
    clearTimeout(timer.current);
    if (state.current === 'pressing') state.current = 'none';
  };
  const lift = (): void => {
    isDown.current = false;
    stop();
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  return {
    /**
     * Ends the wait, because `contextmenu` opens the menu. The context menu key and a mouse open it without a finger, also
     * after a long press. @returns what the finger was doing.
     */
    end: ({ nativeEvent }: MouseEvent): Press => {
      clearTimeout(timer.current);
      if (!isDown.current && !isOfFinger(nativeEvent)) state.current = 'none';
      const was = state.current;
      // Lifting the finger must not be a click on what is below it.
      if (was === 'pressing') state.current = 'opened';
      return was;
    },
    handlers: {
      onPointerDown: (event: PointerEvent) => {
        stop();
        state.current = 'none';
        isDown.current = event.pointerType === 'touch';
        const { pointerType, isPrimary, target, clientX: x, clientY: y } = event;
        if (pointerType !== 'touch' || !isPrimary || !isWithin(event, except)) return;
        state.current = 'pressing';
        from.current = { x, y };
        timer.current = setTimeout(() => {
          state.current = 'opened';
          onLongPress(x, y, target);
        }, LONG_PRESS_MS);
      },
      onPointerMove: ({ clientX, clientY }: PointerEvent) => {
        if (Math.hypot(clientX - from.current.x, clientY - from.current.y) > MOVED_PX) stop();
      },
      onPointerUp: lift,
      onPointerCancel: lift,
      onTouchEnd: (event: TouchEvent) => {
        if (state.current === 'opened' && event.cancelable) event.preventDefault();
      },
    },
  };
}

function isOfFinger(event: globalThis.MouseEvent): boolean {
  return event instanceof globalThis.PointerEvent && event.pointerType === 'touch';
}

/** Whether an event is in its element. React also brings the events of a menu that is rendered elsewhere. */
function isWithin({ currentTarget, target }: PointerEvent, except: string | undefined): boolean {
  if (!(target instanceof Element) || !currentTarget.contains(target)) return false;
  return except === undefined || target.closest(except) === null;
}
