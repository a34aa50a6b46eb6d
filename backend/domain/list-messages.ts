import { MAX_SEQ } from '../../schema/keys.ts';
import { readAnnotations } from './annotations.ts';
import type { Dependencies } from './dependencies.ts';
import { type AccessNeeds, readOwnRow } from './membership.ts';
import { type MessageDetails, readDetails } from './message-details.ts';
import type { Annotations, Message } from './model.ts';

/** A position in a log. */
export type Position =
  { readonly at: 'end' } | { readonly at: 'before' | 'after' | 'around'; readonly seq: number };

export interface HistoryPage {
  /** Oldest first, dense. */
  readonly messages: readonly Message[];
  readonly details: MessageDetails;
  readonly annotations: Annotations;
  /** Whether there are older, and newer, messages than these. */
  readonly older: boolean;
  readonly newer: boolean;
  /**
   * Of a page without a position or before one: the number of the group's newest change, read before the page. A client
   * that holds the page asks for the changes after it later.
   */
  readonly lastChange?: number;
}

type Needs = AccessNeeds & Pick<Dependencies, 'reactions' | 'pins' | 'names'>;
type Page = Pick<HistoryPage, 'messages' | 'older' | 'newer'>;

/**
 * A page of a group's log, strongly read. 1 R for the membership, 1 R for 4 KB of messages, 1 R for 4 KB of their
 * reactions, 1 R each for the pins, the newest change, and each message that is replied to and is not on the page.
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
  await readOwnRow(needs, groupId, userId);
  const hasChange = position.at === 'end' || position.at === 'before';
  // Read before the messages and their reactions: a change that comes in between is fetched once more, and none is missed.
  const lastChange = hasChange ? await needs.changes.newest(groupId) : undefined;
  const page = await readPage(needs, { groupId, position, limit });
  const [annotations, details] = await Promise.all([
    readAnnotations(needs, page.messages),
    readDetails(needs, page.messages),
  ]);
  return {
    ...page,
    details,
    annotations,
    ...(lastChange !== undefined && { lastChange }),
  };
}

async function readPage(
  { messages }: Needs,
  { groupId, position, limit }: { groupId: string; position: Position; limit: number },
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
    case 'after':
      return forward(await messages.after(groupId, position.seq, limit + 1), limit);
    case 'around':
      return around(messages, groupId, position.seq, limit);
  }
}

/** As many messages before a seq as after it. Near either end of the log the page is moved so that it is full. */
async function around(
  messages: Needs['messages'],
  groupId: string,
  seq: number,
  limit: number,
): Promise<Page> {
  const before = Math.floor(limit / 2);
  const from = Math.max(1, seq - before);
  const found = await messages.firstOf(groupId, { from, to: MAX_SEQ }, limit + 1);
  if (found.length >= limit || from === 1) return forward(found, limit);
  const last = await messages.lastOf(groupId, { from: 0, to: MAX_SEQ }, limit);
  return { messages: last, older: hasOlder(last), newer: false };
}

/** A page that was read towards newer messages, with one more than it shows. */
function forward(found: readonly Message[], limit: number): Page {
  const shown = found.slice(0, limit);
  return { messages: shown, older: hasOlder(shown), newer: found.length > limit };
}

/** Seqs start at 1 and have no gap: a page that does not start there has older messages before it. */
function hasOlder(messages: readonly Message[]): boolean {
  return (messages[0]?.seq ?? 1) > 1;
}
