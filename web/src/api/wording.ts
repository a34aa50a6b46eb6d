import { codeOf } from './api-error.ts';

/** The API's codes, as one says them to people. */
const SENTENCES: Readonly<Record<string, string>> = {
  unreachable: 'The server cannot be reached. Check your connection.',
  outdated: 'There is a newer version of these screens. Reload the page.',
  starting: 'The server is starting. One moment.',
  table_unavailable: 'The server is busy just now. Try again in a moment.',
  token_keys_unavailable: 'The server cannot check who you are just now. Try again in a moment.',
  busy: 'Too much is happening at once here. Try again in a moment.',
  rate_limited: 'That was a bit much at once. Wait a moment, then try again.',
  internal_error: 'Something went wrong. Try again.',
  not_found: 'This is not here, or not yours to see.',
  role_forbidden: 'You may not do that in this group.',
  message_blank: 'Write something first.',
  message_exceed_max_chars_1024: 'This is too long: a message has up to 1,024 characters.',
  message_not_own: 'This is the message of somebody else.',
  message_deleted: 'This message was deleted meanwhile.',
  message_is_system: 'This message cannot be changed.',
  message_group_is_direct: 'This cannot be done in a conversation of two.',
  name_blank: 'A group needs a name.',
  name_exceed_max_chars_64: 'This name is too long: it has up to 64 characters.',
  handle_blank: 'Write a handle.',
  handle_invalid: 'A handle has 2 to 30 of a–z, 0–9, “_”, “.” and “-”, and starts with a letter or a digit.',
  handle_taken: 'Somebody has this handle already.',
  handle_unknown: 'Nobody has this handle.',
  user_reciever_handle_self: 'This is you: one writes to somebody else here.',
  user_reciever_handle_unknown: 'Nobody has this handle.',
  display_name_blank: 'Write a name.',
  display_name_exceed_max_chars_64: 'This name is too long: it has up to 64 characters.',
  group_full: 'This group is full.',
  idempotency_key_reused: 'This was sent already, with something else in it.',
};

/** A failure in a sentence. */
export function wordsFor(error: unknown): string {
  return wordsForCode(codeOf(error));
}

export function wordsForCode(code: string): string {
  return SENTENCES[code] ?? `That did not work (${code}).`;
}
