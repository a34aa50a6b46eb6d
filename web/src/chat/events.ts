import * as z from 'zod/mini';
import type { Message, MessageGroup } from '../api/shapes.ts';

/** What the event stream tells. */
export type LiveEvent =
  | { readonly type: 'ready' }
  | { readonly type: 'message'; readonly message: Message }
  | { readonly type: 'group'; readonly group: MessageGroup }
  | { readonly type: 'left'; readonly uuid: string }
  | { readonly type: 'typing'; readonly group: string; readonly user: string; readonly handle: string };

/*
 * What the screens rely on of each event is checked here; the types are those of the OpenAPI document. Attributes that
 * are not named here pass unchanged, so a new one needs no change in this file.
 */
const named = z.looseObject({ user_uuid: z.string(), handle: z.string(), display_name: z.string() });
const role = z.enum(['owner', 'admin', 'member']);

const systemEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('group_created'), name: z.string() }),
  z.object({ event: z.literal('group_renamed'), name: z.string() }),
  z.object({ event: z.literal('member_added'), user: named }),
  z.object({ event: z.literal('member_removed'), user: named }),
  z.object({ event: z.literal('member_left'), new_owner: z.exactOptional(named) }),
  z.object({ event: z.literal('role_changed'), user: named, role }),
]);

const entry = {
  ...named.shape,
  uuid: z.string(),
  message_group_uuid: z.string(),
  seq: z.int(),
  rev: z.int(),
  message: z.nullable(z.string()),
  created_at: z.string(),
  edited_at: z.nullable(z.string()),
  deleted_at: z.nullable(z.string()),
  client_key: z.exactOptional(z.string()),
};

const message: z.ZodMiniType<Message> = z.discriminatedUnion('kind', [
  z.looseObject({ ...entry, kind: z.literal('text') }),
  z.looseObject({
    ...entry,
    kind: z.literal('system'),
    // The API's own words stand for what only a later version knows.
    data: z.catch(z.union([systemEvent, z.undefined()]), undefined),
  }),
]);

const messageGroup: z.ZodMiniType<MessageGroup> = z.looseObject({
  uuid: z.string(),
  kind: z.enum(['direct', 'group']),
  name: z.nullable(z.string()),
  display_name: z.string(),
  handle: z.nullable(z.string()),
  message: z.nullable(z.string()),
  created_at: z.string(),
  last_seq: z.int(),
  read_seq: z.int(),
  unread_count: z.int(),
  last_by: z.string(),
  last_kind: z.enum(['text', 'system']),
  member_count: z.exactOptional(z.int()),
});

const left = z.object({ uuid: z.string() });
const typing = z.object({ message_group_uuid: z.string(), user_uuid: z.string(), handle: z.string() });

/**
 * An event of the stream, checked; undefined for a kind that is not known here.
 * @throws when it is not what the API promises.
 */
export function parseEvent(name: string | undefined, data: string): LiveEvent | undefined {
  switch (name ?? '') {
    case 'ready':
      return { type: 'ready' };
    case 'message':
      return { type: 'message', message: message.parse(JSON.parse(data)) };
    case 'message_group':
      return { type: 'group', group: messageGroup.parse(JSON.parse(data)) };
    case 'message_group_left':
      return { type: 'left', uuid: left.parse(JSON.parse(data)).uuid };
    case 'typing': {
      const { message_group_uuid, user_uuid, handle } = typing.parse(JSON.parse(data));
      return { type: 'typing', group: message_group_uuid, user: user_uuid, handle };
    }
    default:
      return undefined;
  }
}
