import type { Group, LogEntry, Member } from '../domain/model.ts';

/**
 * A change as it is stored, with the users to notify. The publisher has read the members strongly and passes them on:
 * no subscriber looks up memberships later.
 */
export type Change =
  /** A message was sent, edited or deleted: of two versions the one with the higher `rev` is newer. */
  | { readonly kind: 'message'; readonly to: readonly string[]; readonly message: LogEntry }
  /**
   * A member's row was created, or something that it displays has changed; each row goes to its own user. With `group`
   * when META has changed: other processes may have cached an older name for some seconds.
   * For a new member this is published before the system message about their joining: until it arrives, a user who
   * once left the group receives nothing of it.
   */
  | { readonly kind: 'message_group'; readonly rows: readonly Member[]; readonly group?: Group }
  /** The users are no longer members. `seq`: of the system message about it. */
  | {
      readonly kind: 'message_group_left';
      readonly to: readonly string[];
      readonly groupId: string;
      readonly seq: number;
    }
  /** A user is typing; that user is not in `to`. */
  | {
      readonly kind: 'typing';
      readonly to: readonly string[];
      readonly groupId: string;
      readonly userId: string;
    };

/** A change as one user receives it. */
export type UserEvent =
  | { readonly kind: 'message'; readonly message: LogEntry }
  | { readonly kind: 'message_group'; readonly row: Member; readonly group?: Group }
  | { readonly kind: 'message_group_left'; readonly groupId: string; readonly seq: number }
  | { readonly kind: 'typing'; readonly groupId: string; readonly userId: string };

/**
 * What a subscription delivers. `ready`: every event from now on is delivered. It comes first, and again whenever events
 * may have been lost: then clients fetch again what they display.
 */
export type StreamEvent = UserEvent | { readonly kind: 'ready' };

export type Listener = (event: StreamEvent) => void;

export interface Publisher {
  /**
   * Publishes a change, best effort: it never rejects, and logs what cannot be published. The table has the change
   * before it is published, so clients can fetch whatever is lost.
   * No request waits for it, because an unresponsive server is detected only after seconds. The Lambda does wait.
   */
  publish(change: Change): Promise<void>;
}

export interface Subscriptions {
  /** Subscribes to a user's events and returns the unsubscribe function. The listener is never called before it returns. */
  subscribe(userId: string, listener: Listener): () => void;
}

/** Live events of all processes that share them. */
export interface Events extends Publisher, Subscriptions {
  close(): Promise<void>;
}

/**
 * Returns the event of each user that a change concerns. Users with the same event get the same object, so that work
 * on it can be done once.
 */
export function eventsOf(change: Change): (readonly [userId: string, event: UserEvent])[] {
  const { kind } = change;
  switch (kind) {
    case 'message_group': {
      const { rows, group } = change;
      return rows.map((row) => [row.userId, { kind, row, ...(group && { group }) }]);
    }
    case 'message': {
      const event = { kind, message: change.message };
      return change.to.map((userId) => [userId, event]);
    }
    case 'message_group_left': {
      const event = { kind, groupId: change.groupId, seq: change.seq };
      return change.to.map((userId) => [userId, event]);
    }
    case 'typing': {
      const event = { kind, groupId: change.groupId, userId: change.userId };
      return change.to.map((userId) => [userId, event]);
    }
  }
}
