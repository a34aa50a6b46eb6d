import type { Present } from '../events/audience.ts';
import type { Told } from '../events/changes.ts';
import type { InboxRow, LogEntry, Member, Message } from '../domain/model.ts';
import type { NameReader, Names } from '../domain/names.ts';
import { peopleIn, peopleInRow } from '../domain/system-messages.ts';
import { presentMessage } from './message.ts';
import { presentMessageGroup } from './message-group.ts';

/**
 * Makes the data of events, in the same words as the answers: what an event shows is what a GET would. What several
 * people are to see alike is made once for all of them.
 */
export function eventPresenter(names: Names, codec: EventCodec): Present {
  const made = new WeakMap<Told, Promise<string>>();
  const means = { read: readOnce(names), codec };
  return (told, userId) => {
    // Other processes may remember its name of before the change.
    if (told.kind === 'message_group' && told.group) names.rememberGroup(told.group);
    if (isForItsAuthor(told, userId)) return present(told, means, userId);
    const known = made.get(told) ?? present(told, means);
    made.set(told, known);
    return known;
  };
}

/** An author sees their own key in it, and nobody else does. */
function isForItsAuthor(told: Told, userId: string): boolean {
  return (
    told.kind === 'message' && told.message.user_uuid === userId && told.message.client_key !== undefined
  );
}

type ReadNames = (userIds: readonly string[], groupIds?: readonly string[]) => Promise<NameReader>;

/** Reads names, and lets who asks for the same ones meanwhile wait for that: everybody in a group does so at once. */
function readOnce(names: Names): ReadNames {
  const underWay = new Map<string, Promise<NameReader>>();
  return (userIds, groupIds = []) => {
    const key = [...userIds, '', ...groupIds].join(' ');
    const reading = underWay.get(key) ?? names.read(userIds, groupIds).finally(() => underWay.delete(key));
    underWay.set(key, reading);
    return reading;
  };
}

/** Decrypts what events carry. */
export interface EventCodec {
  decodeOne(entry: LogEntry): Promise<Message>;
  decodePreviews(members: readonly Member[]): Promise<readonly InboxRow[]>;
}

/** What an answer is made with. */
interface Means {
  readonly read: ReadNames;
  readonly codec: EventCodec;
}

async function present(told: Told, means: Means, viewerId?: string): Promise<string> {
  return JSON.stringify(await answerOf(told, means, viewerId));
}

async function answerOf(told: Told, { read, codec }: Means, viewerId?: string): Promise<object> {
  switch (told.kind) {
    case 'message': {
      const { message } = told;
      const [open, names] = await Promise.all([
        codec.decodeOne(message),
        read([message.user_uuid, ...peopleIn(message)]),
      ]);
      return presentMessage(open, names, viewerId);
    }
    case 'message_group': {
      const { row } = told;
      const shown = row.peer === undefined ? read(peopleInRow(row), [row.groupId]) : read([row.peer]);
      const [[open], names] = await Promise.all([codec.decodePreviews([row]), shown]);
      if (!open) throw new TypeError('there is one row for each member');
      return presentMessageGroup(open, names);
    }
    case 'message_group_left':
      return { uuid: told.groupId };
    case 'typing': {
      const { handle } = (await read([told.userId])).person(told.userId);
      return { message_group_uuid: told.groupId, user_uuid: told.userId, handle };
    }
  }
}
