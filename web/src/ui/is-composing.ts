/** `keyCode` of a key that an input method has taken (UI Events, "Legacy key attributes"). */
const TAKEN_BY_INPUT_METHOD = 229;

/**
 * Whether a key belongs to an input method, with which Japanese, for example, is written: its Enter accepts what is half
 * written, its Escape drops that. Safari ends the composition before it fires the `keydown` that ended it: only the
 * `keyCode` says then whose key it was.
 */
export function isComposing(event: { readonly isComposing: boolean; readonly keyCode: number }): boolean {
  return event.isComposing || event.keyCode === TAKEN_BY_INPUT_METHOD;
}
