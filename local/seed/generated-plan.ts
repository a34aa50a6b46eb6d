import { UserError } from '../../cli/user-error.ts';
import { DETAILS, FIRST_NAMES, LAST_NAMES, TALKS } from './generated-content.ts';
import type { SeedConversation, SeedPerson, SeedPlan } from './plan.ts';

/** How much to generate. */
export interface SeedSize {
  readonly users: number;
  /** Direct conversations. */
  readonly groups: number;
  /** Number of messages in all conversations together. */
  readonly messages: number;
}

/** The number of pairs of a first and a last name. */
const MAX_USERS = 10_000;
const MAX_MESSAGES = 1_000_000;
const DEFAULT_USERS = 20;
const GROUPS_PER_USER = 2;
const MESSAGES_PER_GROUP = 10;
const MINUTE_MS = 60_000;

/**
 * Fills in the numbers that were not given.
 * @throws UserError for numbers that do not fit together.
 */
export function seedSize(given: Partial<SeedSize>): SeedSize {
  const users = given.users ?? DEFAULT_USERS;
  const pairs = (users * (users - 1)) / 2;
  const groups = given.groups ?? Math.min(users * GROUPS_PER_USER, pairs, given.messages ?? Infinity);
  const messages = given.messages ?? groups * MESSAGES_PER_GROUP;
  if (users < 1 || users > MAX_USERS) throw new UserError(`--users must be 1 to ${MAX_USERS}`);
  if (groups > pairs)
    throw new UserError(`--groups must be at most ${pairs}: ${users} users make no more pairs`);
  if (messages > MAX_MESSAGES) throw new UserError(`--messages must be at most ${MAX_MESSAGES}`);
  if (messages < groups)
    throw new UserError(`--messages must be at least ${groups}: one for each of --groups`);
  if (groups === 0 && messages > 0)
    throw new UserError('--messages must be 0: there are no --groups to send them to');
  return { users, groups, messages };
}

/** Generates as many people, conversations and messages as requested; the same ones for the same numbers. */
export function generatedPlan({ users, groups, messages }: SeedSize, now: Date): SeedPlan {
  const people = Array.from({ length: users }, (_, index) => person(index));
  const conversations: SeedConversation[] = [];
  for (const [one, other] of pairs(people)) {
    const place = conversations.length;
    if (place === groups) break;
    // The remainder goes to the first conversations, one each.
    const length = Math.floor(messages / groups) + (place < messages % groups ? 1 : 0);
    conversations.push(conversation([one.handle, other.handle], length, now));
  }
  return { people, conversations };
}

/** Returns the person with a number: every pair of a first and a last name occurs once. */
function person(index: number): SeedPerson {
  const round = Math.floor(index / FIRST_NAMES.length);
  const first = FIRST_NAMES[index % FIRST_NAMES.length];
  const last = LAST_NAMES[(index + round) % LAST_NAMES.length];
  return { handle: `${first}.${last}`.toLowerCase(), display_name: `${first} ${last}` };
}

/** Yields each pair once: neighbours first, then people two apart, and so on: even a few pairs include every user. */
function* pairs(people: readonly SeedPerson[]): Generator<[SeedPerson, SeedPerson]> {
  for (let apart = 1; apart <= people.length / 2; apart += 1) {
    for (const [index, one] of people.entries()) {
      const other = people[(index + apart) % people.length];
      // At half the circle, the second half of the people are the partners of the first half.
      if (!other || (apart * 2 === people.length && index >= apart)) continue;
      yield [one, other];
    }
  }
}

/**
 * Chooses the text of a message by its conversation's members and its position alone, so that a longer conversation begins
 * like a shorter one, whatever else is in the plan.
 */
function conversation(between: readonly [string, string], length: number, now: Date): SeedConversation {
  const start = now.getTime() - length * MINUTE_MS;
  const lines = talk(between.join(' '));
  const messages = Array.from({ length }, (_, place) => ({
    from: between[place % 2 === 0 ? 0 : 1],
    text: lines.next().value,
    at: new Date(start + place * MINUTE_MS),
  }));
  return { between, messages, unreadBy: [between[1]] };
}

/** Yields talk after talk without end, from one that the name selects. */
function* talk(name: string): Generator<string, never> {
  const begin = Array.from(name).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_003, 7);
  for (let round = begin; ; round += 1) {
    for (const line of TALKS[round % TALKS.length] ?? []) yield withDetails(line, round);
  }
}

function withDetails(line: string, round: number): string {
  return line.replaceAll(/\{(\w+)\}/g, (_, kind: string) => {
    const details = DETAILS[kind] ?? [];
    // Different details each time the same talk returns.
    return details[(round + Math.floor(round / TALKS.length)) % details.length] ?? '';
  });
}
