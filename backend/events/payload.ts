import * as z from 'zod';
import { directMemberItem, messageItem, namedGroupItem, namedMemberItem } from '../../schema/items.ts';
import type { Change } from './changes.ts';

/**
 * Encodes changes as text between processes. These may run different versions: attributes that a newer version adds are
 * left out here, and an unknown kind of change is dropped. The attributes are those of the stored items; a number that
 * the table leaves out because it equals another one is always there, as in the domain.
 */

const id = z.string();
const count = z.int().min(0);
const rowIds = { groupId: id, userId: id, read_n: count };
const inTable = { pk: true, sk: true } as const;

const message = messageItem.omit(inTable).extend({ groupId: id, n: count });
const row = z.union([
  directMemberItem.omit({ ...inTable, inbox_pk: true }).extend({ ...rowIds, last_n: count }),
  namedMemberItem.omit({ ...inTable, inbox_pk: true }).extend(rowIds),
]);
const group = namedGroupItem.omit(inTable).extend({ groupId: id, last_n: count });
const to = z.union([
  z.object({ userIds: z.array(id).readonly() }),
  z.object({ groupId: id, membershipSeq: count }),
]);

const version = z.object({ seq: count, rev: count });

const changeSchema: z.ZodType<Change> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('message'), to, message }),
  z.object({ kind: z.literal('versions'), to, groupId: id, versions: z.array(version).readonly() }),
  z.object({ kind: z.literal('reactions'), to, groupId: id, seqs: z.array(count).readonly() }),
  z.object({ kind: z.literal('pins'), to, groupId: id }),
  z.object({ kind: z.literal('change'), to, groupId: id, change: count, seqs: z.array(count).readonly() }),
  z.object({ kind: z.literal('membership'), userId: id, groupId: id, seq: count }),
  z.object({ kind: z.literal('message_group'), row, group: group.exactOptional() }),
  z.object({ kind: z.literal('group'), groupId: id, seq: count }),
  z.object({ kind: z.literal('typing'), to, groupId: id, userId: id }),
]);

/** JSON has no bytes. No attribute of an item is an object with this name. */
const BYTES = '$bytes';

export function encodeChange(change: Change): string {
  return JSON.stringify(change, (_key, part: unknown) =>
    part instanceof Uint8Array ? { [BYTES]: Buffer.from(part).toString('base64') } : part,
  );
}

/** @throws SyntaxError or ZodError for a text that `encodeChange` did not write. */
export function decodeChange(payload: string): Change {
  return changeSchema.parse(JSON.parse(payload, revive));
}

function revive(_key: string, part: unknown): unknown {
  if (typeof part !== 'object' || part === null) return part;
  if (!(BYTES in part) || typeof part[BYTES] !== 'string') return part;
  return new Uint8Array(Buffer.from(part[BYTES], 'base64'));
}
