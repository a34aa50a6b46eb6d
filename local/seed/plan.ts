/** A user that a seed creates. */
export interface SeedPerson {
  readonly handle: string;
  readonly display_name: string;
}

export interface SeedMessage {
  /** Handle of its author. */
  readonly from: string;
  readonly text: string;
  readonly at: Date;
}

/** A conversation that a seed makes. */
export interface SeedConversation {
  /** Of a group. Absent: it is direct, between exactly two. */
  readonly name?: string;
  /** Handles. The first one creates a group. */
  readonly between: readonly [string, string, ...string[]];
  /** Oldest first. The position of a message must never change: a repetition recognises messages by their position. */
  readonly messages: readonly SeedMessage[];
  /** The members who have not read it; the others have read all of it. */
  readonly unreadBy: readonly string[];
}

/** What a seed makes. */
export interface SeedPlan {
  readonly people: readonly SeedPerson[];
  readonly conversations: readonly SeedConversation[];
}

/** Messages in a plan. */
export function messageCount(plan: SeedPlan): number {
  return plan.conversations.reduce((sum, conversation) => sum + conversation.messages.length, 0);
}
