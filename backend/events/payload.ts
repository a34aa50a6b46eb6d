import * as z from 'zod';
import type { GroupItem, MemberItem, MessageItem, SystemEvent } from '../../schema/items.ts';
import type { Told } from './changes.ts';

/**
 * What one user is told, as a text between processes. They need not be of one version: what a newer one adds to an
 * item is left out here, and what is not understood at all is nobody's to pass on.
 */

const text = z.string();
/** Bytes have no place of their own in JSON; no text of an item is an object. */
const sealed = z.object({ sealed: z.base64() }).transform((part) => bytesOf(part.sealed));
const storedText = z.union([text, sealed]);
const seq = z.int().min(0);
const role = z.enum(['owner', 'admin', 'member']);

/** Each attribute of an item has its place here: one that is forgotten would be missing in events alone. */
type Attributes<Item> = Record<keyof Item, z.ZodType>;

const systemEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('group_created'), name: text }),
  z.object({ event: z.literal('group_renamed'), name: text }),
  z.object({ event: z.literal('member_added'), user_uuid: text }),
  z.object({ event: z.literal('member_removed'), user_uuid: text }),
  z.object({ event: z.literal('member_left'), new_owner: text.exactOptional() }),
  z.object({ event: z.literal('role_changed'), user_uuid: text, role }),
]) satisfies z.ZodType<SystemEvent>;

const message: z.ZodType<MessageItem> = z.object({
  pk: text,
  sk: text,
  seq,
  rev: seq,
  message_uuid: text,
  user_uuid: text,
  kind: z.enum(['text', 'system']),
  data: systemEvent.exactOptional(),
  message: storedText.nullable(),
  preview: sealed.exactOptional(),
  client_key: text.exactOptional(),
  created_at: text,
  edited_at: text.exactOptional(),
  deleted_at: text.exactOptional(),
} satisfies Attributes<MessageItem>);

const row: z.ZodType<MemberItem> = z.object({
  pk: text,
  sk: text,
  inbox_pk: text,
  inbox_sk: text,
  role,
  joined_at: text,
  joined_seq: seq,
  read_seq: seq,
  last_seq: seq,
  last_rev: seq,
  last_at: text,
  last_by: text,
  last_kind: z.enum(['text', 'system']).exactOptional(),
  last_event: systemEvent.exactOptional(),
  preview: storedText.nullable(),
  deleted_seqs: z
    .array(seq)
    .transform((seqs) => new Set(seqs))
    .exactOptional(),
  folded_seq: seq.exactOptional(),
  folded_count: seq.exactOptional(),
  peer: text.exactOptional(),
} satisfies Attributes<MemberItem>);

const group: z.ZodType<GroupItem> = z.object({
  pk: text,
  sk: text,
  kind: z.enum(['direct', 'group']),
  name: text.exactOptional(),
  created_by: text,
  created_at: text,
  member_count: seq,
  request_digest: text.exactOptional(),
} satisfies Attributes<GroupItem>);

const told: z.ZodType<Told> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('message'), message }),
  z.object({ kind: z.literal('message_group'), row, group: group.exactOptional() }),
  z.object({ kind: z.literal('message_group_left'), groupId: text, seq }),
  z.object({ kind: z.literal('typing'), groupId: text, userId: text }),
]);

function bytesOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

export function encodeTold(value: Told): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (part instanceof Uint8Array) return { sealed: Buffer.from(part).toString('base64') };
    return part instanceof Set ? [...part] : part;
  });
}

/** @throws SyntaxError or ZodError for what no process of this kind has written. */
export function decodeTold(payload: string): Told {
  return told.parse(JSON.parse(payload));
}
