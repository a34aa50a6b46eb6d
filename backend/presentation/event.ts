import type { ChangeOf, ShownChange } from '../events/changes.ts';
import type { PresentChange } from '../events/user-streams.ts';
import type { Dependencies } from '../domain/dependencies.ts';
import { inboxEntriesOf, peopleInEntry } from '../domain/inbox-entries.ts';
import type { NameReader, Names } from '../domain/names.ts';
import { peopleIn } from '../domain/system-messages.ts';
import { presentMessage } from './message.ts';
import { presentMessageGroup } from './message-group.ts';

/** What presenting events needs: names, and the keys and counts of `inboxEntriesOf`. */
type PresenterNeeds = Pick<Dependencies, 'changes' | 'codec'> & { readonly names: Pick<Names, 'read'> };

/** Creates the presenter of events. An event has the same form as the response of a GET. */
export function eventPresenter(needs: PresenterNeeds): PresentChange {
  const parts = { ...needs, read: readOnce(needs.names) };
  return async (change, viewerId) => JSON.stringify(await dataOf(change, parts, viewerId));
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

async function dataOf(change: ShownChange, parts: PresenterParts, viewerId?: string): Promise<object> {
  switch (change.kind) {
    case 'message': {
      const { message } = change;
      const [decrypted, names] = await Promise.all([
        parts.codec.decodeOne(message),
        parts.read([message.user_uuid, ...peopleIn(message)]),
      ]);
      return presentMessage(decrypted, names, viewerId);
    }
    case 'message_group':
      return groupData(change, parts);
    case 'message_group_left':
      return { uuid: change.groupId };
    case 'typing': {
      const { handle } = (await parts.read([change.userId])).person(change.userId);
      return { message_group_uuid: change.groupId, user_uuid: change.userId, handle };
    }
  }
}

async function groupData({ row, group }: ChangeOf<'message_group'>, parts: PresenterParts): Promise<object> {
  const [entry] = await inboxEntriesOf(parts, [{ row, group }]);
  if (!entry) throw new TypeError("a named group's row is presented with its group");
  return presentMessageGroup(entry, await parts.read(peopleInEntry(entry)));
}
