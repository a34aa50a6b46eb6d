import type { GroupItem, MemberItem, MessageItem, ProfileItem, Summary } from '../../schema/items.ts';
import type { Key } from '../../schema/keys.ts';

/*
 * What a message, a member and a group are to the use cases: plain ids instead of keys, plain texts instead of encrypted
 * ones. Their attributes are those of the stored items (schema/items.ts). Stores take and return these.
 */

/** A message of a group's log, with its text. */
export interface Message extends Omit<MessageItem, keyof Key | 'message' | 'preview'> {
  readonly groupId: string;
  /** Null in a tombstone. */
  readonly message: string | null;
  /** The stored text cannot be decrypted; `message` says so. */
  readonly unreadable?: true;
}

/**
 * A message as its log has it: its text may be encrypted. Code that only passes messages on works with these, such as
 * the stream's handler, which has no key.
 */
export interface LogEntry extends Omit<MessageItem, keyof Key> {
  readonly groupId: string;
}

/** A user's membership of a group. The preview may be encrypted: see `InboxRow`. */
export interface Member extends Omit<MemberItem, keyof Key | 'inbox_pk'> {
  readonly groupId: string;
  readonly userId: string;
}

/** A row to be stored with a message that its summary shows: the preview is that message's. */
export type NewMember = Omit<Member, 'preview'>;

/** A member's row as the inbox shows it, with the preview as a plain text. */
export interface InboxRow extends Omit<Member, 'preview'> {
  readonly preview: string | null;
  /** The stored preview cannot be decrypted; `preview` says so. */
  readonly unreadable?: true;
}

/** A message group. */
export interface Group extends Omit<GroupItem, keyof Key> {
  readonly groupId: string;
}

/** A user's profile. */
export interface Profile extends Omit<ProfileItem, keyof Key> {
  readonly userId: string;
}

/** A user, with the names that others see. */
export type Person = Omit<Profile, 'created_at'>;

/** A range of a group's log, both ends included. `from` may be 0, the place before the first message, and is at most `to`. */
export interface SeqRange {
  readonly from: number;
  readonly to: number;
}

/** The unread tombstones that a member's row knows of. */
export interface Tombstones {
  /** One by one: those after `folded`. */
  readonly deleted_seqs: ReadonlySet<number>;
  /** Those up to `seq` are only counted. */
  readonly folded?: { readonly seq: number; readonly count: number } | undefined;
}

/** What the stream makes of a member's row. */
export interface SummaryChange {
  readonly summary: Summary;
  readonly read_seq: number;
  /** Seqs to add to `deleted_seqs`. */
  readonly deleted: readonly number[];
  /** Replaces all tombstones in the row; those to add are among them. */
  readonly tombstones?: Tombstones;
}

/** What a member's row must be, all of it. */
export interface SummaryState extends Tombstones {
  readonly summary: Summary;
  readonly read_seq: number;
}
