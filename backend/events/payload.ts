import * as z from 'zod';
import { groupItem, memberItem, messageItem } from '../../schema/items.ts';
import type { UserEvent } from './changes.ts';

/**
 * Encodes events as text between processes. These may run different versions: attributes that a newer version adds are
 * left out here, and an unknown kind of event is dropped. The attributes are those of the stored items.
 */

const id = z.string();
const message = messageItem.omit({ pk: true, sk: true }).extend({ groupId: id });
const row = memberItem.omit({ pk: true, sk: true, inbox_pk: true }).extend({ groupId: id, userId: id });
const group = groupItem.omit({ pk: true, sk: true }).extend({ groupId: id });

const userEvent: z.ZodType<UserEvent> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('message'), message }),
  z.object({ kind: z.literal('message_group'), row, group: group.exactOptional() }),
  z.object({ kind: z.literal('message_group_left'), groupId: id, seq: z.int().min(0) }),
  z.object({ kind: z.literal('typing'), groupId: id, userId: id }),
]);

/** JSON has neither bytes nor sets. No attribute of an item is an object with one of these names. */
const BYTES = '$bytes';
const SET = '$set';

export function encodeEvent(event: UserEvent): string {
  return JSON.stringify(event, (_key, part: unknown) => {
    if (part instanceof Uint8Array) return { [BYTES]: Buffer.from(part).toString('base64') };
    return part instanceof Set ? { [SET]: [...part] } : part;
  });
}

/** @throws SyntaxError or ZodError for a text that `encodeEvent` did not write. */
export function decodeEvent(payload: string): UserEvent {
  return userEvent.parse(JSON.parse(payload, revive));
}

function revive(_key: string, part: unknown): unknown {
  if (typeof part !== 'object' || part === null) return part;
  if (BYTES in part && typeof part[BYTES] === 'string') {
    return new Uint8Array(Buffer.from(part[BYTES], 'base64'));
  }
  return SET in part && Array.isArray(part[SET]) ? new Set(part[SET]) : part;
}
