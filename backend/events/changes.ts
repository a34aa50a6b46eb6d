import type { LogEntry, Member, NamedGroup } from '../domain/model.ts';

/**
 * The users whom a change concerns: some users, or the members of a named group. The publisher never reads the members: a
 * process that has event streams of them knows which of its users are. `membershipSeq` was read strongly for the change
 * itself: a process that has verified its users as of an earlier one verifies them again before it delivers.
 */
export type Audience =
  { readonly userIds: readonly string[] } | { readonly groupId: string; readonly membershipSeq: number };

/** A change as it is stored, with its audience. */
export type Change =
  /** A message was sent, edited or deleted: of two versions the one with the higher `rev` is newer. */
  | { readonly kind: 'message'; readonly to: Audience; readonly message: LogEntry }
  /**
   * A member's row was created, or what it says of its user alone has changed: a read mark. It is for that user. `group`
   * where it was read or written with the row; of a direct group the row has the summary.
   */
  | { readonly kind: 'message_group'; readonly row: Member; readonly group?: NamedGroup }
  /** A named group has another name. It is for each member, with their own row. */
  | { readonly kind: 'group'; readonly group: NamedGroup }
  /** The user is no longer a member. `seq`: of the system message about it. */
  | {
      readonly kind: 'message_group_left';
      readonly userId: string;
      readonly groupId: string;
      readonly seq: number;
    }
  /** A user is typing. It is not for that user. */
  | {
      readonly kind: 'typing';
      readonly to: Audience;
      readonly groupId: string;
      readonly userId: string;
    };

/** A change of one kind, or of some kinds. */
export type ChangeOf<Kind extends Change['kind']> = Extract<Change, { readonly kind: Kind }>;

/** A change that an event stream shows. A changed group is shown to each member as their own `message_group`. */
export type ShownChange = Exclude<Change, ChangeOf<'group'>>;

/** Where changes are published: each user has a channel, and each named group. */
export type Channel = `user:${string}` | `group:${string}`;

/** The channel of a user's direct groups, and of what concerns this user alone. */
export const userChannel = (userId: string): Channel => `user:${userId}`;

/** The channel of a named group's members. */
export const groupChannel = (groupId: string): Channel => `group:${groupId}`;

/**
 * What a channel carries. `ready`: the subscription is active; repeated whenever changes may have been lost, for example
 * after a reconnection.
 */
export type StreamEvent = Change | { readonly kind: 'ready' };

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
  /**
   * Subscribes to a channel and returns the unsubscribe function. The first call of the listener is with `ready`, and it
   * is never called before this returns.
   */
  subscribe(channel: Channel, listener: Listener): () => void;
}

/** Live events of all processes that share them. */
export interface Events extends Publisher, Subscriptions {
  close(): Promise<void>;
}

/** The channels that a change is published to: one for a named group, whatever the number of its members. */
export function channelsOf(change: Change): readonly Channel[] {
  switch (change.kind) {
    case 'message':
      return channelsTo(change.to);
    case 'typing':
      return channelsTo(change.to, change.userId);
    case 'message_group':
      return [userChannel(change.row.userId)];
    case 'message_group_left':
      return [userChannel(change.userId)];
    case 'group':
      return [groupChannel(change.group.groupId)];
  }
}

function channelsTo(to: Audience, except?: string): readonly Channel[] {
  if ('groupId' in to) return [groupChannel(to.groupId)];
  return to.userIds.filter((userId) => userId !== except).map(userChannel);
}
