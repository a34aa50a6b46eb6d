import type { Group, LogEntry, Member } from '../domain/model.ts';

/**
 * What happened, as it is stored, and who is to hear of it: read strongly by whoever publishes, and handed over here.
 * Nobody looks up later who is a member of what.
 */
export type Change =
  /** Sent, edited or deleted: `rev` says which is newer. */
  | { readonly kind: 'message'; readonly to: readonly string[]; readonly message: LogEntry }
  /**
   * A row was made, or something that it shows has changed; each is told to its own user. With `group` where the change
   * was one of META: other processes may remember an older name for some seconds.
   * Of a new member it is published before the message that tells of their joining: until it comes, whoever left a
   * group hears nothing of it.
   */
  | { readonly kind: 'message_group'; readonly rows: readonly Member[]; readonly group?: Group }
  /** They are members no more. `seq`: of the system message that tells of it. */
  | {
      readonly kind: 'message_group_left';
      readonly to: readonly string[];
      readonly groupId: string;
      readonly seq: number;
    }
  /** Somebody is writing something; they themselves are not among `to`. */
  | {
      readonly kind: 'typing';
      readonly to: readonly string[];
      readonly groupId: string;
      readonly userId: string;
    };

/** A change as one user hears of it. */
export type Told =
  | { readonly kind: 'message'; readonly message: LogEntry }
  | { readonly kind: 'message_group'; readonly row: Member; readonly group?: Group }
  | { readonly kind: 'message_group_left'; readonly groupId: string; readonly seq: number }
  | { readonly kind: 'typing'; readonly groupId: string; readonly userId: string };

/**
 * What a subscriber hears. `ready`: from now on everything is told. It comes first, and again whenever something may
 * have been missed: then whoever displays something has to fetch it anew.
 */
export type Heard = Told | { readonly kind: 'ready' };

export type Hearer = (heard: Heard) => void;

export interface Publisher {
  /**
   * Tells whoever is to hear of a change, as well as that can be done: it never rejects, and what cannot be told is
   * logged. A change is in the table before it is published, so nothing is lost that a client could not fetch.
   * No request waits for it: a server that has fallen silent is given up only after seconds. The Lambda does wait.
   */
  publish(change: Change): Promise<void>;
}

export interface Subscriptions {
  /** Tells what a user is to hear, until the function it answers with is called. Never tells anything before it returns. */
  subscribe(userId: string, hearer: Hearer): () => void;
}

/** Live events of every process that shares them. */
export interface Events extends Publisher, Subscriptions {
  close(): Promise<void>;
}

/**
 * What each user is told of a change. Those who are told the same are told the same object, so that whatever is made
 * of it can be made once.
 */
export function toldBy(change: Change): (readonly [userId: string, told: Told])[] {
  const { kind } = change;
  switch (kind) {
    case 'message_group': {
      const { rows, group } = change;
      return rows.map((row) => [row.userId, { kind, row, ...(group && { group }) }]);
    }
    case 'message': {
      const told = { kind, message: change.message };
      return change.to.map((userId) => [userId, told]);
    }
    case 'message_group_left': {
      const told = { kind, groupId: change.groupId, seq: change.seq };
      return change.to.map((userId) => [userId, told]);
    }
    case 'typing': {
      const told = { kind, groupId: change.groupId, userId: change.userId };
      return change.to.map((userId) => [userId, told]);
    }
  }
}
