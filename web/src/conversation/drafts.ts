/** What was begun and not sent, for this tab. */
const keyOf = (uuid: string): string => `draft:${uuid}`;

export function draftOf(uuid: string): string {
  return sessionStorage.getItem(keyOf(uuid)) ?? '';
}

export function keepDraft(uuid: string, text: string): void {
  if (text === '') sessionStorage.removeItem(keyOf(uuid));
  else sessionStorage.setItem(keyOf(uuid), text);
}
