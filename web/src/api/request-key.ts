/** An `Idempotency-Key` that nobody else has. Not a UUID of the browser's: it makes those on secure pages only. */
export function newRequestKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Keys for one form: the same one for as long as the same thing is asked for, however often it is sent. */
export function requestKeys(): (content: string) => string {
  let last: { readonly content: string; readonly key: string } | undefined;
  return (content) => {
    if (last?.content !== content) last = { content, key: newRequestKey() };
    return last.key;
  };
}
