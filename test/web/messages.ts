import type { TextMessage } from '../../web/src/api/shapes.ts';

/** A message as the API returns it. */
export function textMessage(values: Partial<TextMessage> & { readonly seq: number }): TextMessage {
  return {
    uuid: `message-${values.seq}`,
    message_group_uuid: 'group',
    rev: 0,
    kind: 'text',
    user_uuid: 'ada',
    handle: 'ada',
    display_name: 'Ada Lovelace',
    message: `text ${values.seq}`,
    created_at: new Date(Date.UTC(2026, 0, 1, 12, 0, values.seq)).toISOString(),
    edited_at: null,
    deleted_at: null,
    ...values,
  };
}

/** Messages with the seqs of a range, both ends included. */
export function textMessages(from: number, to: number): TextMessage[] {
  return Array.from({ length: to - from + 1 }, (_, place) => textMessage({ seq: from + place }));
}
