import { beginningOf } from '../../../schema/preview.ts';
import type { Message, MessageGroup, ReadMark } from '../api/shapes.ts';
import { systemWords } from '../conversation/system-words.ts';
import { plain } from '../ui/sentence.ts';

/**
 * The list of conversations: pages of the API, updated by events. Events may arrive twice, late and out of order; a row never
 * returns to an older state.
 */
export type InboxPages = readonly (readonly MessageGroup[])[];

/** All rows, newest activity first, each conversation once. */
export function inboxRows(pages: InboxPages): MessageGroup[] {
  const rows = new Map<string, MessageGroup>();
  for (const row of pages.flat()) {
    const held = rows.get(row.uuid);
    rows.set(row.uuid, held ? newer(held, row) : row);
  }
  return [...rows.values()].sort((a, b) => compare(b.created_at, a.created_at) || compare(b.uuid, a.uuid));
}

/** Adds a row: a new conversation, or a newer state of a known one. */
export function withGroup(pages: InboxPages, group: MessageGroup): InboxPages {
  const held = pages.flat().find(({ uuid }) => uuid === group.uuid);
  if (held) return changeRow(pages, group.uuid, (row) => newer(row, group));
  const [first = [], ...rest] = pages;
  return [[group, ...first], ...rest];
}

/** Updates a conversation's row with a message. The unread count is an estimate until the row's next state arrives. */
export function withMessage(pages: InboxPages, message: Message, me: string): InboxPages {
  return changeRow(pages, message.message_group_uuid, (row) => {
    if (message.seq < row.last_seq) return row;
    const preview = previewOf(message, me);
    const own = message.user_uuid === me;
    return {
      ...row,
      message: preview,
      created_at: message.created_at,
      last_seq: message.seq,
      last_by: message.user_uuid,
      last_kind: message.kind,
      read_seq: own ? message.seq : row.read_seq,
      unread_count: own ? 0 : row.unread_count + message.seq - row.last_seq,
    };
  });
}

/** Updates a row with its read mark. */
export function withReadMark(pages: InboxPages, mark: ReadMark): InboxPages {
  return changeRow(pages, mark.uuid, (row) =>
    mark.read_seq < row.read_seq ? row : { ...row, read_seq: mark.read_seq, unread_count: mark.unread_count },
  );
}

/** Whether the user wrote the message that a row shows. A system message names its author itself. */
export function isOwnText({ last_by, last_kind, message }: MessageGroup, me: string): boolean {
  return last_by === me && last_kind === 'text' && message !== null;
}

/** Removes a conversation that was left. */
export function withoutGroup(pages: InboxPages, uuid: string): InboxPages {
  return pages.map((page) => page.filter((row) => row.uuid !== uuid));
}

function changeRow(
  pages: InboxPages,
  uuid: string,
  changed: (row: MessageGroup) => MessageGroup,
): InboxPages {
  return pages.map((page) => page.map((row) => (row.uuid === uuid ? changed(row) : row)));
}

/** Merges two states of a row: names of the one that arrived later, the newest message of the one with the higher seq. */
function newer(held: MessageGroup, next: MessageGroup): MessageGroup {
  const log = next.last_seq < held.last_seq ? held : next;
  const { message, created_at, last_seq, last_by, last_kind } = log;
  const reader = next.read_seq < held.read_seq || log === held ? held : next;
  const read_seq = Math.max(held.read_seq, next.read_seq);
  return {
    ...next,
    ...{ message, created_at, last_seq, last_by, last_kind, read_seq },
    // Both states may be outdated: there cannot be more unread messages than messages after the mark.
    unread_count: Math.max(0, Math.min(reader.unread_count, last_seq - read_seq)),
  };
}

/** The preview as the API words it for the same user. */
function previewOf(message: Message, me: string): string | null {
  if (message.message === null) return null;
  const text = message.kind === 'system' ? plain(systemWords(message, me)) : message.message;
  return beginningOf(text);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
