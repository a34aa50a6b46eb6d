import type { SystemEvent } from './items.ts';

/** What a message says of a group's members. */
export interface MembershipChange {
  /** `membership_seq` before the message: the seq of the change of members before this one. 0 for the first message. */
  readonly prev: number;
  /** Users who are members since. A new group's first members are in its rows alone. */
  readonly joined: readonly string[];
  /** The user who is no member since. */
  readonly left?: string;
}

/** The change of members that a message reports; undefined for any other message. */
export function membershipChangeOf(message: {
  readonly user_uuid: string;
  readonly event?: SystemEvent;
}): MembershipChange | undefined {
  const { event, user_uuid: author } = message;
  switch (event?.type) {
    case 'group_created':
      return { prev: 0, joined: [] };
    case 'members_added':
      return { prev: event.prev, joined: event.user_uuids };
    case 'member_joined':
      return { prev: event.prev, joined: [author] };
    case 'member_removed':
      return { prev: event.prev, joined: [], left: event.user_uuid };
    case 'member_left':
      return { prev: event.prev, joined: [], left: author };
    case 'group_renamed':
    case 'role_changed':
    case 'visibility_changed':
    case undefined:
      return undefined;
  }
}
