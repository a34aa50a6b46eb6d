import type { components } from './schema.ts';

/** What the API returns: its shapes, by the names that the screens use. Times are UTC ISO 8601. */
type Schemas = components['schemas'];

export type Role = Schemas['Role'];
export type Person = Schemas['Person'];
export type Member = Schemas['Member'];
export type ReadMark = Schemas['ReadMark'];
/** Whether a user's profile was deleted: they cannot be written to, and have no handle. */
export const isGone = ({ handle }: Pick<Person, 'handle'>): boolean => handle === '_deleted';
/** A conversation in the list. */
export type MessageGroup = Schemas['MessageGroup'];
/** A conversation with its members. */
export type MessageGroupView = Schemas['MessageGroupWithMembers'];
/** What the user has not read, without muted and archived conversations. */
export type Badge = Schemas['Badge'];
/** A user whom the user blocks. */
export type BlockedUser = Schemas['BlockedUser'];
export type Visibility = Schemas['Visibility'];
/** A group that any user can join. */
export type PublicGroup = Schemas['PublicGroup'];
export type Invite = Schemas['Invite'];
/** What an invitation shows of its group. */
export type InvitedGroup = Schemas['InvitedGroup'];
/** The reactions to a message with one emoji. */
export type Reaction = Schemas['Reaction'];
/** A user who reacted to a message with an emoji. */
export type Reactor = Schemas['Reactor'];
/** What events say of the reactions to a message, and of the pins of a group. */
export type MessageReactions = Schemas['MessageReactions'];
export type GroupPins = Schemas['GroupPins'];
/** A user as a system message names them. */
export type Named = Schemas['User'];

/**
 * A shape in which what a system message reports may be undefined: a later version of the API may report what this version of
 * the screens does not know.
 */
type WithUnknownReports<Shape> = {
  readonly [Name in keyof Shape]: Shape[Name] extends Schemas['GroupEvent']
    ? Shape[Name] | undefined
    : Shape[Name];
};

export type SystemMessage = WithUnknownReports<Schemas['SystemMessage']>;
export type TextMessage = Schemas['TextMessage'];
/** A message that a search found. */
export type FoundMessage = Readonly<Schemas['FoundMessage']>;
/** One entry of a conversation's log. */
export type Message = Readonly<TextMessage> | SystemMessage;
/** A file of a message. */
export type Attachment = Readonly<Schemas['Attachment']>;
/** An uploaded file that a message is sent with. */
export type AttachedFile = Omit<Attachment, 'url'>;

/** The text of a message alone, without the line that names its files; null if it is deleted. */
export function textOf(message: Message): string | null {
  return (message.kind === 'text' ? message.text : undefined) ?? message.message;
}

/** The same, or the names of its files where it has no text: for its beginning. */
export function shortTextOf(message: Message): string | null {
  const text = textOf(message);
  return text === '' ? message.message : text;
}
