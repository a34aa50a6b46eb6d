import { beginningOf } from '../../../schema/preview.ts';
import type { Message, MessageGroup, ReadMark } from '../api/shapes.ts';
import { systemWords } from '../conversation/system-words.ts';
import { plain } from '../ui/sentence.ts';

/**
 * The list of conversations, as pages that came from the API and what events have told since. Events may come twice,
 * late and out of order; what a conversation's row holds never goes back.
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

/** A row that came by itself: a new conversation, or a newer state of one. */
export function withGroup(pages: InboxPages, group: MessageGroup): InboxPages {
  const held = pages.flat().find(({ uuid }) => uuid === group.uuid);
  if (held) return changeRow(pages, group.uuid, (row) => newer(row, group));
  const [first = [], ...rest] = pages;
  return [[group, ...first], ...rest];
}

/** A message of a conversation: its row follows at once, and its exact count comes with the row's next state. */
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

/** How far its reader has read. */
export function withReadMark(pages: InboxPages, mark: ReadMark): InboxPages {
  return changeRow(pages, mark.uuid, (row) =>
    mark.read_seq < row.read_seq ? row : { ...row, read_seq: mark.read_seq, unread_count: mark.unread_count },
  );
}

/** Whether its reader wrote what a row shows. The words of a system message say themselves who did it. */
export function isOwnText({ last_by, last_kind, message }: MessageGroup, me: string): boolean {
  return last_by === me && last_kind === 'text' && message !== null;
}

/** Without a conversation that was left. */
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

/** Of two states of a row: names of the later to come, the log's facts of the one that knows more of it. */
function newer(held: MessageGroup, came: MessageGroup): MessageGroup {
  const log = came.last_seq < held.last_seq ? held : came;
  const { message, created_at, last_seq, last_by, last_kind } = log;
  const reader = came.read_seq < held.read_seq || log === held ? held : came;
  const read_seq = Math.max(held.read_seq, came.read_seq);
  return {
    ...came,
    ...{ message, created_at, last_seq, last_by, last_kind, read_seq },
    // Both states may be behind: there cannot be more unread than there are messages behind the mark.
    unread_count: Math.max(0, Math.min(reader.unread_count, last_seq - read_seq)),
  };
}

/** As the API words it for the same reader. */
function previewOf(message: Message, me: string): string | null {
  if (message.message === null) return null;
  const text = message.kind === 'system' ? plain(systemWords(message, me)) : message.message;
  return beginningOf(text);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
