import * as z from 'zod';
import { renderJson } from '../json-text.ts';
import type { ChangeOf, ShownEvent } from '../events/changes.ts';
import type { PresentEvent } from '../events/user-streams.ts';
import type { Dependencies } from '../domain/dependencies.ts';
import { inboxEntriesOf, peopleInEntry } from '../domain/inbox-entries.ts';
import type { NameReader, Names } from '../domain/names.ts';
import { readDetails } from '../domain/message-details.ts';
import { presentMessage } from './message.ts';
import { presentMessageGroup } from './message-group.ts';
import { peopleInReactions, presentReactions } from './reaction.ts';
import { groupId, seq } from './values.ts';

/** An entry of a group's change log, as the event `change` announces it. */
export const groupChange = z
  .object({
    message_group_uuid: groupId,
    change: seq.meta({
      description: 'Number of the change: 1, 2, 3 … in each group.',
      examples: [7],
    }),
    seqs: z.array(seq).meta({
      description:
        'Seqs of the messages that were changed. Empty where the event names none: any may have been.',
    }),
  })
  .meta({
    id: 'GroupChange',
    description:
      'Messages of a group were changed. A client that has it, and all changes before it, holds what the log holds; one that misses a number asks for the changes after the last one that it has, and so does one for which a change without seqs is new.',
  });

/** The pinned messages of a group, as the event `pins` lists them. */
export const groupPins = z
  .object({
    message_group_uuid: groupId,
    seqs: z.array(seq).meta({
      description:
        'Seqs of all pinned messages, in order. A message that was just deleted may still be among them: it is not pinned.',
    }),
  })
  .meta({
    id: 'GroupPins',
    description:
      'Messages of a group were pinned or unpinned. Of two, the later one counts; and it counts more than the response to a request that was made before it arrived.',
  });

/** What presenting events needs: names, messages that are replied to, and the keys and counts of `inboxEntriesOf`. */
type PresenterNeeds = Pick<Dependencies, 'changes' | 'codec' | 'mentions' | 'messages' | 'groupData'> & {
  readonly names: Pick<Names, 'read'>;
};

/** Creates the presenter of events. An event has the same form as the response of a GET. */
export function eventPresenter(needs: PresenterNeeds): PresentEvent {
  const parts = { ...needs, read: readOnce(needs.names) };
  return async (event, viewerId) => renderJson(await dataOf(event, parts, viewerId));
}

type ReadNames = (userIds: readonly string[]) => Promise<NameReader>;

/** Reads names. Concurrent reads of the same names share one: all members of a renamed group need them at the same time. */
function readOnce(names: Pick<Names, 'read'>): ReadNames {
  const underWay = new Map<string, Promise<NameReader>>();
  return (userIds) => {
    const key = userIds.join(' ');
    const reading = underWay.get(key) ?? names.read(userIds).finally(() => underWay.delete(key));
    underWay.set(key, reading);
    return reading;
  };
}

interface PresenterParts extends PresenterNeeds {
  readonly read: ReadNames;
}

async function dataOf(event: ShownEvent, parts: PresenterParts, viewerId?: string): Promise<object> {
  switch (event.kind) {
    case 'message': {
      const message = await parts.codec.decodeOne(event.message);
      const { messages } = parts;
      return presentMessage(message, await readDetails({ messages, names: parts }, [message]), viewerId);
    }
    case 'reactions':
      return presentReactions(event, await parts.read(peopleInReactions(event.reactions)));
    case 'pins':
      return { message_group_uuid: event.groupId, seqs: event.seqs };
    case 'change':
      return { message_group_uuid: event.groupId, change: event.change, seqs: event.seqs };
    case 'message_group':
      return groupData(event, parts);
    case 'message_group_left':
      return { uuid: event.groupId };
    case 'typing': {
      const { handle } = (await parts.read([event.userId])).person(event.userId);
      return { message_group_uuid: event.groupId, user_uuid: event.userId, handle };
    }
  }
}

async function groupData({ row, group }: ChangeOf<'message_group'>, parts: PresenterParts): Promise<object> {
  const [entry] = await inboxEntriesOf(parts, [{ row, group }]);
  if (!entry) throw new TypeError("a named group's row is presented with its group");
  return presentMessageGroup(entry, await parts.read(peopleInEntry(entry)));
}
