import type { Named, Role, SystemMessage } from '../api/shapes.ts';
import { type Sentence, sentence, type Word } from '../ui/sentence.ts';

/** People who are named in a list, where more were added: as in the API's previews. */
const NAMED_PEOPLE = 3;

/**
 * Returns a system message as a sentence for its reader, in the words of the API's previews. A change that is not known here is in
 * the API's own words.
 */
export function systemWords(message: SystemMessage, me: string): Sentence {
  const { event } = message;
  const actor = message.user_uuid === me ? { word: 'You' } : message.display_name;
  const whom = (person: Named) => (person.user_uuid === me ? { word: 'you' } : person.display_name);
  switch (event?.type) {
    case 'group_created':
      return sentence`${actor} created “${event.name}”`;
    case 'group_renamed':
      return sentence`${actor} named the group “${event.name}”`;
    case 'members_added':
      return [...sentence`${actor} added `, ...addedPeople(event.users.map(whom))];
    case 'member_joined':
      return sentence`${actor} joined the group`;
    case 'visibility_changed':
      return event.visibility === 'public'
        ? sentence`${actor} made the group public`
        : sentence`${actor} made the group private`;
    case 'member_removed':
      return sentence`${actor} removed ${whom(event.user)}`;
    case 'member_left':
      return event.new_owner ? leftTo(actor, event.new_owner, me) : sentence`${actor} left`;
    case 'role_changed':
      return [...sentence`${actor} made ${whom(event.user)} `, ROLE_WORDS[event.role]];
    case undefined:
    // A page of history may hold a change that only a later version of the API reports.
    default:
      return [message.message];
  }
}

const ROLE_WORDS: Readonly<Record<Role, string>> = {
  owner: 'the owner',
  admin: 'an admin',
  member: 'a member without admin rights',
};

function leftTo(actor: string | Word, owner: Named, me: string): Sentence {
  return owner.user_uuid === me
    ? sentence`${actor} left, and you own the group now`
    : sentence`${actor} left, and ${owner.display_name} owns the group now`;
}

/** "Ada", "Ada and Grace", "Ada, Grace, Alan and 4 others". */
function addedPeople(people: readonly (string | Word)[]): Sentence {
  const named = people.slice(0, NAMED_PEOPLE);
  const others = people.length - named.length;
  return [
    ...named.flatMap((person, place) => {
      const isLast = place > 0 && place === named.length - 1 && others === 0;
      const before = place === 0 ? [] : [isLast ? ' and ' : ', '];
      return [...before, typeof person === 'string' ? { name: person } : person.word];
    }),
    ...(others > 0 ? [` and ${others} ${others === 1 ? 'other' : 'others'}`] : []),
  ];
}
