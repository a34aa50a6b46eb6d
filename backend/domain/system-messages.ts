import type { SystemEvent } from '../../schema/items.ts';
import { isolateName } from '../../schema/isolate-name.ts';
import type { Message, ShownSummary } from './model.ts';

/** How people are named in the words of a system message. */
export interface Naming {
  readonly nameOf: (userId: string) => string;
  /** The user id of the only reader, who is "you". Absent: the words are for all members. */
  readonly readerId?: string | undefined;
}

/** People who are named in a list, where more were added. */
const NAMED_PEOPLE = 3;

/**
 * A system message in English, for clients and previews that do not word `event` themselves. Each name in it is isolated:
 * none can change the direction of the words around it.
 */
export function systemWords(event: SystemEvent, actorId: string, { nameOf, readerId }: Naming): string {
  const actor = actorId === readerId ? 'You' : isolateName(nameOf(actorId));
  const whom = (userId: string): string => (userId === readerId ? 'you' : isolateName(nameOf(userId)));
  switch (event.type) {
    case 'group_created':
      return `${actor} created “${isolateName(event.name)}”`;
    case 'group_renamed':
      return `${actor} named the group “${isolateName(event.name)}”`;
    case 'members_added':
      return `${actor} added ${listOf(event, whom)}`;
    case 'member_joined':
      return `${actor} joined the group`;
    case 'visibility_changed':
      return `${actor} made the group ${event.visibility}`;
    case 'member_removed':
      return `${actor} removed ${whom(event.user_uuid)}`;
    case 'member_left': {
      const { new_owner: heir } = event;
      if (heir === undefined) return `${actor} left`;
      return `${actor} left, and ${whom(heir)} ${heir === readerId ? 'own' : 'owns'} the group now`;
    }
    case 'role_changed':
      return roleWords(event, actor, whom(event.user_uuid));
  }
}

function roleWords({ role }: Extract<SystemEvent, { type: 'role_changed' }>, actor: string, whom: string) {
  switch (role) {
    case 'owner':
      return `${actor} made ${whom} the owner`;
    case 'admin':
      return `${actor} made ${whom} an admin`;
    case 'member':
      return `${actor} made ${whom} a member without admin rights`;
  }
}

/** "Ada", "Ada and Grace", "Ada, Grace, Alan and 4 others". */
function listOf(
  { user_uuids: userIds, count = userIds.length }: Extract<SystemEvent, { type: 'members_added' }>,
  whom: (userId: string) => string,
): string {
  const named = userIds.slice(0, NAMED_PEOPLE).map(whom);
  const others = count - named.length;
  if (others > 0) return `${named.join(', ')} and ${others} ${others === 1 ? 'other' : 'others'}`;
  return named.length === 1 ? named.join('') : `${named.slice(0, -1).join(', ')} and ${named.at(-1) ?? ''}`;
}

/** The users in a message other than its author, as far as its words name them. */
export function peopleIn({ event }: Pick<Message, 'event'>): readonly string[] {
  switch (event?.type) {
    case 'members_added':
      return event.user_uuids;
    case 'member_removed':
    case 'role_changed':
      return [event.user_uuid];
    case 'member_left':
      return event.new_owner === undefined ? [] : [event.new_owner];
    case 'group_created':
    case 'group_renamed':
    case 'member_joined':
    case 'visibility_changed':
    case undefined:
      return [];
  }
}

/** Users who are named in the words of a summary whose newest message is a system message. */
export function peopleInSummary({ last_by, preview }: ShownSummary): readonly string[] {
  return typeof preview === 'object' && preview !== null ? [last_by, ...peopleIn({ event: preview })] : [];
}
