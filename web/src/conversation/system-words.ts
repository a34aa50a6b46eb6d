import type { Named, SystemMessage } from '../api/shapes.ts';

/** A system message as its reader would say it. A deed that is not known here is told in the API's own words. */
export function systemWords(message: SystemMessage, me: string): string {
  const { data } = message;
  const actor = message.user_uuid === me ? 'You' : message.display_name;
  const whom = (person: Named): string => (person.user_uuid === me ? 'you' : person.display_name);
  switch (data?.event) {
    case undefined:
      return message.message ?? '';
    case 'group_created':
      return `${actor} created “${data.name}”`;
    case 'group_renamed':
      return `${actor} named the group “${data.name}”`;
    case 'member_added':
      return `${actor} added ${whom(data.user)}`;
    case 'member_removed':
      return `${actor} removed ${whom(data.user)}`;
    case 'member_left':
      return data.new_owner ? `${actor} left, and ${ownership(data.new_owner, me)}` : `${actor} left`;
    case 'role_changed':
      return data.role === 'admin'
        ? `${actor} made ${whom(data.user)} an admin`
        : `${actor} made ${whom(data.user)} a member without admin rights`;
  }
}

function ownership(person: Named, me: string): string {
  return person.user_uuid === me ? 'you own the group now' : `${person.display_name} owns the group now`;
}
