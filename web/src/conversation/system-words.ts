import type { Named, Role, SystemMessage } from '../../../client/src/index.ts';
import { type Sentence, sentence, type Word } from '../ui/sentence.ts';

/** People who are named in a list, where more were added: as in the API's previews. */
const NAMED_PEOPLE = 3;
/** The same of a folded run, which names more only if they are all. */
const NAMED_IN_RUN = 2;

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
      return [...sentence`${actor} added `, ...namesOf(event.users.map(whom), NAMED_PEOPLE)];
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

/** What a run of messages about members comes to: of a user who came and left, the last of it. */
type Outcome = 'joined' | 'left' | 'removed';

/**
 * Returns a run of messages about members as one sentence: "Ada, Grace and 14 others joined", "You joined, Alan left, and Hedy
 * was removed".
 */
export function runWords(messages: readonly SystemMessage[], me: string): Sentence {
  const outcomes = new Map<string, { readonly outcome: Outcome; readonly name: string }>();
  for (const message of messages) {
    for (const { outcome, user_uuid, display_name } of outcomesOf(message)) {
      // Where a user was named before, they are now named last.
      outcomes.delete(user_uuid);
      outcomes.set(user_uuid, { outcome, name: display_name });
    }
  }
  const clauses = (['joined', 'left', 'removed'] as const).flatMap((outcome): Sentence[] => {
    const users = [...outcomes].filter(([, user]) => user.outcome === outcome);
    if (users.length === 0) return [];
    const others = users.filter(([uuid]) => uuid !== me).map(([, { name }]) => name);
    const isMine = others.length < users.length;
    const names = [...(isMine ? [{ word: 'you' }] : []), ...others];
    const verb =
      outcome === 'removed' ? (names.length === 1 && !isMine ? 'was removed' : 'were removed') : outcome;
    return [[...namesOf(names, names.length > NAMED_PEOPLE ? NAMED_IN_RUN : NAMED_PEOPLE), ` ${verb}`]];
  });
  return capitalized(
    clauses.flatMap((clause, place) => {
      if (place === 0) return clause;
      if (place < clauses.length - 1) return [', ', ...clause];
      return [clauses.length > 2 ? ', and ' : ' and ', ...clause];
    }),
  );
}

function outcomesOf({ event, user_uuid, handle, display_name }: SystemMessage) {
  const author = { user_uuid, handle, display_name };
  const all = (users: readonly Named[], outcome: Outcome) => users.map((user) => ({ ...user, outcome }));
  switch (event?.type) {
    case 'members_added':
      return all(event.users, 'joined');
    case 'member_joined':
      return all([author], 'joined');
    case 'member_left':
      return all([author], 'left');
    case 'member_removed':
      return all([event.user], 'removed');
    case 'group_created':
    case 'group_renamed':
    case 'role_changed':
    case 'visibility_changed':
    case undefined:
      return [];
  }
}

function capitalized([first = '', ...rest]: Sentence): Sentence {
  return [typeof first === 'string' ? first.charAt(0).toUpperCase() + first.slice(1) : first, ...rest];
}

/** "Ada", "Ada and Grace", "Ada, Grace, Alan and 4 others". @param count how many of them are named. */
function namesOf(people: readonly (string | Word)[], count: number): Sentence {
  const named = people.slice(0, count);
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
