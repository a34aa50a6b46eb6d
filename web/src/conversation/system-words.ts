import type { Named, SystemMessage } from '../api/shapes.ts';
import { type Sentence, sentence, type Word } from '../ui/sentence.ts';

/**
 * Returns a system message as a sentence for its reader, in the words of the API's previews. A change that is not known here is in
 * the API's own words.
 */
export function systemWords(message: SystemMessage, me: string): Sentence {
  const { data } = message;
  const actor = message.user_uuid === me ? { word: 'You' } : message.display_name;
  const whom = (person: Named) => (person.user_uuid === me ? { word: 'you' } : person.display_name);
  switch (data?.event) {
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
    case undefined:
    // A page of history may hold a change that only a later version of the API reports.
    default:
      return [message.message ?? ''];
  }
}

function leftTo(actor: string | Word, owner: Named, me: string): Sentence {
  return owner.user_uuid === me
    ? sentence`${actor} left, and you own the group now`
    : sentence`${actor} left, and ${owner.display_name} owns the group now`;
}
