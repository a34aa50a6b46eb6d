import { MAX_SEQ } from '../../schema/keys.ts';
import { NotFoundError } from '../errors.ts';
import type { Dependencies } from './dependencies.ts';
import type { Member, Message } from './model.ts';
import type { NameReader } from './names.ts';
import { peopleIn } from './system-messages.ts';

/** A position in a log. */
export type Position =
  { readonly at: 'end' } | { readonly at: 'before' | 'after' | 'around'; readonly seq: number };

export interface HistoryPage {
  /** Oldest first, dense. */
  readonly messages: readonly Message[];
  readonly names: NameReader;
  /** Whether there are older, and newer, messages than these. */
  readonly older: boolean;
  readonly newer: boolean;
}

type Needs = Pick<Dependencies, 'members' | 'messages' | 'names'>;
type Page = Omit<HistoryPage, 'names'>;

/**
 * A page of a group's log. 1 R for the membership, and what the messages weigh: read strongly for `after`, by which a
 * client repairs its gaps, and eventually otherwise.
 * @throws NotFoundError for a user who is not a member.
 */
export async function listMessages(
  needs: Needs,
  request: {
    readonly groupId: string;
    readonly userId: string;
    readonly position: Position;
    readonly limit: number;
  },
): Promise<HistoryPage> {
  const { groupId, userId, position, limit } = request;
  const member = await needs.members.find(groupId, userId);
  if (!member) throw new NotFoundError();
  const page = await readPage(needs, { groupId, member, position, limit });
  const people = page.messages.flatMap((message) => [message.user_uuid, ...peopleIn(message)]);
  return { ...page, names: await needs.names.read(people) };
}

async function readPage(
  { messages }: Needs,
  {
    groupId,
    member,
    position,
    limit,
  }: { groupId: string; member: Member; position: Position; limit: number },
): Promise<Page> {
  switch (position.at) {
    case 'end': {
      const found = await messages.lastOf(groupId, { from: 0, to: MAX_SEQ }, limit);
      return { messages: found, older: hasOlder(found), newer: false };
    }
    case 'before': {
      const found = await messages.lastOf(groupId, { from: 0, to: position.seq - 1 }, limit);
      // A page that ends right before the seq that the client named continues there, as far as is known.
      return { messages: found, older: hasOlder(found), newer: found.at(-1)?.seq === position.seq - 1 };
    }
    case 'after': {
      const found = await messages.after(groupId, position.seq, limit + 1);
      return forward(found, limit, member);
    }
    case 'around': {
      // As many before as after; near either end of the log the page is moved so that it is full. A row can be a second
      // behind the log; where it does not know of the seq, the log's tail is read.
      const last = position.seq > member.last_seq ? await messages.tail(groupId) : member.last_seq;
      const from = Math.max(1, Math.min(position.seq - Math.floor(limit / 2), last - limit + 1));
      const found = await messages.firstOf(groupId, { from, to: MAX_SEQ }, limit + 1);
      return forward(found, limit, member);
    }
  }
}

/**
 * A page that was read towards newer messages, with one more than it shows. A page that was cut before a gap has no extra
 * message; then the member's row shows whether there are newer ones.
 */
function forward(found: readonly Message[], limit: number, member: Member): Page {
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const cut = last !== undefined && last.seq < member.last_seq;
  return { messages: shown, older: hasOlder(shown), newer: found.length > limit || cut };
}

/** Seqs start at 1 and have no gap: a page that does not start there has older messages before it. */
function hasOlder(messages: readonly Message[]): boolean {
  return (messages[0]?.seq ?? 1) > 1;
}
