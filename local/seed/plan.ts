/** A user that a seed creates. */
export interface SeedPerson {
  readonly handle: string;
  readonly display_name: string;
}

export interface SeedMessage {
  /** Handle of the author. */
  readonly from: string;
  readonly text: string;
  readonly at: Date;
  /** What others did with it. */
  readonly uses?: SeedUses;
}

/** What people did with a message. */
export interface SeedUses {
  /** It replies to the message that is so many places before it. */
  readonly repliesBack?: number;
  /** Handles of those who reacted, by emoji. */
  readonly reactions?: Readonly<Record<string, readonly string[]>>;
  /** Handle of the member who pinned it. */
  readonly pinnedBy?: string;
}

/** A conversation that a seed creates. */
export interface SeedConversation {
  /** Name of a group. Absent: the conversation is direct, between exactly two people. */
  readonly name?: string;
  /** Whether any user can find and join the group. */
  readonly isPublic?: boolean;
  /** Handles of the members. The first member creates a group. */
  readonly between: readonly [string, string, ...string[]];
  /** Oldest first. The position of a message must never change: a repeated seed recognises messages by their position. */
  readonly messages: readonly SeedMessage[];
  /** The members who have not read the conversation; the others have read all of it. */
  readonly unreadBy: readonly string[];
}

/** Everything that a seed creates. */
export interface SeedPlan {
  readonly people: readonly SeedPerson[];
  readonly conversations: readonly SeedConversation[];
}

/** Counts the messages in a plan. */
export function messageCount(plan: SeedPlan): number {
  return plan.conversations.reduce((sum, conversation) => sum + conversation.messages.length, 0);
}
