/** Returns a unique `Idempotency-Key`. Not `crypto.randomUUID()`, which browsers have on secure pages only. */
export function newRequestKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Keys for one form: the same key for the same content, however often it is sent. */
export function requestKeys(): (content: string) => string {
  let last: { readonly content: string; readonly key: string } | undefined;
  return (content) => {
    if (last?.content !== content) last = { content, key: newRequestKey() };
    return last.key;
  };
}
