import * as z from 'zod';
import { MAX_SEQ } from './keys.ts';

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
const key = { pk: text, sk: text };

/** What was done to a group, by the author of a system message. People are user ids. */
export const systemEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('group_created'), name: text }),
  z.object({ event: z.literal('group_renamed'), name: text }),
  z.object({ event: z.literal('member_added'), user_uuid: text }),
  z.object({ event: z.literal('member_removed'), user_uuid: text }),
  /** `new_owner` where the owner left and other members stayed. */
  z.object({ event: z.literal('member_left'), new_owner: text.exactOptional() }),
  z.object({ event: z.literal('role_changed'), user_uuid: text, role }),
]);

/** A message group. `pk = GRP#<group>`, `sk = META`. */
export const groupItem = z.object({
  ...key,
  kind: z.enum(['direct', 'group']),
  /** Only a named group has one; a direct group shows the other person's. */
  name: text.exactOptional(),
  created_by: text,
  created_at: time,
  member_count: count,
  /** Of a group that was created with an `Idempotency-Key`: the SHA-256 of the request, which a repeat must match. */
  request_digest: text.exactOptional(),
});

/** The part of a member that the inbox shows. The highest (last_seq, last_rev) wins, in whatever order facts arrive. */
const summary = {
  last_seq: seq,
  last_rev: count,
  /** `created_at` of the newest message, never its `edited_at`. */
  last_at: time,
  /** User id of the newest message's author. */
  last_by: text,
  /** The newest message's kind. Absent: `text`. */
  last_kind: kind.exactOptional(),
  /** What happened, where the newest message is a system message: each reader's preview is worded from it. */
  last_event: systemEvent.exactOptional(),
  /** At most PREVIEW_CODE_POINTS of the newest message; null when that is a tombstone. */
  preview: storedText.nullable(),
};

/** One user's membership of one group. `pk = GRP#<group>`, `sk = MEMBER#<user>`. */
export const memberItem = z.object({
  ...key,
  inbox_pk: text,
  inbox_sk: text,
  ...summary,
  role,
  joined_at: time,
  /** The seq that this membership began with. A row with another one is another membership of the same user. */
  joined_seq: seq,
  /** Only grows. The member's own messages raise it. */
  read_seq: seqOrZero,
  /** Seqs that were deleted while unread. Those at or below `read_seq` do not count. Absent when empty. */
  deleted_seqs: z.set(seq).readonly().exactOptional(),
  /**
   * With more than MAX_DELETED_SEQS unread tombstones, those up to this seq are only counted, and `deleted_seqs` has the
   * later ones. At or below `read_seq` neither this nor `folded_count` counts.
   */
  folded_seq: seq.exactOptional(),
  /** The number of tombstones after `read_seq`, up to `folded_seq`. Present if and only if that is. */
  folded_count: count.exactOptional(),
  /** In a direct group: the other user. */
  peer: text.exactOptional(),
});

/** One entry of a group's log. `pk = GRP#<group>`, `sk = MSG#<seq>`. */
export const messageItem = z.object({
  ...key,
  seq,
  /** How often it was changed after it was sent. */
  rev: count,
  message_uuid: text,
  user_uuid: text,
  kind,
  /** Of a `system` message: what happened, for clients that word it themselves. */
  data: systemEvent.exactOptional(),
  /** The text; null in a tombstone. Of a `system` message: English words for `data`, with the names of that moment. */
  message: storedText.nullable(),
  /** Of an encrypted text that is too long for a summary: its beginning, encrypted. */
  preview: bytes.exactOptional(),
  /** The sender's `Idempotency-Key`. */
  client_key: text.exactOptional(),
  created_at: time,
  edited_at: time.exactOptional(),
  deleted_at: time.exactOptional(),
});

/** A user's profile. `pk = USER#<user>`, `sk = PROFILE`. */
export const profileItem = z.object({ ...key, handle: text, display_name: text, created_at: time });

/** Makes a handle unique and searchable. `pk = HANDLE#<first two characters>`, `sk = <handle>`. */
export const handleItem = z.object({ ...key, user_uuid: text, display_name: text });

export type StoredText = z.output<typeof storedText>;
export type MessageKind = z.output<typeof kind>;
export type Role = z.output<typeof role>;
export type SystemEvent = Readonly<z.output<typeof systemEvent>>;
export type GroupItem = Readonly<z.output<typeof groupItem>>;
export type GroupKind = GroupItem['kind'];
export type MemberItem = Readonly<z.output<typeof memberItem>>;
export type Summary = Pick<MemberItem, keyof typeof summary>;
export type MessageItem = Readonly<z.output<typeof messageItem>>;
export type ProfileItem = Readonly<z.output<typeof profileItem>>;
export type HandleItem = Readonly<z.output<typeof handleItem>>;

/** The most members of a group: a transaction holds 100 items, and a change of a group also writes META and a message. */
export const MAX_MEMBERS = 98;

/** Unread tombstones that a member's row lists one by one: numbers of 12 digits, so at most 4 KB of the row. */
export const MAX_DELETED_SEQS = 500;
