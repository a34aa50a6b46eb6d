import type {
  Attachment,
  ChangeItem,
  DirectGroupItem,
  DirectMemberItem,
  FileItem,
  InviteItem,
  MessageItem,
  NamedGroupItem,
  NamedMemberItem,
  ProfileItem,
  StoredSummary,
  SystemEvent,
} from '../../schema/items.ts';
import type { Key } from '../../schema/keys.ts';

/*
 * What a message, a member and a group are to the use cases: plain ids instead of keys, plain texts instead of encrypted
 * ones, every number present. Their attributes are those of the stored items (schema/items.ts). Stores take and return
 * these.
 */

/** A message of a group's log, with its text. */
export interface Message extends Omit<
  MessageItem,
  keyof Key | 'n' | 'message' | 'preview' | 'data' | 'attachments' | 'attachment_names'
> {
  readonly groupId: string;
  /** Number of texts in the log up to this message, this one included. */
  readonly n: number;
  /** Null in a tombstone and in a system message. Empty where its author sent only files. */
  readonly message: string | null;
  /** Its files, at least one. */
  readonly attachments?: readonly NamedAttachment[];
  /** Own data, as JSON. Left out where the stored one cannot be decrypted. */
  readonly data?: string;
  /** The stored text cannot be decrypted; `message` says so. */
  readonly unreadable?: true;
}

/** A file of a message. */
export interface NamedAttachment extends Attachment {
  readonly name: string;
}

/** A file that a user uploads, or has sent. */
export interface UploadedFile extends Omit<FileItem, keyof Key | 'name'> {
  readonly id: string;
  /** Absent after it was sent. */
  readonly name?: string;
}

/**
 * A message as its log has it: its text may be encrypted. Code that only passes messages on works with these, such as
 * the stream's handler, which has no key.
 */
export interface LogEntry extends Omit<MessageItem, keyof Key | 'n'> {
  readonly groupId: string;
  readonly n: number;
}

/** What the inbox shows of a group. The preview may be encrypted: see `ShownSummary`. */
export interface Summary extends Omit<StoredSummary, 'last_n'> {
  readonly last_n: number;
}

/** A summary with its preview as a plain text. */
export interface ShownSummary extends Omit<Summary, 'preview'> {
  readonly preview: string | SystemEvent | null;
  /** The stored preview cannot be decrypted; `preview` says so. */
  readonly unreadable?: true;
}

/** Attributes of a stored member that are spelled differently here. */
type MemberKeys = keyof Key | 'inbox_pk' | 'read_n' | 'last_n';

interface MemberBase {
  readonly groupId: string;
  readonly userId: string;
  readonly read_n: number;
}

/** A user's place in a direct group, with the group's summary. */
export interface DirectMember extends Omit<DirectMemberItem, MemberKeys>, MemberBase {
  readonly last_n: number;
}

/** A user's place in a named group. The summary is the group's. */
export interface NamedMember extends Omit<NamedMemberItem, MemberKeys>, MemberBase {}

export type Member = DirectMember | NamedMember;

/** A group of two users. */
export interface DirectGroup extends Omit<DirectGroupItem, keyof Key> {
  readonly groupId: string;
}

/** A group with a name, and its summary. */
export interface NamedGroup extends Omit<NamedGroupItem, keyof Key | 'last_n'> {
  readonly groupId: string;
  readonly last_n: number;
}

export type Group = DirectGroup | NamedGroup;

/** A group that is created; its summary is that of its first message. */
export type NewGroup = DirectGroup | Omit<NamedGroup, keyof Summary>;

/** The row of a new member; the summary of a direct group's is that of its first message. */
export type NewMember = NamedMember | Omit<DirectMember, keyof Summary>;

/** A group as one of its members sees it in the inbox. */
export interface InboxEntry {
  readonly row: Member;
  /** Undefined for a direct group. */
  readonly group: NamedGroup | undefined;
  readonly summary: ShownSummary;
  readonly unreadCount: number;
  readonly mentionCount: number;
  /** The group's own data, as JSON. */
  readonly data?: string;
}

/** Own data of a group. */
export interface OwnData {
  /** Another one with each change. */
  readonly id: string;
  /** A JSON object. */
  readonly text: string;
}

/** The users who reacted to a message with one emoji: at least one, in the order of their ids. */
export interface Reaction {
  readonly emoji: string;
  readonly users: readonly string[];
}

/** What members added to messages of a group after these were sent. */
export interface Annotations {
  /** By seq; a message without reactions is not in it. */
  readonly reactions: ReadonlyMap<number, readonly Reaction[]>;
  /** The seqs of all pinned messages of the group. */
  readonly pinned: ReadonlySet<number>;
}

/** A message with what members added to it. */
export interface AnnotatedMessage {
  readonly message: Message;
  readonly annotations: Annotations;
}

/** An invitation to a named group. */
export interface Invite extends Omit<InviteItem, keyof Key> {
  readonly groupId: string;
  readonly code: string;
}

/** An entry of a group's change log. */
export interface LogChange extends Omit<ChangeItem, keyof Key> {
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

/** A message that a put can go after: it is known to exist. Seq 0 is the place before the first message. */
export type Tail = Pick<LogEntry, 'seq' | 'n'> & {
  /** Absent for seq 0. */
  readonly created_at?: string;
};

/** A place of one user's read mark. */
export interface ReadMark {
  readonly seq: number;
  readonly n: number;
}
