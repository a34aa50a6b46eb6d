/** In pixels of the window. */
type Rect = Pick<DOMRect, 'x' | 'y' | 'width' | 'height'>;

/** Where in the window a menu or a popover opens. Each object is one opening. */
export interface OpenPlace {
  /** Returns where the pointer was, or where the element that opens it is now: the window may be resized meanwhile. */
  readonly rect: () => Rect;
  /** Whether it is opened with a finger: then it is a sheet at the bottom of the window. */
  readonly isSheet: boolean;
}

/** The place of a pointer. */
export function pointPlace(x: number, y: number, isSheet: boolean): OpenPlace {
  const rect = () => ({
    x: Math.min(x, window.innerWidth),
    y: Math.min(y, window.innerHeight),
    width: 0,
    height: 0,
  });
  return { rect, isSheet };
}

/** The place of an element; of one that has been removed, its last place. */
export function elementPlace(element: Element): OpenPlace {
  let last = element.getBoundingClientRect();
  const rect = () => (last = element.isConnected ? element.getBoundingClientRect() : last);
  return { rect, isSheet: isTouched() };
}

/** Whether the window is used with fingers. */
function isTouched(): boolean {
  return window.matchMedia('(hover: none)').matches;
}
