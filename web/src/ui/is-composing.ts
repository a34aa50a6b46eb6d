/** `keyCode` of a key that an input method has handled (UI Events, "Legacy key attributes"). */
const TAKEN_BY_INPUT_METHOD = 229;

/**
 * Whether a key belongs to an input method, with which Japanese, for example, is written: its Enter accepts the
 * composition, its Escape cancels it. Safari ends the composition before it fires the `keydown` that ended it: then only
 * the `keyCode` identifies the key as one of the input method.
 */
export function isComposing(event: { readonly isComposing: boolean; readonly keyCode: number }): boolean {
  return event.isComposing || event.keyCode === TAKEN_BY_INPUT_METHOD;
}
