import { codeOf } from '../../../client/src/index.ts';

/** A sentence for each error code, of the API and of the screens themselves. */
const SENTENCES: Readonly<Record<string, string>> = {
  // The server
  unreachable: 'The server cannot be reached. Check your connection.',
  outdated: 'A new version is available. Reload the page.',
  starting: 'The server is starting. Please wait.',
  table_unavailable: 'The server is busy. Try again in a moment.',
  events_unavailable: 'Live updates are not available right now. Try again in a moment.',
  token_keys_unavailable: 'Your sign-in cannot be verified right now. Try again in a moment.',
  text_keys_unavailable: 'Messages cannot be decrypted right now. Try again in a moment.',
  files_unavailable: 'Files are not available right now. Try again in a moment.',
  busy: 'The server is busy. Try again in a moment.',
  rate_limited: 'Too many requests. Try again in a moment.',
  request_timeout: 'The request timed out. Check your connection and try again.',
  internal_error: 'Something went wrong. Try again.',

  // Signing in
  cognito_user_id_blank: 'You are not signed in.',
  token_invalid: 'Your session is no longer valid. Sign in again.',
  user_id_invalid: 'This account cannot be used here. Sign in with another account.',
  ticket_invalid: 'The connection for live updates has expired. Reload the page.',
  profile_missing: 'Create your profile first.',
  host_not_allowed: 'The server does not accept requests for this host name.',
  origin_not_allowed: 'You cannot sign in from this website.',

  // Permissions
  not_found: 'Not found. It may not exist, or you may not have access to it.',
  role_forbidden: 'Your role in this group does not allow this.',
  message_not_own: 'You can only edit or delete your own messages.',
  recipient_unavailable: 'This person does not accept messages from you.',
  recipient_blocked: 'You have blocked this person. Unblock them to write to them.',
  block_self: 'You cannot block yourself.',
  removed_from_group: 'You were removed from this group. Ask a member to add you again.',

  invite_not_found:
    'This invitation is no longer valid. It may have expired, or it was revoked. Ask for a new one.',

  // Messages
  message_blank: 'Enter a message.',
  message_invalid: 'This message is not valid.',
  message_deleted: 'This message was deleted.',
  message_is_system: 'This message cannot be edited or deleted.',
  reply_to_unknown: 'The message that this replies to does not exist.',
  reply_to_invalid: 'The message that this replies to does not exist.',
  data_invalid: 'The additional data is not valid.',
  data_too_large: 'The additional data is too large. The limit is 1 KB.',
  attachments_disabled: 'Files cannot be sent here.',
  attachment_too_large: 'This file is too large.',
  attachment_type_not_allowed: 'Files of this type cannot be sent.',
  attachment_unknown: 'A file can no longer be sent. Attach it again.',
  attachment_not_uploaded: 'A file was not uploaded completely. Attach it again.',
  files_failed: 'Some files were not uploaded. Try them again, or remove them.',
  attachments_too_many: 'A message can have up to 10 files.',
  attachment_name_blank: 'The file has no name.',
  attachment_name_invalid: 'This file name cannot be used.',
  attachment_name_exceed_max_chars_255: 'This file name is too long. The limit is 255 characters.',
  attachment_size_invalid: 'An empty file cannot be sent.',
  upload_size_invalid: 'The file changed while it was uploaded. Attach it again.',
  signature_invalid: 'The link to this file has expired. Try again.',
  emoji_invalid: 'This is not an emoji.',
  pins_full: 'This conversation has 50 pinned messages. Unpin one first.',
  reactions_full: 'This message has as many reactions as it can have.',
  idempotency_key_reused: 'This was already sent with different content.',

  // Groups
  message_group_is_direct: 'This is only possible in a group.',
  name_blank: 'Enter a group name.',
  name_invalid: 'This group name is not valid.',
  name_exceed_max_chars_64: 'This group name is too long. The limit is 64 characters.',
  handles_blank: 'Add at least one member.',
  handles_invalid: 'This list of members is not valid.',
  handles_too_many: 'You can add up to 90 people at once.',
  group_full: 'This group is full.',
  groups_full: 'A person can be in 500 groups, and be added to 200 of them. This limit is reached.',
  invites_full: 'This group has too many invitations. Revoke one first.',
  visibility_invalid: 'A group is either private or public.',
  expires_in_invalid: 'An invitation is valid for one minute to 30 days.',
  role_invalid: 'This role does not exist.',

  // People
  handle_blank: 'Enter a handle.',
  handle_invalid:
    'A handle has 2 to 30 characters: a–z, 0–9, “_”, “.” and “-”. It starts with a letter or a digit.',
  handle_taken: 'This handle is taken.',
  handle_unknown: 'No user has this handle.',
  user_reciever_handle_blank: 'Enter a handle.',
  user_reciever_handle_self: 'You cannot send a message to yourself.',
  user_reciever_handle_unknown: 'No user has this handle.',
  display_name_blank: 'Enter a display name.',
  display_name_invalid: 'This display name is not valid.',
  display_name_exceed_max_chars_64: 'This display name is too long. The limit is 64 characters.',
  prefix_invalid: 'This cannot be searched for.',
  q_blank: 'Enter what to search for.',
  q_without_words: 'Enter words, numbers or emoji: signs alone cannot be searched for.',
  q_exceed_max_chars_100: 'This is too long to search for. The limit is 100 characters.',
};

/** The code of a text over the limit, which the server is configured with. */
const TOO_LONG = /^message_exceed_max_chars_(\d+)$/;

/** Codes of requests that this version of the screens never sends: the server has probably been updated. */
const UNEXPECTED: ReadonlySet<string> = new Set([
  'after_seq_beyond_end',
  'after_seq_invalid',
  'after_seq_too_far_behind',
  'archived_invalid',
  'attachment_type_invalid',
  'attachments_invalid',
  'body_invalid',
  'body_too_large',
  'changes_too_far_behind',
  'cursor_invalid',
  'deep_invalid',
  'expectation_failed',
  'favourite_invalid',
  'field_unknown',
  'handle_and_handles',
  'height_invalid',
  'idempotency_key_invalid',
  'json_invalid',
  'limit_invalid',
  'list_invalid',
  'marked_unread_invalid',
  'media_type_unsupported',
  'message_group_uuid_and_handle',
  'message_group_uuid_blank',
  'message_group_uuid_invalid',
  'more_errors',
  'muted_invalid',
  'parameter_unknown',
  'position_ambiguous',
  'q_invalid',
  'query_invalid',
  'redirect_invalid',
  'request_malformed',
  'seq_invalid',
  'width_invalid',
]);

/** Returns a sentence that describes a failure to the user. */
export function wordsFor(error: unknown): string {
  return wordsForCode(codeOf(error));
}

export function wordsForCode(code: string): string {
  if (UNEXPECTED.has(code))
    return 'The server did not understand the request. Reload the page and try again.';
  const limit = TOO_LONG.exec(code)?.[1];
  if (limit !== undefined)
    return `This message is too long. The limit is ${Number(limit).toLocaleString('en')} characters.`;
  return SENTENCES[code] ?? `Something went wrong (${code}).`;
}
