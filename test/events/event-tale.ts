import type { Events } from '../../backend/events/changes.ts';
import type { MessageAnswer } from '../../backend/presentation/message.ts';
import type { MessageGroupAnswer } from '../../backend/presentation/message-group.ts';
import type { EventReader, ReceivedEvent } from '../support/event-reader.ts';

/** A stream, and whose it is. */
export interface Device {
  readonly userId: string;
  readonly reader: EventReader;
}

/** The conversation in events that only mark a place. */
const FENCE = 'a-fence';

let fences = 0;

/**
 * Waits until streams received all that was published so far to their users, and in these named groups: a typing event
 * that is published now comes last. It waits for a group's only on the streams of its members.
 */
export async function allTold(
  events: Events,
  devices: readonly Device[],
  groups: readonly { readonly groupId: string; readonly members: readonly string[] }[] = [],
): Promise<void> {
  const userIds = [...new Set(devices.map(({ userId }) => userId))];
  await Promise.all([
    passFence(devices, (groupId) =>
      events.publish({ kind: 'typing', to: { userIds }, groupId, userId: FENCE }),
    ),
    ...groups.map(({ groupId, members }) =>
      passFence(
        devices.filter(({ userId }) => members.includes(userId)),
        (fence) => {
          const to = { groupId, membershipSeq: 0 };
          return events.publish({ kind: 'typing', to, groupId: fence, userId: FENCE });
        },
      ),
    ),
  ]);
}

async function passFence(
  devices: readonly Device[],
  publish: (fence: string) => Promise<void>,
): Promise<void> {
  fences += 1;
  const fence = `${FENCE}-${fences}`;
  const isFence = ({ data }: ReceivedEvent) => JSON.stringify(data).includes(`"${fence}"`);
  await publish(fence);
  await Promise.all(
    devices.map(async ({ reader }) => {
      for (let count = 1; !reader.events.some(isFence); count += 1) await reader.until('typing', count);
    }),
  );
}

/**
 * What a stream was told, in few words: `message 2.1` with seq and rev, `row 2, read 1, unread 1` with the name where it
 * is a group's, `left`, `typing`. The first `ready` is left out.
 */
export function tale({ reader }: Device, from = 0): string[] {
  const told = reader.events.slice(1).filter(({ data }) => !JSON.stringify(data).includes(FENCE));
  return told.map(inWords).slice(from);
}

/** What a stream was told of one conversation, from an event on. */
export function taleOf({ reader }: Device, groupId: string, from: number): string[] {
  const later = reader.events.slice(from);
  return later.filter(({ data }) => JSON.stringify(data).includes(groupId)).map(inWords);
}

function inWords({ event, data }: ReceivedEvent): string {
  switch (event) {
    case 'message': {
      const { seq, rev } = data as MessageAnswer;
      return `message ${seq}.${rev}`;
    }
    case 'message_group': {
      const { name, last_seq, read_seq, unread_count } = data as MessageGroupAnswer;
      return `row ${last_seq}, read ${read_seq}, unread ${unread_count}${name === null ? '' : ` of ${name}`}`;
    }
    case 'message_group_left':
      return 'left';
    case undefined:
      return '';
    default:
      return event;
  }
}

/** The messages that a stream was told, as they came. */
export function messagesOf({ reader }: Device): MessageAnswer[] {
  return reader.events.filter(({ event }) => event === 'message').map(({ data }) => data as MessageAnswer);
}

/** A message as its event has it: without what members added to it, unless it is a tombstone, which has nothing. */
export function asEvent(answer: MessageAnswer): MessageAnswer {
  if (answer.deleted_at !== null) return answer;
  const { reactions, pinned, ...message } = answer;
  return message;
}
