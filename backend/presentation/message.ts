import * as z from 'zod';
import { MAX_ATTACHMENTS } from '../../schema/attachments.ts';
import type { SystemEvent } from '../../schema/items.ts';
import { beginningOf, PREVIEW_CODE_POINTS } from '../../schema/preview.ts';
import { NO_ANNOTATIONS } from '../domain/annotations.ts';
import type { MessageDetails } from '../domain/message-details.ts';
import type { Annotations, Message, Reaction } from '../domain/model.ts';
import type { NameReader } from '../domain/names.ts';
import { JsonText } from '../json-text.ts';
import { systemWords } from '../domain/system-messages.ts';
import { attachment, presentAttachments, shortTextOf, withFilesLine } from './attachment.ts';
import {
  count,
  displayName,
  emoji,
  groupId,
  handle,
  ownData,
  role,
  seq,
  time,
  unreadable,
  userId,
  visibility,
} from './values.ts';

const MAX_KEY_LENGTH = 64;

/** A user who is mentioned, with their current name. */
export const user = z
  .object({ user_uuid: userId, handle, display_name: displayName })
  .meta({ id: 'User', description: 'A user, with their current name.' });

/** The reactions with one emoji, for one reader. */
const reaction = z
  .object({
    emoji,
    count: count.min(1).meta({ description: 'Number of users who reacted with it.', examples: [3] }),
    reacted: z.boolean().meta({ description: 'Whether the caller is one of them.', examples: [true] }),
  })
  .meta({ id: 'Reaction', description: 'The reactions to a message with one emoji.' });

const groupName = z.string().meta({ description: 'The new name.', examples: ['Analytical engines'] });

/** The change that a system message reports; its author made it. */
const groupEvent = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('group_created'), name: groupName }).meta({ id: 'GroupCreated' }),
    z.object({ type: z.literal('group_renamed'), name: groupName }).meta({ id: 'GroupRenamed' }),
    z
      .object({
        type: z.literal('members_added'),
        users: z.array(user).meta({ description: 'The users who were added, up to 90.' }),
      })
      .meta({ id: 'MembersAdded' }),
    z.object({ type: z.literal('member_joined') }).meta({ id: 'MemberJoined' }),
    z.object({ type: z.literal('member_removed'), user }).meta({ id: 'MemberRemoved' }),
    z
      .object({
        type: z.literal('member_left'),
        new_owner: user.exactOptional().meta({ description: 'The new owner, if the owner left.' }),
      })
      .meta({ id: 'MemberLeft' }),
    z.object({ type: z.literal('role_changed'), user, role }).meta({ id: 'RoleChanged' }),
    z.object({ type: z.literal('visibility_changed'), visibility }).meta({ id: 'VisibilityChanged' }),
  ])
  .meta({ id: 'GroupEvent', description: 'What the author of a system message did to the group.' });
type GroupEvent = z.infer<typeof groupEvent>;

const common = {
  uuid: z.string().meta({ description: 'Id of the message.', examples: ['01JX3K8Q4M5N6P7R8S9TAVBWCX'] }),
  message_group_uuid: groupId,
  seq: seq.meta({
    description: 'Position in the log of its group: 1, 2, 3 … without gaps or repeats.',
    examples: [42],
  }),
  rev: z
    .int()
    .min(0)
    .meta({
      description:
        'Number of changes since it was sent: of two versions the one with the higher `rev` is newer.',
      examples: [0],
    }),
  user_uuid: userId.meta({ description: 'Id of its author.' }),
  display_name: displayName.meta({ description: 'Current name of its author.' }),
  handle: handle.meta({ description: 'Current handle of its author.' }),
  created_at: time.meta({ description: 'When it was stored.' }),
  edited_at: time.nullable().meta({ description: 'When its text was last edited; null: never.' }),
  deleted_at: time.nullable().meta({ description: 'When it was deleted; null: it is not deleted.' }),
  mentions: z.array(user).meta({
    description:
      'The members whom the text mentions by handle, at most 20, in its order: who they are was decided when it was sent or edited.',
  }),
  mentions_all: z.boolean().meta({
    description:
      'Whether the text mentions all members, with `@all`. In a group of more than 100 only those of its owner and admins do.',
    examples: [false],
  }),
  attachments: z.array(attachment).meta({
    description: `Its files, at most ${MAX_ATTACHMENTS}, in the order in which they were sent. Empty in a tombstone.`,
  }),
  unreadable,
  client_key: z
    .string()
    .min(1)
    .max(MAX_KEY_LENGTH)
    .exactOptional()
    .meta({
      description: 'The `Idempotency-Key` that it was sent with: only its author sees it.',
      examples: ['my-first-answer'],
    }),
  reactions: z.array(reaction).exactOptional().meta({
    description:
      'In the order of their emoji; empty in a tombstone. In every response but those of a search. In the event `message` only of a tombstone: otherwise they are what they were, and for a new message none.',
  }),
  pinned: z
    .boolean()
    .exactOptional()
    .meta({
      description: 'Whether it is pinned in its group. Absent where `reactions` are.',
      examples: [false],
    }),
};

const repliedTo = z
  .object({
    seq: seq.meta({ description: 'Seq of the original.', examples: [41] }),
    user_uuid: userId.meta({ description: 'Id of its author.' }),
    handle: handle.meta({ description: 'Current handle of its author.' }),
    display_name: displayName.meta({ description: 'Current name of its author.' }),
    message: z
      .string()
      .nullable()
      .meta({
        description: 'Beginning of its text; null if it is deleted.',
        examples: ['Shall we meet on Monday?'],
        // In code points, as JSON Schema counts: zod would count UTF-16 units.
        maxLength: PREVIEW_CODE_POINTS,
      }),
    unreadable,
    mentions: z.array(user).meta({
      description: 'The members whom its text mentions, as in the original; empty if it is deleted.',
    }),
    deleted: z.boolean().meta({ description: 'Whether it is deleted.', examples: [false] }),
  })
  .meta({
    id: 'RepliedTo',
    description:
      'The message that a message replies to, as it was when this response was made. A client that has the original, or receives a later version of it, shows that one.',
  });
type RepliedTo = z.infer<typeof repliedTo>;

/** What a user wrote. */
export const textMessage = z
  .object({
    ...common,
    kind: z.literal('text'),
    message: z
      .string()
      .nullable()
      .meta({
        description:
          'The text; null in a tombstone. Of a message with files also a last line that names them, for clients that do not show `attachments`.',
        examples: ['Hello Grace!'],
      }),
    text: z
      .string()
      .exactOptional()
      .meta({
        description:
          'Of a message with files: the text alone, as its author wrote it; empty where they sent only files. Otherwise absent.',
        examples: ['Hello Grace!'],
      }),
    reply_to: repliedTo.exactOptional(),
    data: ownData.exactOptional(),
  })
  .meta({ id: 'TextMessage', description: 'A message that a user wrote.' });

const systemMessage = z
  .object({
    ...common,
    kind: z.literal('system'),
    message: z.string().meta({
      description:
        'An English sentence for `event`, with current names. Each name is enclosed in U+2068 and U+2069, so that it does not change the direction of the sentence.',
      examples: ['\u2068Ada Lovelace\u2069 added \u2068Grace Hopper\u2069'],
    }),
    event: groupEvent,
  })
  .meta({ id: 'SystemMessage', description: 'Reports a change of the group; its author made the change.' });

/** What all messages have. */
type Presented = z.infer<z.ZodObject<typeof common>>;

/** One entry of a group's log. */
export const message = z
  .discriminatedUnion('kind', [textMessage, systemMessage])
  .meta({ id: 'Message', description: "One entry of a message group's log." });
export type MessageAnswer = z.infer<typeof message>;

/** A change of a group's log: a message as it is now, and the newest change that it is part of. */
export const changedMessage = z
  .object({
    change: seq.meta({ description: 'Number of the change: 1, 2, 3 … without gaps.', examples: [7] }),
    message,
  })
  .meta({ id: 'ChangedMessage', description: 'A message that was changed after it was sent.' });
export type ChangedMessageAnswer = z.infer<typeof changedMessage>;

/** The details of a message that its presenter needs. */
interface ShownWith extends Pick<MessageDetails, 'quoted'> {
  readonly names: Pick<NameReader, 'person'>;
}

/**
 * @param viewerId the user who will see it: others than the author do not get `client_key`. Absent: any user.
 * @param annotations what members added to it. Absent: it was not read.
 */
export function presentMessage(
  item: Message,
  { names, quoted }: ShownWith,
  viewerId?: string,
  annotations?: Annotations,
): MessageAnswer {
  const { handle, display_name } = names.person(item.user_uuid);
  // A tombstone shows nothing, also where the stream has not removed it yet.
  const added = item.deleted_at === undefined ? annotations : NO_ANNOTATIONS;
  // Without spreads: a page has up to 100 messages, and each spread costs as much as all of this.
  const presented: Presented = {
    uuid: item.message_uuid,
    message_group_uuid: item.groupId,
    seq: item.seq,
    rev: item.rev,
    user_uuid: item.user_uuid,
    display_name,
    handle,
    created_at: item.created_at,
    edited_at: item.edited_at ?? null,
    deleted_at: item.deleted_at ?? null,
    mentions: presentUsers(item.mentions ?? [], names),
    mentions_all: item.mentions_all ?? false,
    attachments: presentAttachments(item),
  };
  const { event, client_key, unreadable } = item;
  if (unreadable) presented.unreadable = unreadable;
  if (client_key !== undefined && item.user_uuid === viewerId) presented.client_key = client_key;
  if (added) Object.assign(presented, presentAnnotations(added, item.seq, viewerId));
  if (event === undefined) {
    const text = presentText(item);
    const original = item.reply_to === undefined ? undefined : quoted.get(item.reply_to);
    return original
      ? Object.assign(presented, text, { reply_to: presentRepliedTo(original, names) })
      : Object.assign(presented, text);
  }
  const words = wordsFor(event, item.user_uuid, names);
  const system = { kind: 'system' as const, message: words, event: presentGroupEvent(event, names) };
  return Object.assign(presented, system);
}

/** Users who are mentioned, in this order. */
export function presentUsers(
  userIds: readonly string[],
  names: Pick<NameReader, 'person'>,
): z.infer<typeof user>[] {
  return userIds.map((userId) => ({ user_uuid: userId, ...names.person(userId) }));
}

/** What a user wrote. */
function presentText(item: Message): {
  kind: 'text';
  message: string | null;
  text?: string;
  data?: JsonText;
} {
  const text: ReturnType<typeof presentText> = { kind: 'text', message: withFilesLine(item) };
  if (item.attachments && item.message !== null) text.text = item.message;
  if (item.data !== undefined) text.data = new JsonText(item.data);
  return text;
}

function presentAnnotations({ reactions, pinned }: Annotations, seq: number, viewerId: string | undefined) {
  const present = ({ emoji, users }: Reaction) => ({
    emoji,
    count: users.length,
    reacted: viewerId !== undefined && users.includes(viewerId),
  });
  return { reactions: (reactions.get(seq) ?? []).map(present), pinned: pinned.has(seq) };
}

function wordsFor(event: SystemEvent, actorId: string, names: Pick<NameReader, 'person'>): string {
  return systemWords(event, actorId, { nameOf: (userId) => names.person(userId).display_name });
}

function presentRepliedTo(original: Message, names: Pick<NameReader, 'person'>): RepliedTo {
  const { seq, user_uuid, event, unreadable } = original;
  // A text alone, if there is one: its beginning may be all that is shown.
  const text = event === undefined ? shortTextOf(original) : wordsFor(event, user_uuid, names);
  return {
    seq,
    user_uuid,
    ...names.person(user_uuid),
    message: text === null ? null : beginningOf(text),
    ...(unreadable && { unreadable }),
    mentions: presentUsers(original.mentions ?? [], names),
    deleted: original.deleted_at !== undefined,
  };
}

function presentGroupEvent(stored: SystemEvent, names: Pick<NameReader, 'person'>): GroupEvent {
  const userOf = (userId: string) => {
    const { handle, display_name } = names.person(userId);
    return { user_uuid: userId, handle, display_name };
  };
  const { type } = stored;
  switch (type) {
    case 'group_created':
    case 'group_renamed':
      return { type, name: stored.name };
    case 'members_added':
      return { type, users: stored.user_uuids.map(userOf) };
    case 'member_joined':
      return { type };
    case 'visibility_changed':
      return { type, visibility: stored.visibility };
    case 'member_removed':
      return { type, user: userOf(stored.user_uuid) };
    case 'member_left':
      return { type, ...(stored.new_owner !== undefined && { new_owner: userOf(stored.new_owner) }) };
    case 'role_changed':
      return { type, user: userOf(stored.user_uuid), role: stored.role };
  }
}
