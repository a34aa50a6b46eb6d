import type { Named, SystemMessage } from '../api/shapes.ts';
import { type Sentence, sentence, type Word } from '../ui/sentence.ts';

/** A system message as its reader would say it. A deed that is not known here is told in the API's own words. */
export function systemWords(message: SystemMessage, me: string): Sentence {
  const { data } = message;
  const actor = message.user_uuid === me ? { word: 'You' } : message.display_name;
  const whom = (person: Named) => (person.user_uuid === me ? { word: 'you' } : person.display_name);
  switch (data?.event) {
    case undefined:
      return [message.message ?? ''];
    case 'group_created':
      return sentence`${actor} created “${data.name}”`;
    case 'group_renamed':
      return sentence`${actor} named the group “${data.name}”`;
    case 'member_added':
      return sentence`${actor} added ${whom(data.user)}`;
    case 'member_removed':
      return sentence`${actor} removed ${whom(data.user)}`;
    case 'member_left':
      return data.new_owner ? leftTo(actor, data.new_owner, me) : sentence`${actor} left`;
    case 'role_changed':
      return data.role === 'admin'
        ? sentence`${actor} made ${whom(data.user)} an admin`
        : sentence`${actor} made ${whom(data.user)} a member without admin rights`;
  }
}

function leftTo(actor: string | Word, heir: Named, me: string): Sentence {
  return heir.user_uuid === me
    ? sentence`${actor} left, and you own the group now`
    : sentence`${actor} left, and ${heir.display_name} owns the group now`;
}
