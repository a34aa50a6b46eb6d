import * as z from 'zod';
import { MAX_SEQ } from './keys.ts';
import { MAX_ATTACHMENTS } from './attachments.ts';
import { MAX_MENTIONS, MAX_SHOWN_MENTIONS } from './mentions.ts';

/*
 * The shape of every stored item, and the only place that spells it. Types, stream images, dump checks and the events
 * between processes all derive from these schemas. All times are UTC ISO 8601 with milliseconds and `Z`. Attributes that
 * can be absent are optional; `null` is stored where absence would be a fact of its own.
 */

const text = z.string();
const time = z.iso.datetime({ precision: 3 });
/** A place in a log, or 0, the place before the first message. */
const seqOrZero = z.int().min(0).max(MAX_SEQ);
const seq = seqOrZero.min(1);
const count = z.int().min(0);
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
/** A text as it is stored: plain, or encrypted. No plain text is ever bytes. */
const storedText = z.union([text, bytes]);
const kind = z.enum(['text', 'system']);
const role = z.enum(['owner', 'admin', 'member']);
/** Who can find and join a named group: its members invite, or any user. */
const visibility = z.enum(['private', 'public']);
const key = { pk: text, sk: text };
/** `membership_seq` of the group before the message: all changes of its members form a chain. */
const prev = seq;

/** What was done to a group, by the author of a system message. People are user ids. */
export const systemEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('group_created'), name: text }),
  z.object({ type: z.literal('group_renamed'), name: text }),
  z.object({
    type: z.literal('members_added'),
    /** In a preview: the first three. */
    user_uuids: z.array(text).min(1).readonly(),
    /** In a preview, where more than three were added: how many. */
    count: count.exactOptional(),
    prev,
  }),
  /** The author joined by themselves: a public group, or by an invitation. */
  z.object({ type: z.literal('member_joined'), prev }),
  z.object({ type: z.literal('member_removed'), user_uuid: text, prev }),
  /** `new_owner` where the owner left and other members stayed. */
  z.object({ type: z.literal('member_left'), new_owner: text.exactOptional(), prev }),
  z.object({ type: z.literal('role_changed'), user_uuid: text, role }),
  z.object({ type: z.literal('visibility_changed'), visibility }),
]);

/**
 * What the inbox shows of a group: once in META of a named group, and in both rows of a direct one. Each part only grows:
 * the highest (last_seq, last_rev) wins, and the highest last_deleted_seq, in whatever order facts arrive.
 */
const summary = {
  last_seq: seq,
  /** Absent: equal to `last_seq`. */
  last_n: count.exactOptional(),
  last_rev: count,
  /** `created_at` of the newest message, never its `edited_at`. */
  last_at: time,
  /** User id of the newest message's author. */
  last_by: text,
  last_kind: kind,
  /** At most PREVIEW_CODE_POINTS of the newest message; null for a tombstone; of a system message its event. */
  preview: z.union([storedText, systemEvent]).nullable(),
  /** The highest seq that was deleted. Absent: none. */
  last_deleted_seq: seq.exactOptional(),
  /**
   * The highest seq that mentioned all members; in a row of a direct group also the highest that mentioned its user. The
   * mention may be gone: what counts are the items of mentions. Absent: none.
   */
  last_mention_seq: seq.exactOptional(),
  /** User ids of the first whom the newest message mentions, in its order: at most MAX_SHOWN_MENTIONS. Absent: none. */
  last_mentions: z.array(text).min(1).max(MAX_SHOWN_MENTIONS).readonly().exactOptional(),
};

const group = {
  ...key,
  /** A ULID that is created with the log. What a process remembers of a log belongs to this id. */
  log_id: text,
  created_by: text,
  created_at: time,
  member_count: count,
  /** Seq of the newest message about a change of members. */
  membership_seq: seq,
};

/** The group of two users. `pk = GRP#<group>`, `sk = META`. */
export const directGroupItem = z.object({ ...group, kind: z.literal('direct') });

/** A group with a name. `pk = GRP#<group>`, `sk = META`. */
export const namedGroupItem = z.object({
  ...group,
  kind: z.literal('group'),
  name: text,
  /** Absent: private. */
  visibility: z.literal('public').exactOptional(),
  ...summary,
  /** Id of the group's own data, another one with each change of it: see `groupDataItem`. Absent: it has none. */
  data_id: text.exactOptional(),
  /** Of a group that was created with an `Idempotency-Key`: the SHA-256 of the request, which a repeat must match. */
  request_digest: text.exactOptional(),
});

const member = {
  ...key,
  log_id: text,
  inbox_pk: text,
  inbox_sk: text,
  role,
  joined_at: time,
  /** The seq that this membership began with. A row with another one is another membership of the same user. */
  joined_seq: seq,
  /** Only grows. The member's own texts raise it. */
  read_seq: seqOrZero,
  /** `n` of the message at `read_seq`. Absent: equal to `read_seq`. */
  read_n: count.exactOptional(),
  /** The member's own settings of the group. Absent: it is not muted. */
  muted: z.enum(['all', 'except_mentions']).exactOptional(),
  favourite: z.literal(true).exactOptional(),
  /** The newest message when they archived the group: a later one brings it back, without a write. */
  archived_seq: seq.exactOptional(),
  /** The newest message when they marked the group as unread: reading on ends that, and so does a text of their own. */
  unread_seq: seq.exactOptional(),
};

/** One user's place in a direct group. `pk = GRP#<group>`, `sk = MEMBER#<user>`. */
export const directMemberItem = z.object({
  ...member,
  /** The other user. */
  peer: text,
  /** This user blocks the other one. Written in the transaction of the block itself, as its counterpart is. */
  blocks_peer: z.literal(true).exactOptional(),
  /** The other user blocks this one. */
  blocked_by_peer: z.literal(true).exactOptional(),
  ...summary,
});

/** One user's place in a named group, whose summary is in META. `pk = GRP#<group>`, `sk = MEMBER#<user>`. */
export const namedMemberItem = z.object({
  ...member,
  peer: z.never().exactOptional(),
  /** Who added them. Absent: they joined by themselves, or created the group. */
  added_by: text.exactOptional(),
  /** The highest seq that mentioned this member by handle, though that mention may be gone. Absent: none. */
  last_mention_seq: seq.exactOptional(),
});

/** What is stored of a file, apart from its name. */
const file = {
  /** Media type in lower case, without parameters. */
  type: text,
  /** In bytes. */
  size: count.min(1),
  /** Of a picture or a film, in pixels, as its sender said. */
  width: count.min(1).exactOptional(),
  height: count.min(1).exactOptional(),
};

/** A file of a message. Its name is in `attachment_names`. */
export const attachment = z.object({
  id: text,
  /** Key of its object in the file store. */
  object: text,
  ...file,
});

/** One entry of a group's log. `pk = GRP#<group>`, `sk = MSG#<seq>`. */
export const messageItem = z.object({
  ...key,
  seq,
  /** Number of texts in the log up to this message, this one included. Absent: equal to `seq`. */
  n: count.exactOptional(),
  /** How often it was changed after it was sent. */
  rev: count,
  message_uuid: text,
  user_uuid: text,
  kind,
  /** Of a `system` message: what happened. Names are added when it is shown. */
  event: systemEvent.exactOptional(),
  /** The text; null in a tombstone and in a system message. */
  message: storedText.nullable(),
  /**
   * What a summary shows of it, where that does not follow from `message`: the beginning of an encrypted text that is too
   * long for a summary, encrypted; of a message without a text, the names of its files.
   */
  preview: storedText.exactOptional(),
  /** The sender's `Idempotency-Key`. */
  client_key: text.exactOptional(),
  /** Seq of the message that it replies to: an earlier one of the same log. */
  reply_to: seq.exactOptional(),
  /** User ids of the members whom the text mentions, in its order. Absent: none. */
  mentions: z.array(text).min(1).max(MAX_MENTIONS).readonly().exactOptional(),
  /** The text mentions all members. */
  mentions_all: z.literal(true).exactOptional(),
  /** Own data of whoever builds on this: a JSON object as a text, at most MAX_DATA_BYTES, encrypted as the message is. */
  data: storedText.exactOptional(),
  /** Its files. Absent: none. */
  attachments: z.array(attachment).min(1).max(MAX_ATTACHMENTS).readonly().exactOptional(),
  /** Their names in the same order: a JSON array as a text, encrypted as the message is. */
  attachment_names: storedText.exactOptional(),
  created_at: time,
  edited_at: time.exactOptional(),
  deleted_at: time.exactOptional(),
});

/** One entry of a group's change log. `pk = GRP#<group>`, `sk = CHG#<change>`. */
export const changeItem = z.object({
  ...key,
  change: seq,
  /** The messages that were changed after they were sent. */
  seqs: z.array(seq).readonly().exactOptional(),
  /** The whole log may have changed: it was rebuilt. */
  all: z.literal(true).exactOptional(),
  changed_at: time,
});

/**
 * Says that a message mentions a user, or all members: its key alone. It is written and deleted in the transaction of its
 * message. A message that mentions all has no items for single users. `pk = GRP#<group>`, `sk = AT#<user>#<seq>` or
 * `AT#@all#<seq>`.
 */
export const mentionItem = z.object(key);

/** Says that a message was deleted: its key alone. `pk = GRP#<group>`, `sk = DEL#<seq>`. */
export const deletedSeqItem = z.object(key);

/** The users who reacted to a message with an emoji. `pk = GRP#<group>`, `sk = RCT#<seq>#<emoji>`. */
export const reactionsItem = z.object({
  ...key,
  /** Absent: all of them took it back, for DynamoDB has no empty sets. The stream removes such an item. */
  users: z.set(text).readonly().exactOptional(),
});

/** The pinned messages of a group. `pk = GRP#<group>`, `sk = PINS`. */
export const pinsItem = z.object({
  ...key,
  /** At most MAX_PINS. Absent: all were unpinned, for DynamoDB has no empty sets. */
  seqs: z.set(seq).readonly().exactOptional(),
});

/**
 * Own data of a group, as of a message: not in META, which is written with every batch. They are written in one
 * transaction. `pk = GRP#<group>`, `sk = DATA`.
 */
export const groupDataItem = z.object({ ...key, data_id: text, data: storedText });

/**
 * Lists a public group by its folded name. It is an item of its own because the index would charge for each write of META,
 * which is written with every batch of messages. `pk = GRP#<group>`, `sk = PUBLIC`.
 */
export const listingItem = z.object({ ...key, inbox_pk: text, inbox_sk: text });

/** An invitation to a named group, for whoever holds its code. `pk = GRP#<group>`, `sk = INVITE#<code>`. */
export const inviteItem = z.object({
  ...key,
  created_by: text,
  created_at: time,
  /** In seconds since 1970: the table's TTL attribute. From then on it counts as gone, deleted or not. */
  expires_at: z.int().min(0),
});

/** A named group that a user has left. `pk = USER#<user>`, `sk = WAS#<group>`. */
export const formerGroupItem = z.object({
  ...key,
  left_at: time,
  /** Who removed them; absent where they left. */
  removed_by: text.exactOptional(),
});

/** Another user whom a user blocks. `pk = USER#<user>`, `sk = BLOCK#<other>`. */
export const blockItem = z.object({ ...key, created_at: time });

/**
 * A file that a user uploads, until it is deleted. `sent` is set in the transaction of its message, so that it is sent
 * once. `pk = FILE#<file>`, `sk = FILE`.
 */
export const fileItem = z.object({
  ...key,
  /** Who uploads it, and alone can send it. */
  user_uuid: text,
  /** Encrypted as texts are. Absent after it was sent: the message has it. */
  name: storedText.exactOptional(),
  ...file,
  created_at: time,
  /** In seconds since 1970: the table's TTL attribute. From then on it cannot be sent. Absent after it was sent. */
  expires_at: z.int().min(0).exactOptional(),
  /** The message that it was sent with, and its object. */
  group_uuid: text.exactOptional(),
  seq: seq.exactOptional(),
  object: text.exactOptional(),
});

/** A user's profile. `pk = USER#<user>`, `sk = PROFILE`. */
export const profileItem = z.object({ ...key, handle: text, display_name: text, created_at: time });

/** Makes a handle unique and searchable. `pk = HANDLE#<first two characters>`, `sk = <handle>`. */
export const handleItem = z.object({ ...key, user_uuid: text, display_name: text });

export type StoredText = z.output<typeof storedText>;
export type MessageKind = z.output<typeof kind>;
export type Role = z.output<typeof role>;
export type Visibility = z.output<typeof visibility>;
export type SystemEvent = Readonly<z.output<typeof systemEvent>>;
export type DirectGroupItem = Readonly<z.output<typeof directGroupItem>>;
export type NamedGroupItem = Readonly<z.output<typeof namedGroupItem>>;
export type GroupItem = DirectGroupItem | NamedGroupItem;
export type DirectMemberItem = Readonly<z.output<typeof directMemberItem>>;
export type NamedMemberItem = Readonly<z.output<typeof namedMemberItem>>;
export type MemberItem = DirectMemberItem | NamedMemberItem;
export type Muted = NonNullable<NamedMemberItem['muted']>;
export type StoredSummary = Pick<DirectMemberItem, keyof typeof summary>;
export type MessageItem = Readonly<z.output<typeof messageItem>>;
export type ChangeItem = Readonly<z.output<typeof changeItem>>;
export type ReactionsItem = Readonly<z.output<typeof reactionsItem>>;
export type PinsItem = Readonly<z.output<typeof pinsItem>>;
export type GroupDataItem = Readonly<z.output<typeof groupDataItem>>;
export type ListingItem = Readonly<z.output<typeof listingItem>>;
export type InviteItem = Readonly<z.output<typeof inviteItem>>;
export type FormerGroupItem = Readonly<z.output<typeof formerGroupItem>>;
export type BlockItem = Readonly<z.output<typeof blockItem>>;
export type Attachment = Readonly<z.output<typeof attachment>>;
export type FileItem = Readonly<z.output<typeof fileItem>>;
export type ProfileItem = Readonly<z.output<typeof profileItem>>;
export type HandleItem = Readonly<z.output<typeof handleItem>>;

/** The most members of a group, where nothing lower is configured. */
export const MAX_MEMBERS = 10_000;

/** The most named groups that a user can be in: each page of their inbox reads all of them. */
export const MAX_GROUPS = 500;

/** The most of them to which others added the user. */
export const MAX_GROUPS_BY_OTHERS = 200;

/** The most users who are added by one request: their rows are stored in one transaction, of at most 100 items. */
export const MAX_ADDED = 90;

/** The most invitations of a group that have not expired. */
export const MAX_INVITES = 50;

/** The most different emoji that a message can have: two users who react at once may add one more. */
export const MAX_EMOJI = 20;

/** The most users who can react to a message with the same emoji: their ids are in one item. */
export const MAX_REACTIONS = 300;

/** The most bytes of own data: of its JSON in UTF-8, without white space between tokens. */
export const MAX_DATA_BYTES = 1_024;

/** The most pinned messages of a group. */
export const MAX_PINS = 50;
