import type { SystemEvent } from '../../schema/items.ts';
import type { Member, Message, Person } from './model.ts';
import { isolateName } from '../../schema/isolate-name.ts';
import { type NewMessage, newMessage } from './new-message.ts';

/** What a member did to a group, and the other person who was part of it. */
export interface GroupAction {
  readonly data: SystemEvent;
  /** The person to whom it was done, or who follows the owner. */
  readonly other?: { readonly display_name: string };
}

/** The message of a group's log about a change. Its author is the member who made the change. */
export function systemMessage({
  actor,
  action: { data, other },
  ...message
}: Omit<NewMessage, 'userId'> & { readonly actor: Person; readonly action: GroupAction }): Message {
  const nameOf = (userId: string): string =>
    userId === actor.userId ? actor.display_name : (other?.display_name ?? 'someone');
  const content = { kind: 'system' as const, data, message: systemWords(data, actor.userId, { nameOf }) };
  return newMessage({ ...message, userId: actor.userId }, content);
}

/** How people are named in the words of a system message. */
export interface Naming {
  readonly nameOf: (userId: string) => string;
  /** The user id of the only reader, who is "you". Absent: the words are for all members. */
  readonly readerId?: string | undefined;
}

/**
 * A system message in English, for clients and previews that do not word `data` themselves. Each name in it is isolated:
 * none can change the direction of the words around it.
 */
export function systemWords(data: SystemEvent, actorId: string, { nameOf, readerId }: Naming): string {
  const actor = actorId === readerId ? 'You' : isolateName(nameOf(actorId));
  const whom = (userId: string): string => (userId === readerId ? 'you' : isolateName(nameOf(userId)));
  switch (data.event) {
    case 'group_created':
      return `${actor} created “${isolateName(data.name)}”`;
    case 'group_renamed':
      return `${actor} named the group “${isolateName(data.name)}”`;
    case 'member_added':
      return `${actor} added ${whom(data.user_uuid)}`;
    case 'member_removed':
      return `${actor} removed ${whom(data.user_uuid)}`;
    case 'member_left': {
      const { new_owner: heir } = data;
      if (heir === undefined) return `${actor} left`;
      return `${actor} left, and ${whom(heir)} ${heir === readerId ? 'own' : 'owns'} the group now`;
    }
    case 'role_changed':
      return data.role === 'admin'
        ? `${actor} made ${whom(data.user_uuid)} an admin`
        : `${actor} made ${whom(data.user_uuid)} a member without admin rights`;
  }
}

/** The users in a message other than its author. */
export function peopleIn({ data }: Pick<Message, 'data'>): string[] {
  switch (data?.event) {
    case 'member_added':
    case 'member_removed':
    case 'role_changed':
      return [data.user_uuid];
    case 'member_left':
      return data.new_owner === undefined ? [] : [data.new_owner];
    case 'group_created':
    case 'group_renamed':
    case undefined:
      return [];
  }
}

/** Users who are named in the words of a row whose newest message is a system message. */
export function peopleInRow({ last_by, last_event: data }: Pick<Member, 'last_by' | 'last_event'>): string[] {
  return data ? [last_by, ...peopleIn({ data })] : [];
}
