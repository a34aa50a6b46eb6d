import PQueue from 'p-queue';
import type { LogEntry, Member, NamedGroup, Reaction } from '../domain/model.ts';
import type { ChangeOf, ShownEvent } from './changes.ts';

/** Reads who is in which group. */
export interface MemberReader {
  /** A user's rows of named groups, from the index: eventually consistent. */
  namedRows(userId: string): Promise<readonly Member[]>;
  /** One member's row, strongly read: 1 R. */
  find(groupId: string, userId: string): Promise<Member | undefined>;
  /** The rows of those who are members, strongly read, in no order: 1 R a user. */
  findMany(groupId: string, userIds: readonly string[]): Promise<readonly Member[]>;
}

export interface GroupReader {
  /** A named group, strongly read, with a summary that is at least as new as a message: 1 R or 2 R. */
  readAsOf(groupId: string, seq: number): Promise<NamedGroup | undefined>;
}

export interface MessageReader {
  /** Messages by seq, strongly read; those that are not there are left out. 1 R for each 4 KB of each. */
  entriesAt(groupId: string, seqs: readonly number[]): Promise<ReadonlyMap<number, LogEntry>>;
}

export interface ChangeReader {
  /** The number of a group's newest change, strongly read; 0 for none: 1 R. */
  newest(groupId: string): Promise<number>;
}

export interface ReactionReader {
  /**
   * The reactions to messages by seq, strongly read; messages that are not there are left out. 1 R for each 4 KB of each
   * message, and 1 R for 4 KB of reactions.
   */
  readAt(groupId: string, seqs: readonly number[]): Promise<ReadonlyMap<number, readonly Reaction[]>>;
}

export interface PinReader {
  /** The pinned seqs of a group, strongly read. 1 R. */
  find(groupId: string): Promise<ReadonlySet<number>>;
}

/** What events are delivered with, strongly read where the log must prove something. */
export interface Readers {
  readonly members: MemberReader;
  readonly groups: GroupReader;
  readonly messages: MessageReader;
  readonly changes: ChangeReader;
  readonly reactions: ReactionReader;
  readonly pins: PinReader;
}

/** Reads what a publication of reactions or pins is about, as it is by now. */
export async function readAnnotationEvents(
  { reactions, pins }: Pick<Readers, 'reactions' | 'pins'>,
  change: ChangeOf<'reactions' | 'pins'>,
): Promise<ShownEvent[]> {
  const { groupId } = change;
  if (change.kind === 'pins') {
    const seqs = [...(await pins.find(groupId))].sort((one, other) => one - other);
    return [{ kind: 'pins', groupId, seqs }];
  }
  const found = await reactions.readAt(groupId, change.seqs);
  return [...found].map(([seq, now]) => ({ kind: 'reactions', groupId, seq, reactions: now }));
}

/** Reads of rows at once: when a process starts, all its clients open their streams within seconds. */
const MAX_READS = 50;

/**
 * Reads a user's rows whenever their streams have to be subscribed. Those who wait together share a read. It begins after
 * all of their subscriptions, so a membership that is not in it is published to them; a read under way proves less.
 */
export class NamedRowReads {
  readonly #members: Pick<MemberReader, 'namedRows'>;
  readonly #queue = new PQueue({ concurrency: MAX_READS });
  readonly #underWay = new Map<string, Promise<unknown>>();
  readonly #waiting = new Map<string, Promise<readonly Member[]>>();

  constructor(members: Pick<MemberReader, 'namedRows'>) {
    this.#members = members;
  }

  /** 0.5 R for each 4 KB of the user's rows of named groups. */
  read(userId: string): Promise<readonly Member[]> {
    const shared = this.#waiting.get(userId);
    if (shared) return shared;
    const reading = this.#readAfter(userId, this.#underWay.get(userId));
    this.#waiting.set(userId, reading);
    return reading;
  }

  async #readAfter(userId: string, before: Promise<unknown> | undefined): Promise<readonly Member[]> {
    await before;
    return this.#queue.add(() => {
      this.#waiting.delete(userId);
      const rows = this.#members.namedRows(userId);
      const settled = rows.then(noValue, noValue);
      this.#underWay.set(userId, settled);
      // The next read waits for this one, so it is under way only after that.
      void settled.then(() => this.#underWay.delete(userId));
      return rows;
    });
  }
}

const noValue = (): void => undefined;
