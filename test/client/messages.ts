import type { MessageGroup, SystemMessage, TextMessage } from '../../client/src/api/shapes.ts';

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
    mentions: [],
    mentions_all: false,
    attachments: [],
    ...values,
  };
}

/** Messages with the seqs of a range, both ends included. */
export function textMessages(from: number, to: number): TextMessage[] {
  return Array.from({ length: to - from + 1 }, (_, place) => textMessage({ seq: from + place }));
}

/** A user as a system message names them. */
export const user = (name: string) => ({ user_uuid: name, handle: name.toLowerCase(), display_name: name });

/** A system message of an author. */
export function system(seq: number, author: string, event: SystemMessage['event']): SystemMessage {
  const { message: _, ...text } = textMessage({ seq, ...user(author) });
  return { ...text, kind: 'system', message: 'words of the API', event };
}

export const joins = (seq: number, name = `User ${seq}`) => system(seq, name, { type: 'member_joined' });
export const leaves = (seq: number, name = `User ${seq}`) => system(seq, name, { type: 'member_left' });
export const adds = (seq: number, ...names: string[]) =>
  system(seq, 'Ada', { type: 'members_added', users: names.map(user) });
export const removes = (seq: number, name: string) =>
  system(seq, 'Ada', { type: 'member_removed', user: user(name) });

/** The caller's own settings of a group, where they changed none. */
export const NO_SETTINGS = {
  muted: 'none',
  favourite: false,
  archived: false,
  marked_unread: false,
} as const;

/** A conversation as the list has it, with five messages that the user has read. */
export function listRow(uuid: string, values: Partial<MessageGroup> = {}): MessageGroup {
  return {
    uuid,
    kind: 'direct',
    name: null,
    display_name: uuid,
    handle: uuid,
    message: 'old',
    mentions: [],
    created_at: '2026-01-01T12:00:00.000Z',
    last_seq: 5,
    read_seq: 5,
    unread_count: 0,
    mention_count: 0,
    last_by: 'other',
    last_kind: 'text',
    ...NO_SETTINGS,
    ...values,
  };
}
