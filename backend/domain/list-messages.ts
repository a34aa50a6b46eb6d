import type { MemberItem, MessageItem } from '../../schema/items.ts';
import { MAX_SEQ } from '../../schema/keys.ts';
import type { Context } from '../context.ts';
import { NotFoundError } from '../errors.ts';
import type { OpenMessage } from '../texts/texts.ts';
import type { NameReader } from './names.ts';
import { peopleIn } from './system-messages.ts';

/** A place in a log: none is its newest end. */
export type Position =
  { readonly at: 'end' } | { readonly at: 'before' | 'after' | 'around'; readonly seq: number };

export interface HistoryPage {
  /** Oldest first, dense. */
  readonly messages: readonly OpenMessage[];
  readonly names: NameReader;
  /** Whether there are older, and newer, messages than these. */
  readonly older: boolean;
  readonly newer: boolean;
}

/** A page as it was read: nothing of it is opened yet. */
interface StoredPage extends Pick<HistoryPage, 'older' | 'newer'> {
  readonly messages: readonly MessageItem[];
}

/**
 * A page of a group's log. 1 R for the membership, and what the messages weigh: read strongly for `after`, by which a
 * client mends its gaps, and eventually otherwise.
 * @throws NotFoundError for who is not a member.
 */
export async function listMessages(
  context: Context,
  request: {
    readonly groupId: string;
    readonly userId: string;
    readonly position: Position;
    readonly limit: number;
  },
): Promise<HistoryPage> {
  const { groupId, userId, position, limit } = request;
  const member = await context.members.find(groupId, userId);
  if (!member) throw new NotFoundError();
  const page = await readPage(context, { groupId, member, position, limit });
  const [messages, names] = await Promise.all([
    context.texts.openMessages(page.messages),
    context.names.read(page.messages.flatMap((message) => [message.user_uuid, ...peopleIn(message)])),
  ]);
  return { ...page, messages, names };
}

async function readPage(
  { messages }: Context,
  {
    groupId,
    member,
    position,
    limit,
  }: { groupId: string; member: MemberItem; position: Position; limit: number },
): Promise<StoredPage> {
  switch (position.at) {
    case 'end': {
      const found = await messages.lastOf(groupId, { from: 0, to: MAX_SEQ }, limit);
      return { messages: found, older: hasOlder(found), newer: false };
    }
    case 'before': {
      const found = await messages.lastOf(groupId, { from: 0, to: position.seq - 1 }, limit);
      // Messages that end right before a seq the client named go on there, as far as anybody knows.
      return { messages: found, older: hasOlder(found), newer: found.at(-1)?.seq === position.seq - 1 };
    }
    case 'after': {
      const found = await messages.after(groupId, position.seq, limit + 1);
      return forward(found, limit, member);
    }
    case 'around': {
      // As many before as behind; towards either end of the log, the page is moved so that it is full. A row can be a
      // second behind the log; where it does not know of the seq, the log is asked for its end.
      const last = position.seq > member.last_seq ? await messages.tail(groupId) : member.last_seq;
      const from = Math.max(1, Math.min(position.seq - Math.floor(limit / 2), last - limit + 1));
      const found = await messages.firstOf(groupId, { from, to: MAX_SEQ }, limit + 1);
      return forward(found, limit, member);
    }
  }
}

/**
 * A page that was read towards newer messages, with one more than it shows. One that was cut before a gap has none
 * more; the member's row may know better.
 */
function forward(found: readonly MessageItem[], limit: number, member: MemberItem) {
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const cut = last !== undefined && last.seq < member.last_seq;
  return { messages: shown, older: hasOlder(shown), newer: found.length > limit || cut };
}

/** Seqs start at 1 and have no gap: a page that does not start there has older messages before it. */
function hasOlder(messages: readonly MessageItem[]): boolean {
  return (messages[0]?.seq ?? 1) > 1;
}
