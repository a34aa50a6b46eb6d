import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/*
 * A day of bursty chat, generated from a seed: who writes what where, and who looks at their inbox when. People write in
 * turns of some lines, turns follow each other in sessions, and a conversation has some sessions a day.
 */

/** Users and the conversations between them, each as the places of its members among the users. */
export interface Scene {
  readonly name: string;
  /** Members of each conversation. */
  readonly size: number;
  /** Number of users, and how many of them, the first ones, do something on the day. */
  readonly users: number;
  readonly active: number;
  readonly conversations: readonly (readonly number[])[];
}

/** What each active user does on a day. */
export interface Activity {
  readonly sends: number;
  readonly inboxReads: number;
}

/** One message. Times are milliseconds from midnight. */
export interface TracedSend {
  readonly at: number;
  /** Place of the author among the users. */
  readonly user: number;
  readonly conversation: number;
  /** Length of the text, in characters. */
  readonly length: number;
}

/** One look at an inbox. */
export interface TracedRead {
  readonly at: number;
  readonly user: number;
}

/** A day, in the order of time. */
export interface Trace {
  readonly sends: readonly TracedSend[];
  readonly inboxReads: readonly TracedRead[];
}

/** A range that numbers are drawn from, both ends included. */
type Range = readonly [low: number, high: number];

const HOUR_MS = 3_600_000;
/** When people are awake. */
const DAY_MS: Range = [8 * HOUR_MS, 23 * HOUR_MS];
/** Lines that one person sends in a row, and turns of a session. */
const LINES_OF_TURN: Range = [1, 4];
const TURNS_OF_SESSION: Range = [2, 10];
/** Pauses between the lines of a turn, and between turns. Short ones are more frequent: they are drawn by their logarithm. */
const PAUSE_IN_TURN_MS: Range = [300, 6_000];
const PAUSE_BETWEEN_TURNS_MS: Range = [800, 60_000];
const TEXT_LENGTH: Range = [4, 160];

/** Pairs in a circle: each user writes with the two on either side. */
export function pairs(users: number): Scene {
  const conversations = Array.from({ length: users }, (_, user) =>
    [1, 2].map((distance) => [user, (user + distance) % users]),
  ).flat();
  return { name: 'pairs', size: 2, users, active: users, conversations };
}

/** A team that shares some groups, of all its people. @param active how many of them write and read. */
export function team(users: number, groups: number, active: number): Scene {
  const everyone = Array.from({ length: users }, (_, user) => user);
  return {
    name: `groups of ${users}`,
    size: users,
    users,
    active,
    conversations: Array.from({ length: groups }, () => everyone),
  };
}

/** Generates a day: the same for the same seed. Every active user does exactly what `activity` says. */
export function generateTrace(scene: Scene, activity: Activity, seed: number): Trace {
  const random = new Random(seed);
  const sends = sessionsOf(scene, activity, random).flatMap((turns) => sendsOf(turns, random));
  const inboxReads = Array.from({ length: scene.active }, (_, user) =>
    Array.from({ length: activity.inboxReads }, () => ({ at: random.within(DAY_MS), user })),
  ).flat();
  return { sends: sends.sort(byTime), inboxReads: inboxReads.sort(byTime) };
}

interface Turn {
  readonly user: number;
  readonly conversation: number;
  readonly lines: number;
}

/** Deals every active user's lines to their conversations, and the turns of each conversation to sessions. */
function sessionsOf({ active, conversations }: Scene, { sends }: Activity, random: Random): Turn[][] {
  const turns = conversations.map((): Turn[] => []);
  for (let user = 0; user < active; user += 1) {
    const own = conversations.flatMap((members, conversation) =>
      members.includes(user) ? [conversation] : [],
    );
    for (let left = sends; left > 0;) {
      const lines = Math.min(left, random.within(LINES_OF_TURN));
      const conversation = own[random.within([0, own.length - 1])] ?? 0;
      turns[conversation]?.push({ user, conversation, lines });
      left -= lines;
    }
  }
  return turns.flatMap((ofOne) => {
    const shuffled = random.shuffled(ofOne);
    const sessions: Turn[][] = [];
    while (shuffled.length > 0) sessions.push(shuffled.splice(0, random.within(TURNS_OF_SESSION)));
    return sessions;
  });
}

function sendsOf(turns: readonly Turn[], random: Random): TracedSend[] {
  let at = random.within(DAY_MS);
  return turns.flatMap(({ user, conversation, lines }, turn) => {
    if (turn > 0) at += random.pause(PAUSE_BETWEEN_TURNS_MS);
    return Array.from({ length: lines }, (_, line) => {
      if (line > 0) at += random.pause(PAUSE_IN_TURN_MS);
      return { at, user, conversation, length: random.within(TEXT_LENGTH) };
    });
  });
}

function byTime(one: { readonly at: number }, other: { readonly at: number }): number {
  return one.at - other.at;
}

/** A batch of the table's stream. */
export interface Batch {
  /** When it is handed to the function. */
  readonly at: number;
  readonly sends: readonly TracedSend[];
}

/**
 * The batches in which the stream of one shard delivers these messages: the first message opens a window, and what comes
 * within it belongs to the batch. With a window of 0 each message is a batch.
 */
export function batchesOf(sends: readonly TracedSend[], windowMs: number): Batch[] {
  const batches: { at: number; sends: TracedSend[] }[] = [];
  for (const send of sends) {
    const open = batches.at(-1);
    if (open && send.at < open.at) open.sends.push(send);
    else batches.push({ at: send.at + windowMs, sends: [send] });
  }
  return batches;
}

/** Random numbers that a seed repeats. */
class Random {
  readonly #generator;

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }

  within([low, high]: Range): number {
    return uniformInt(this.#generator, low, high);
  }

  /** A duration whose logarithm is uniform, in whole ms. */
  pause([shortest, longest]: Range): number {
    const share = this.within([0, 1_000_000]) / 1_000_000;
    return Math.round(shortest * (longest / shortest) ** share);
  }

  shuffled<Value>(values: readonly Value[]): Value[] {
    return values
      .map((value) => ({ value, key: this.within([0, 0x7fff_ffff]) }))
      .sort((one, other) => one.key - other.key)
      .map(({ value }) => value);
  }
}
