import { foldHandle } from '../../schema/handles.ts';
import { cleanLine, isBlank, MAX_NAME_CODE_POINTS } from '../../schema/plain-text.ts';

/** What Cognito knows about a user: the attributes of the trigger's event, by name. */
export type UserAttributes = Readonly<Record<string, string | undefined>>;

export interface SuggestedProfile {
  readonly handle: string;
  readonly display_name: string;
}

const MAX_HANDLE_LENGTH = 30;
/** For users without any text that yields a handle. */
const FALLBACK = 'user';

/**
 * Suggests a profile for a user who has none: the handle that they asked for, or one made from their name. Profiles are
 * public, and an e-mail address is not: no part of it is used, nor a name that is the address itself, as some sign-in
 * pages and issuers give it.
 */
export function suggestProfile(attributes: UserAttributes): SuggestedProfile {
  const { email = '' } = attributes;
  const chosen = (text = '') => (isAddress(text, email) ? '' : text);
  const [asked, name] = [chosen(attributes['preferred_username']), chosen(attributes['name'])];
  const handle = foldHandle(asked) ?? handleOf(asked) ?? handleOf(name) ?? FALLBACK;
  return { handle, display_name: validName(name) ?? validName(asked) ?? handle };
}

/** Appends a suffix to a handle that is taken. */
export function withSuffix(handle: string, suffix: string): string {
  return `${handle.slice(0, MAX_HANDLE_LENGTH - suffix.length - 1)}-${suffix.toLowerCase()}`;
}

/**
 * Makes a handle from a text: removes accents, and replaces other characters with dashes. Undefined if too little is
 * left.
 */
function handleOf(text: string): string | undefined {
  const letters = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9_.-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '');
  return foldHandle(letters.slice(0, MAX_HANDLE_LENGTH).replace(/[^a-z0-9]+$/, ''));
}

function isAddress(text: string, email: string): boolean {
  return email !== '' && text.trim().toLowerCase() === email.trim().toLowerCase();
}

/** Makes one visible line of at most 64 code points, as the API requires of a display name. */
function validName(text: string): string | undefined {
  const cut = cleanLine(Array.from(cleanLine(text)).slice(0, MAX_NAME_CODE_POINTS).join(''));
  return isBlank(cut) ? undefined : cut;
}
