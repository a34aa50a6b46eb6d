import type { MessageItem, SystemEvent } from '../../schema/items.ts';
import { type NewMessage, newMessage } from './new-message.ts';
import type { Person } from './people.ts';

/** What somebody did to a group, and who else was part of it. */
export interface Deed {
  readonly data: SystemEvent;
  /** The person it was done to, or who follows the owner. */
  readonly other?: { readonly display_name: string };
}

/** The message of a group's log that tells of a change. Its author is who made the change. */
export function systemMessage({
  actor,
  deed,
  ...place
}: Omit<NewMessage, 'userId'> & { readonly actor: Person; readonly deed: Deed }): MessageItem {
  const content = { kind: 'system' as const, data: deed.data, message: words(actor, deed) };
  return newMessage({ ...place, userId: actor.userId }, content);
}

/** English, for clients and previews that do not word `data` themselves. */
function words({ display_name: actor }: Person, { data, other }: Deed): string {
  const whom = other?.display_name ?? 'somebody';
  switch (data.event) {
    case 'group_created':
      return `${actor} created “${data.name}”`;
    case 'group_renamed':
      return `${actor} named the group “${data.name}”`;
    case 'member_added':
      return `${actor} added ${whom}`;
    case 'member_removed':
      return `${actor} removed ${whom}`;
    case 'member_left':
      return data.new_owner === undefined ? `${actor} left` : `${actor} left, and ${whom} owns the group now`;
    case 'role_changed':
      return data.role === 'admin' ? `${actor} made ${whom} an admin` : `${whom} is no longer an admin`;
  }
}

/** Users whom a message tells of besides its author. */
export function peopleIn({ data }: Pick<MessageItem, 'data'>): string[] {
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
