import type { MessageItem, SystemEvent } from '../../schema/items.ts';
import { messageKey } from '../../schema/keys.ts';
import type { Person } from './people.ts';

/** What somebody did to a group, and who else was part of it. */
export interface Deed {
  readonly data: SystemEvent;
  /** The person it was done to, or who follows the owner. */
  readonly other?: { readonly display_name: string };
}

/** The message of a group's log that tells of a change. Its author is who made the change. */
export function systemMessage(parts: {
  readonly groupId: string;
  readonly actor: Person;
  readonly deed: Deed;
  readonly clientKey?: string | undefined;
  readonly seq: number;
  readonly messageId: string;
  readonly createdAt: Date;
}): MessageItem {
  return {
    ...messageKey(parts.groupId, parts.seq),
    seq: parts.seq,
    rev: 0,
    message_uuid: parts.messageId,
    user_uuid: parts.actor.userId,
    kind: 'system',
    data: parts.deed.data,
    message: words(parts.actor, parts.deed),
    ...(parts.clientKey !== undefined && { client_key: parts.clientKey }),
    created_at: parts.createdAt.toISOString(),
  };
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
