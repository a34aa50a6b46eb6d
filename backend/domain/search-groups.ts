import { NotFoundError } from '../errors.ts';
import { MAX_SEQ } from '../../schema/keys.ts';
import type { Dependencies } from './dependencies.ts';
import type { SummaryReader } from './group-summaries.ts';
import { orderKeyOf } from './inbox-order.ts';
import { MAX_DIRECT_ROWS, readInboxPage } from './list-inbox.ts';
import { type FoundMessage, lookBack, MAX_FOUND, MAX_LOOKED_AT } from './look-back.ts';
import { type Access, type AccessNeeds, readAccess } from './membership.ts';
import { peopleOf } from './message-details.ts';
import type { SeqRange } from './model.ts';
import type { NameReader } from './names.ts';
import { cursorOfSearch, type SearchPlace, searchPlaceIn } from './search-cursor.ts';

/** A page of what was found in all groups of a user. */
export interface SearchPage {
  /** Newest first within a group. */
  readonly found: readonly FoundMessage[];
  /** Number of messages that were looked at. */
  readonly count: number;
  readonly names: NameReader;
  /** The cursor of the next page; absent where everything was looked at. */
  readonly nextCursor?: string;
}

type Needs = AccessNeeds &
  Pick<Dependencies, 'codec' | 'names' | 'clock'> & { readonly summaries: SummaryReader };

/** Messages of each group that the first round looks at. Each round after it looks at twice as many. */
const FIRST_DEPTH = 100;
/** Groups that a request looks at, at most. */
export const MAX_GROUPS_LOOKED_AT = 20;
/** Bytes of texts after which a request begins no other Query, which may read 1 MB more. */
const ENOUGH_BYTES = 256 * 1_024;
/** How far the clocks of two processes may differ, in ms. */
const CLOCK_DIFFERENCE_MS = 10_000;

/** What a request may still look at. */
interface Budget {
  groups: number;
  messages: number;
  bytes: number;
}

interface Search {
  readonly userId: string;
  readonly words: readonly string[];
  readonly found: FoundMessage[];
  readonly left: Budget;
}

/**
 * Searches all groups of a user for messages with all of these words: one step of at most MAX_LOOKED_AT messages,
 * MAX_GROUPS_LOOKED_AT groups, or MAX_FOUND results. What a page of the inbox reads; 1 R for each direct group, 2 R for each
 * named one, and what `lookBack` costs in it.
 *
 * It goes in rounds, so that no group waits until a longer one was searched to its beginning: the first round looks at the
 * newest 100 messages of each group, the next at the 200 before them, then at 400. Within a round groups are in the order of the
 * inbox. A round begins in each group where the one before it ended, as the group's strongly read summary says: that seq only
 * grows, so two rounds may overlap by what was sent meanwhile, and nothing between them is left out.
 *
 * While a round goes on, groups with new messages move to the top of the inbox: the round may not have come to them yet. So a
 * round of several requests looks again at those that were active since it began.
 * @throws BadRequestError `cursor_invalid`; TextKeysUnavailableError.
 */
export async function searchGroups(
  needs: Needs,
  request: {
    readonly userId: string;
    /** Of `searchWordsOf`. */
    readonly words: readonly string[];
    readonly cursor?: string | undefined;
  },
): Promise<SearchPage> {
  const { userId, words, cursor } = request;
  const left = { groups: MAX_GROUPS_LOOKED_AT, messages: MAX_LOOKED_AT, bytes: ENOUGH_BYTES };
  const search: Search = { userId, words, found: [], left };
  let place: SearchPlace | undefined = searchPlaceIn(userId, words, cursor) ?? beginningOf(0, needs.clock());
  while (place && !isDone(search)) place = await lookOn(needs, search, place);
  return {
    found: search.found,
    count: MAX_LOOKED_AT - left.messages,
    names: await needs.names.read(search.found.flatMap(peopleOf)),
    ...(place && { nextCursor: cursorOfSearch(userId, words, place) }),
  };
}

function beginningOf(round: number, now: Date): SearchPlace {
  const began = new Date(now.getTime() - CLOCK_DIFFERENCE_MS).toISOString();
  return { round, began, isAgain: false, isDeeper: false, position: {} };
}

function isDone({ found, left }: Search): boolean {
  return found.length >= MAX_FOUND || left.groups <= 0 || left.messages <= 0 || left.bytes <= 0;
}

/** Looks at groups from a place on, as far as the request may. Returns the next place; undefined at the end. */
async function lookOn(needs: Needs, search: Search, place: SearchPlace): Promise<SearchPlace | undefined> {
  const { within, ...from } = place;
  let isDeeper = place.isDeeper;
  const lookAt = async (groupId: string, to?: number) => {
    const outcome = await lookAtGroup(needs, search, { groupId, round: place.round, to });
    isDeeper ||= outcome.isDeeper;
    return outcome.rest && { groupId, to: outcome.rest.to };
  };
  if (within) {
    const rest = await lookAt(within.groupId, within.to);
    return { ...from, isDeeper, ...(rest && { within: rest }) };
  }
  const page = await readGroups(needs, search, place);
  for (const [index, groupId] of page.groupIds.entries()) {
    const rest = await lookAt(groupId);
    if (!rest && !isDone(search)) continue;
    return { ...from, isDeeper, ...(rest && { within: rest }), position: page.positionAfter(index + 1) };
  }
  const position = page.positionAfter(page.groupIds.length);
  return position === 'end' ? afterRound(place, isDeeper, needs.clock()) : { ...from, isDeeper, position };
}

/** Groups of the inbox from a place on. */
async function readGroups(needs: Needs, { userId, left }: Search, { position, isAgain, began }: SearchPlace) {
  // Also a page without groups costs something.
  left.groups -= 1;
  if (position === 'end') return { groupIds: [], positionAfter: () => 'end' as const };
  const { shown, next, select } = await readInboxPage(needs, {
    ...{ userId, position, limit: MAX_GROUPS_LOOKED_AT, maxDirectRows: MAX_DIRECT_ROWS },
    isListed: () => true,
    isFirst: Object.keys(position).length === 0,
  });
  const active = isAgain ? shown.filter((entry) => orderKeyOf(entry) >= began) : shown;
  const isLast = next === undefined || active.length < shown.length;
  return {
    groupIds: active.map(({ row }) => row.groupId),
    positionAfter: (count: number): SearchPlace['position'] => {
      if (count < active.length) return select(count).next ?? 'end';
      return isLast ? 'end' : next;
    },
  };
}

/** The place after the last group of a round. */
function afterRound(place: SearchPlace, isDeeper: boolean, now: Date): SearchPlace | undefined {
  if (!place.isAgain && !isAtStart(place)) return { ...place, isDeeper, isAgain: true, position: {} };
  return isDeeper ? beginningOf(place.round + 1, now) : undefined;
}

/** Whether a round begins here: the order of the groups is then read once for all of them. */
function isAtStart({ position, within }: SearchPlace): boolean {
  return position !== 'end' && Object.keys(position).length === 0 && !within;
}

/** Looks at what a round looks at in one group; at nothing where the user has left it. */
async function lookAtGroup(
  needs: Needs,
  { userId, words, found, left }: Search,
  {
    groupId,
    round,
    to,
  }: { readonly groupId: string; readonly round: number; readonly to: number | undefined },
): Promise<{ readonly isDeeper: boolean; readonly rest?: SeqRange }> {
  left.groups -= 1;
  const access = await findAccess(needs, groupId, userId);
  const range = access && rangeOf(access, round, to);
  if (!range) return { isDeeper: false };
  const { rest, ...looked } = await lookBack(needs, {
    ...{ groupId, range, words },
    maxLookedAt: left.messages,
    maxFound: MAX_FOUND - found.length,
  });
  found.push(...looked.found);
  left.messages -= looked.count;
  left.bytes -= looked.bytes;
  return { isDeeper: range.from > 1, ...(rest && { rest }) };
}

async function findAccess(needs: Needs, groupId: string, userId: string): Promise<Access | undefined> {
  try {
    return await readAccess(needs, groupId, userId);
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/** The seqs of a group that a round looks at; undefined where there are none. @param to the highest that is left. */
function rangeOf(access: Access, round: number, to = MAX_SEQ): SeqRange | undefined {
  const { last_seq } = access.group ?? access.own;
  const range = {
    from: Math.max(1, last_seq - depthOf(round + 1) + 1),
    // The summary is late: the first round has what was sent after it too.
    to: Math.min(to, round === 0 ? MAX_SEQ : last_seq - depthOf(round)),
  };
  return range.to >= range.from ? range : undefined;
}

/** Number of messages of a group that the rounds before this one look at. */
const depthOf = (round: number): number => FIRST_DEPTH * (2 ** round - 1);
