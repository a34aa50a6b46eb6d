import type { InboxKey, Key } from './keys.ts';

/**
 * Items as they are stored. All times are UTC ISO 8601 with milliseconds and `Z`.
 * Attributes that can be absent are optional; `null` is stored where absence would be a fact of its own.
 */

export type GroupKind = 'direct' | 'group';
export type Role = 'owner' | 'admin' | 'member';
export type MessageKind = 'text' | 'system';

/** A conversation. `pk = GRP#<group>`, `sk = META`. */
export interface GroupItem extends Key {
  readonly kind: GroupKind;
  /** Only a `group` has a name; a direct group shows the other person's. */
  readonly name?: string;
  readonly created_by: string;
  readonly created_at: string;
  readonly member_count: number;
  /** Of a group that was created with an `Idempotency-Key`: the SHA-256 of what was asked for, which a repeat must have. */
  readonly request_digest?: string;
}

/** A text as it is stored: as it is, or sealed for whoever has the key. No text that somebody wrote is ever bytes. */
export type StoredText = string | Uint8Array;

/** The part of a member that the inbox shows. The highest (last_seq, last_rev) wins, whatever order facts arrive in. */
export interface Summary {
  readonly last_seq: number;
  readonly last_rev: number;
  /** `created_at` of the newest message, never its `edited_at`. */
  readonly last_at: string;
  /** User id of the newest message's author. */
  readonly last_by: string;
  /** The newest message's kind; absent: `text`. */
  readonly last_kind?: MessageKind;
  /** What the newest message tells of, where it is a system message: each reader's preview is worded from it. */
  readonly last_event?: SystemEvent | undefined;
  /** At most PREVIEW_CODE_POINTS of the newest message; null when it is a tombstone. */
  readonly preview: StoredText | null;
}

/** One user's place in one group. `pk = GRP#<group>`, `sk = MEMBER#<user>`. */
export interface MemberItem extends Key, InboxKey, Summary {
  readonly role: Role;
  readonly joined_at: string;
  /** The seq this membership began with. A row with another one is another membership of the same user. */
  readonly joined_seq: number;
  /** Only grows. Own messages raise it. */
  readonly read_seq: number;
  /** Seqs that were deleted while unread; what stands at or below `read_seq` counts for nothing. Absent when empty. */
  readonly deleted_seqs?: ReadonlySet<number>;
  /**
   * Where there are more unread tombstones than MAX_DELETED_SEQS, those up to this seq are only counted; `deleted_seqs`
   * holds those behind it. At or below `read_seq` it counts for nothing, and `folded_count` with it.
   */
  readonly folded_seq?: number;
  /** How many tombstones there are behind `read_seq`, up to `folded_seq`. There if and only if that is. */
  readonly folded_count?: number;
  /** In a direct group: the other user. */
  readonly peer?: string;
}

/** One entry of a group's log. `pk = GRP#<group>`, `sk = MSG#<seq>`. */
export interface MessageItem extends Key {
  readonly seq: number;
  /** How often it was changed after it was sent. */
  readonly rev: number;
  readonly message_uuid: string;
  readonly user_uuid: string;
  readonly kind: MessageKind;
  /** What a `system` message tells of, for clients that word it themselves. Only there. */
  readonly data?: SystemEvent;
  /** The text; null in a tombstone. Of a `system` message: English words for `data`, with the names of that moment. */
  readonly message: StoredText | null;
  /** Of a sealed text that is too long for the members' summaries: its beginning, sealed, for them. */
  readonly preview?: Uint8Array;
  /** The sender's `Idempotency-Key`. */
  readonly client_key?: string;
  readonly created_at: string;
  readonly edited_at?: string;
  readonly deleted_at?: string;
}

/** What was done to a group, by the message's author. People are user ids. */
export type SystemEvent =
  | { readonly event: 'group_created'; readonly name: string }
  | { readonly event: 'group_renamed'; readonly name: string }
  | { readonly event: 'member_added'; readonly user_uuid: string }
  | { readonly event: 'member_removed'; readonly user_uuid: string }
  /** `new_owner` where the owner left and somebody stayed. */
  | { readonly event: 'member_left'; readonly new_owner?: string }
  | { readonly event: 'role_changed'; readonly user_uuid: string; readonly role: Role };

/** A person. `pk = USER#<user>`, `sk = PROFILE`. */
export interface ProfileItem extends Key {
  readonly handle: string;
  readonly display_name: string;
  readonly created_at: string;
}

/** Makes a handle unique and findable. `pk = HANDLE#<first two characters>`, `sk = <handle>`. */
export interface HandleItem extends Key {
  readonly user_uuid: string;
  readonly display_name: string;
}

/** Code points of a message that a summary shows. */
export const PREVIEW_CODE_POINTS = 100;

/** The most members a group can have: a transaction holds 100 items, and one that changes a group needs META and a message besides. */
export const MAX_MEMBERS = 98;

/** Unread tombstones that a member's row names one by one: numbers of 12 digits, so at most 4 KB of it. */
export const MAX_DELETED_SEQS = 500;
