/** Where in the window a menu or a popover opens. Each object is one opening. */
export interface OpenPlace {
  /** Of the pointer, or of the button that opens it; in pixels. */
  readonly at: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** Whether it is opened with a finger: then it is a sheet at the bottom of the window. */
  readonly isSheet: boolean;
}

/** The place of a pointer. */
export function pointPlace(x: number, y: number, isSheet: boolean): OpenPlace {
  return { at: { x, y, width: 0, height: 0 }, isSheet };
}

/** The place of an element. */
export function elementPlace(element: Element): OpenPlace {
  const { x, y, width, height } = element.getBoundingClientRect();
  return { at: { x, y, width, height }, isSheet: isTouched() };
}

/** Whether the window is used with fingers. */
function isTouched(): boolean {
  return window.matchMedia('(hover: none)').matches;
}
