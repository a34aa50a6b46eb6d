import type { Message, MessageGroup } from '../api/shapes.ts';

/**
 * What a client holds of one conversation in the list: the newest state that the API sent, and what events said after it.
 * Both may arrive twice, late and out of order. A row never returns to an older state, and its unread count is exact, or is
 * known not to be: then the row has to be fetched.
 *
 * Times are counted, not measured: an answer is as new as the moment in which it was requested.
 */
export interface HeldRow {
  /** The newest state that the API sent. Absent: the conversation is not loaded, and events came. */
  readonly base?: MessageGroup;
  /** When the summary in `base` was requested: the newest message, the counts and the mark. */
  readonly requestedAt: number;
  /** What is known of the rest of `base`, which has the user's own settings. */
  readonly settings: HeldSettings;
  /** The newest version of each message from the newest one of `base` on, by seq, as far as events brought it. */
  readonly news: ReadonlyMap<number, News>;
  /**
   * Unread texts of others up to the newest one of `base` that are known to be deleted: whether the count of `base` still
   * has them. It may have them for a second: the API counts a deletion when the table's stream has processed it.
   */
  readonly deleted: ReadonlyMap<number, boolean>;
  /** Unread texts of others up to the newest one of `base` that were edited: they may mention the user since, or no longer. */
  readonly edited: ReadonlySet<number>;
  /** Everything up to this seq was read. The mark of `base` may be lower. */
  readonly readSeq: number;
}

export interface News {
  readonly message: Message;
  /** When it was received. */
  readonly receivedAt: number;
}

/** What is known of the settings in a row's `base`. */
export interface HeldSettings {
  /** When the newest state was requested; it may have an older summary than the one that is held. */
  readonly statedAt: number;
  /** The newest message that this state knew. */
  readonly statedSeq: number;
  /** The message that brought the conversation back from the archive; 0: none. States without it are not believed. */
  readonly backSeq: number;
  /** The user's own text that ended the mark as unread; 0: none. States without it are not believed. */
  readonly answeredSeq: number;
  /** When the user's read mark ended the mark as unread. States that were requested before are not believed. */
  readonly readAt: number;
}
