import * as checks from '../api/event-checks.ts';
import * as is from '../checks.ts';
import type { Check } from '../checks.ts';
import type { GroupPins, Message, MessageGroup, MessageReactions } from '../api/shapes.ts';

/** An event of the stream. */
export type LiveEvent =
  | { readonly type: 'ready' }
  | { readonly type: 'message'; readonly message: Message }
  | { readonly type: 'change'; readonly group: string; readonly change: LoggedChange }
  | {
      readonly type: 'reactions';
      readonly group: string;
      readonly seq: number;
      readonly reactions: readonly EventReaction[];
    }
  | { readonly type: 'pins'; readonly group: string; readonly seqs: readonly number[] }
  | { readonly type: 'group'; readonly group: MessageGroup }
  | { readonly type: 'left'; readonly uuid: string }
  | { readonly type: 'typing'; readonly group: string; readonly user: string; readonly handle: string };

/** The reactions to a message with one emoji, for all listeners: some of the users, and how many there are. */
export type EventReaction = MessageReactions['reactions'][number];

/** An entry of a conversation's change log. */
export interface LoggedChange {
  /** The change's number: 1, 2, 3 … without a gap. */
  readonly number: number;
  /** The messages that were changed. */
  readonly seqs: readonly number[];
}

/*
 * The checks of messages and message groups are generated from the OpenAPI document, as their types are. Attributes that it
 * does not list pass unchanged.
 */
const message: Check<Message> = checks.message;
const messageGroup: Check<MessageGroup> = checks.messageGroup;
const reactions: Check<MessageReactions> = checks.messageReactions;
const pins: Check<GroupPins> = checks.groupPins;
const change = checks.groupChange;
const left = is.object({ uuid: is.string() });
const typing = is.object({ message_group_uuid: is.string(), user_uuid: is.string(), handle: is.string() });

/**
 * An event of the stream, checked; undefined for a kind that is not known here.
 * @throws when it is not what the API promises.
 */
export function parseEvent(name: string | undefined, data: string): LiveEvent | undefined {
  switch (name ?? '') {
    case 'ready':
      return { type: 'ready' };
    case 'message':
      return { type: 'message', message: message(JSON.parse(data)) };
    case 'change': {
      const { message_group_uuid, change: number, seqs } = change(JSON.parse(data));
      return { type: 'change', group: message_group_uuid, change: { number, seqs } };
    }
    case 'reactions': {
      const { message_group_uuid: group, ...parsed } = reactions(JSON.parse(data));
      return { type: 'reactions', group, seq: parsed.seq, reactions: parsed.reactions };
    }
    case 'pins': {
      const { message_group_uuid: group, seqs } = pins(JSON.parse(data));
      return { type: 'pins', group, seqs };
    }
    case 'message_group':
      return { type: 'group', group: messageGroup(JSON.parse(data)) };
    case 'message_group_left':
      return { type: 'left', uuid: left(JSON.parse(data)).uuid };
    case 'typing': {
      const { message_group_uuid, user_uuid, handle } = typing(JSON.parse(data));
      return { type: 'typing', group: message_group_uuid, user: user_uuid, handle };
    }
    default:
      return undefined;
  }
}
