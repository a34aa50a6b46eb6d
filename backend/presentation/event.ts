import type { UserEvent } from '../events/changes.ts';
import type { PresentEvent } from '../events/user-streams.ts';
import type { InboxRow, LogEntry, Member, Message } from '../domain/model.ts';
import type { NameReader, Names } from '../domain/names.ts';
import { peopleIn, peopleInRow } from '../domain/system-messages.ts';
import { presentMessage } from './message.ts';
import { presentMessageGroup } from './message-group.ts';

/**
 * Creates the presenter of events. An event has the same form as the response of a GET. Data that several users share is
 * presented once for all of them.
 */
export function eventPresenter(names: Names, codec: EventCodec): PresentEvent {
  const presented = new WeakMap<UserEvent, Promise<string>>();
  const parts = { read: readOnce(names), codec };
  return (event, userId) => {
    // This process may have cached the name from before the change.
    if (event.kind === 'message_group' && event.group) names.rememberGroup(event.group);
    if (isForItsAuthor(event, userId)) return present(event, parts, userId);
    const known = presented.get(event) ?? present(event, parts);
    presented.set(event, known);
    return known;
  };
}

/** Whether the event contains the client key of its author, which only the author may see. */
function isForItsAuthor(event: UserEvent, userId: string): boolean {
  return (
    event.kind === 'message' && event.message.user_uuid === userId && event.message.client_key !== undefined
  );
}

type ReadNames = (userIds: readonly string[], groupIds?: readonly string[]) => Promise<NameReader>;

/** Reads names. Concurrent reads of the same names share one: all members of a group need them at the same time. */
function readOnce(names: Names): ReadNames {
  const underWay = new Map<string, Promise<NameReader>>();
  return (userIds, groupIds = []) => {
    const key = [...userIds, '', ...groupIds].join(' ');
    const reading = underWay.get(key) ?? names.read(userIds, groupIds).finally(() => underWay.delete(key));
    underWay.set(key, reading);
    return reading;
  };
}

/** Decrypts messages and previews in events. */
export interface EventCodec {
  decodeOne(entry: LogEntry): Promise<Message>;
  decodePreviews(members: readonly Member[]): Promise<readonly InboxRow[]>;
}

interface PresenterParts {
  readonly read: ReadNames;
  readonly codec: EventCodec;
}

async function present(event: UserEvent, parts: PresenterParts, viewerId?: string): Promise<string> {
  return JSON.stringify(await dataOf(event, parts, viewerId));
}

async function dataOf(event: UserEvent, { read, codec }: PresenterParts, viewerId?: string): Promise<object> {
  switch (event.kind) {
    case 'message': {
      const { message } = event;
      const [decrypted, names] = await Promise.all([
        codec.decodeOne(message),
        read([message.user_uuid, ...peopleIn(message)]),
      ]);
      return presentMessage(decrypted, names, viewerId);
    }
    case 'message_group': {
      const { row } = event;
      const shown = row.peer === undefined ? read(peopleInRow(row), [row.groupId]) : read([row.peer]);
      const [[decrypted], names] = await Promise.all([codec.decodePreviews([row]), shown]);
      if (!decrypted) throw new TypeError('there is one row for each member');
      return presentMessageGroup(decrypted, names);
    }
    case 'message_group_left':
      return { uuid: event.groupId };
    case 'typing': {
      const { handle } = (await read([event.userId])).person(event.userId);
      return { message_group_uuid: event.groupId, user_uuid: event.userId, handle };
    }
  }
}
