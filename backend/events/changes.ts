import type { LogEntry, Member, NamedGroup, Reaction } from '../domain/model.ts';

/**
 * The users whom a change concerns: some users, or the members of a named group. The publisher never reads the members: a
 * process that has event streams of them knows which of its users are. `membershipSeq` was read strongly for the change
 * itself: a process that knows the members as of an earlier one follows the changes of members in between before it
 * delivers.
 */
export type Audience =
  { readonly userIds: readonly string[] } | { readonly groupId: string; readonly membershipSeq: number };

/** A message in one of its versions: of two, the one with the higher `rev` is newer. */
export interface Version {
  readonly seq: number;
  readonly rev: number;
}

/**
 * A change as it is published. The API publishes what it wrote, right after the write. The stream's handler publishes the
 * same once more, in case the API died in between: only which messages have which version. A process that has delivered
 * that version drops it; any other reads the message as it is by then. So a text that was deleted meanwhile is not sent.
 */
export type Change =
  /** A message was sent, edited or deleted. */
  | { readonly kind: 'message'; readonly to: Audience; readonly message: LogEntry }
  /** Messages of a group have at least these versions. */
  | {
      readonly kind: 'versions';
      readonly to: Audience;
      readonly groupId: string;
      readonly versions: readonly Version[];
    }
  /**
   * The reactions to messages of a group were changed. They have no version, so every process that has listeners reads
   * them again, and then the group's members.
   */
  | {
      readonly kind: 'reactions';
      readonly to: Audience;
      readonly groupId: string;
      readonly seqs: readonly number[];
    }
  /** Messages of a group were pinned or unpinned. It is delivered like reactions. */
  | { readonly kind: 'pins'; readonly to: Audience; readonly groupId: string }
  /** An entry of a group's change log. All that it names was published before it. */
  | {
      readonly kind: 'change';
      readonly to: Audience;
      readonly groupId: string;
      readonly change: number;
      readonly seqs: readonly number[];
    }
  /** The message at `seq` made a user a member of a group, or ended that. Their process reads whether they are one now. */
  | {
      readonly kind: 'membership';
      readonly userId: string;
      readonly groupId: string;
      readonly seq: number;
    }
  /** What a member's row says of its user alone has changed: a read mark. `group`: of a named one. */
  | { readonly kind: 'message_group'; readonly row: Member; readonly group?: NamedGroup }
  /** The message at `seq` changed what is shown of a named group. Each listener gets the group with their own row. */
  | { readonly kind: 'group'; readonly groupId: string; readonly seq: number }
  /** A user is typing. It is not for that user. */
  | {
      readonly kind: 'typing';
      readonly to: Audience;
      readonly groupId: string;
      readonly userId: string;
    };

/** A change of one kind, or of some kinds. */
export type ChangeOf<Kind extends Change['kind']> = Extract<Change, { readonly kind: Kind }>;

/** What an event stream shows of changes. */
export type ShownEvent =
  | { readonly kind: 'message'; readonly message: LogEntry }
  | {
      readonly kind: 'reactions';
      readonly groupId: string;
      readonly seq: number;
      readonly reactions: readonly Reaction[];
    }
  /** The seqs of all pinned messages, in order. */
  | { readonly kind: 'pins'; readonly groupId: string; readonly seqs: readonly number[] }
  | Pick<ChangeOf<'change'>, 'kind' | 'groupId' | 'change' | 'seqs'>
  | ChangeOf<'message_group'>
  | { readonly kind: 'message_group_left'; readonly groupId: string }
  | Pick<ChangeOf<'typing'>, 'kind' | 'groupId' | 'userId'>;

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
export type ChannelEvent = Change | { readonly kind: 'ready' };

export type Listener = (event: ChannelEvent) => void;

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
    case 'versions':
    case 'reactions':
    case 'pins':
    case 'change':
      return channelsTo(change.to);
    case 'typing':
      return channelsTo(change.to, change.userId);
    case 'message_group':
      return [userChannel(change.row.userId)];
    case 'membership':
      return [userChannel(change.userId)];
    case 'group':
      return [groupChannel(change.groupId)];
  }
}

function channelsTo(to: Audience, except?: string): readonly Channel[] {
  if ('groupId' in to) return [groupChannel(to.groupId)];
  return to.userIds.filter((userId) => userId !== except).map(userChannel);
}
