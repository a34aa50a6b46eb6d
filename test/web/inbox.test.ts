import { describe, expect, it } from '@jest/globals';
import type { Message, MessageGroup } from '../../web/src/api/shapes.ts';
import {
  inboxRows,
  isOwnText,
  type InboxPages,
  withGroup,
  withMessage,
  withoutGroup,
  withReadMark,
} from '../../web/src/inbox/inbox.ts';
import { textMessage } from './messages.ts';

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString();

function row(uuid: string, values: Partial<MessageGroup> = {}): MessageGroup {
  return {
    uuid,
    kind: 'direct',
    name: null,
    display_name: uuid,
    handle: uuid,
    message: 'old',
    created_at: at(0),
    last_seq: 5,
    read_seq: 5,
    unread_count: 0,
    last_by: 'other',
    last_kind: 'text',
    ...values,
  };
}

const only = (pages: InboxPages): MessageGroup => {
  const [found, ...more] = inboxRows(pages);
  if (!found || more.length > 0) throw new Error(`${more.length + 1} rows`);
  return found;
};

describe('the list of conversations', () => {
  it('has each conversation once, newest activity first, from whatever page', () => {
    const moved = row('b', { created_at: at(9), last_seq: 6, message: 'new' });
    const rows = inboxRows([[moved, row('a', { created_at: at(5) })], [row('b', { created_at: at(1) })]]);
    expect(rows.map(({ uuid, message }) => [uuid, message])).toEqual([
      ['b', 'new'],
      ['a', 'old'],
    ]);
  });

  it('adds an unknown conversation', () => {
    expect(inboxRows(withGroup([[row('a')]], row('b', { created_at: at(1) })))).toHaveLength(2);
    expect(inboxRows(withGroup([], row('b')))).toHaveLength(1);
  });

  it('updates preview, time, order and count with a message at once', () => {
    const message = textMessage({
      seq: 7,
      message: 'new',
      message_group_uuid: 'a',
      user_uuid: 'other',
      created_at: at(3),
    });
    expect(only(withMessage([[row('a')]], message, 'me'))).toMatchObject({
      message: 'new',
      created_at: at(3),
      last_seq: 7,
      last_by: 'other',
      unread_count: 2,
    });
  });

  it('distinguishes the user’s texts from their changes of the group', () => {
    const created = row('a', { last_by: 'me', last_kind: 'system', message: 'Me created “A”' });
    expect(isOwnText(created, 'me')).toBe(false);
    const text = textMessage({ seq: 6, message_group_uuid: 'a', user_uuid: 'me', message: 'Me again' });
    const written = withMessage([[created]], text, 'me');
    expect(isOwnText(only(written), 'me')).toBe(true);
    // An older state that arrives late does not restore the system message.
    expect(isOwnText(only(withGroup(written, created)), 'me')).toBe(true);
    const renamed = row('a', { last_by: 'me', last_kind: 'system', last_seq: 7 });
    expect(isOwnText(only(withGroup(written, renamed)), 'me')).toBe(false);
    expect(isOwnText(only(written), 'other')).toBe(false);
  });

  it('words a system message for its reader, as the conversation does', () => {
    const named = (user_uuid: string, display_name: string) => ({
      user_uuid,
      display_name,
      handle: display_name,
    });
    const added = (author: string, whom: string): Message => ({
      ...textMessage({ seq: 6, message_group_uuid: 'a', message: 'Ada added Grace' }),
      ...named(author, 'Ada'),
      kind: 'system',
      data: { event: 'member_added', user: named(whom, 'Grace') },
    });
    const shown = (message: Message) => only(withMessage([[row('a')]], message, 'me')).message;
    expect(shown(added('me', 'other'))).toBe('You added \u2068Grace\u2069');
    expect(shown(added('other', 'me'))).toBe('\u2068Ada\u2069 added you');
  });

  it('counts a message once that arrives twice', () => {
    const message = textMessage({ seq: 6, message_group_uuid: 'a', user_uuid: 'other' });
    const once = withMessage([[row('a')]], message, 'me');
    expect(only(withMessage(once, message, 'me')).unread_count).toBe(1);
  });

  it('has no unread messages after an own message', () => {
    const message = textMessage({ seq: 8, message_group_uuid: 'a', user_uuid: 'me' });
    const pages = withMessage([[row('a', { read_seq: 3, unread_count: 2 })]], message, 'me');
    expect(only(pages)).toMatchObject({ read_seq: 8, unread_count: 0 });
  });

  it('shows an edit of its newest message, and not of an older one', () => {
    const edit = (seq: number, message: string | null) =>
      textMessage({ seq, rev: 1, message, message_group_uuid: 'a' });
    expect(only(withMessage([[row('a')]], edit(5, 'edited'), 'me')).message).toBe('edited');
    expect(only(withMessage([[row('a')]], edit(5, null), 'me')).message).toBeNull();
    expect(only(withMessage([[row('a')]], edit(4, 'edited'), 'me')).message).toBe('old');
  });

  it('cuts a preview between code points', () => {
    const message = textMessage({ seq: 6, message: '🙂'.repeat(120), message_group_uuid: 'a' });
    expect(only(withMessage([[row('a')]], message, 'me')).message).toBe('🙂'.repeat(100));
  });

  it('does not return to an older state of a row, but takes its new name', () => {
    const held = row('a', { last_seq: 9, message: 'newest', created_at: at(9), unread_count: 4 });
    const late = row('a', { last_seq: 7, message: 'late', unread_count: 2, display_name: 'renamed' });
    expect(only(withGroup([[held]], late))).toMatchObject({
      last_seq: 9,
      message: 'newest',
      created_at: at(9),
      unread_count: 4,
      display_name: 'renamed',
    });
  });

  it('corrects an estimated count', () => {
    const estimated = row('a', { last_seq: 9, unread_count: 4 });
    expect(only(withGroup([[estimated]], row('a', { last_seq: 9, unread_count: 3 }))).unread_count).toBe(3);
  });

  it('keeps the higher read mark, whichever arrives first', () => {
    const read = withReadMark([[row('a', { last_seq: 9, read_seq: 5, unread_count: 4 })]], {
      uuid: 'a',
      read_seq: 8,
      unread_count: 1,
    });
    expect(only(read)).toMatchObject({ read_seq: 8, unread_count: 1 });
    const late = row('a', { last_seq: 9, read_seq: 6, unread_count: 3 });
    expect(only(withGroup(read, late))).toMatchObject({ read_seq: 8, unread_count: 1 });
    expect(only(withReadMark(read, { uuid: 'a', read_seq: 6, unread_count: 3 })).read_seq).toBe(8);
  });

  it('never counts more messages than exist after the mark, when each state has something newer', () => {
    const held = row('a', { last_seq: 10, read_seq: 7, unread_count: 3 });
    const marked = row('a', { last_seq: 9, read_seq: 9, unread_count: 0 });
    expect(only(withGroup([[held]], marked))).toMatchObject({ last_seq: 10, read_seq: 9, unread_count: 1 });
    const allRead = row('a', { last_seq: 9, read_seq: 10, unread_count: 0 });
    expect(only(withGroup([[held]], allRead))).toMatchObject({ last_seq: 10, unread_count: 0 });
  });

  it('removes a conversation that was left', () => {
    expect(withoutGroup([[row('a')], [row('b')]], 'a')).toEqual([[], [row('b')]]);
  });
});
