import { marshall } from '@aws-sdk/util-dynamodb';
import type { AttributeValue, DynamoDBRecord } from 'aws-lambda';
import { createGroup } from '../../backend/domain/create-group.ts';
import { listInbox } from '../../backend/domain/list-inbox.ts';
import { listMessages } from '../../backend/domain/list-messages.ts';
import { addMembers } from '../../backend/domain/manage-members.ts';
import { markRead } from '../../backend/domain/mark-read.ts';
import type { Message, Person } from '../../backend/domain/model.ts';
import { requireProfile, saveProfile } from '../../backend/domain/people.ts';
import { sendToGroup, sendToHandle } from '../../backend/domain/send-message.ts';
import { createLogger } from '../../backend/logger.ts';
import type { CapacityMeter } from '../../backend/table/capacity-meter.ts';
import { messageItemOf } from '../../backend/table/items.ts';
import type { Table } from '../../backend/table/table.ts';
import { wire, type Wiring } from '../../backend/wiring.ts';
import { createHandler } from '../../lambdas/update-summaries/handler.ts';
import { MAX_ADDED } from '../../schema/items.ts';
import { type Circle, userId } from '../people.ts';
import { add, type DayCost, NOTHING } from './rules.ts';
import { type Batch, batchesOf, type Scene, type Trace, type TracedRead, type TracedSend } from './trace.ts';

/** Midnight of the traced day. */
const DAY = Date.UTC(2026, 0, 15);
/** Conversations begin in the morning before: since then more than a day has passed, and rows move in the inbox. */
const BEGINNING = DAY - 18 * 3_600_000;
const PAGE = 20;
const TEXT = 'See you at the station at nine, then. I will bring the tickets and the old map. '.repeat(2);

/** What a day cost, and what happened on it. */
export interface Replay {
  readonly cost: DayCost;
  /** Conversations that were opened: a page of history was read, and the conversation marked as read. */
  readonly openings: number;
}

/** A step of the day: what happens when. */
type Step =
  | { readonly kind: 'send'; readonly at: number; readonly send: TracedSend }
  | { readonly kind: 'inbox'; readonly at: number; readonly read: TracedRead }
  | { readonly kind: 'batch'; readonly at: number; readonly batch: Batch };

/**
 * Replays a day on the API's use cases and the stream's handler, one step after another in simulated time, and adds up the
 * units that the engine reports. Each request reads the caller's profile first, as the API does. After a look at the inbox
 * the newest conversation with unread messages is opened, and marked as read up to its newest message.
 */
export class Replayer {
  readonly #scene: Scene;
  readonly #circle: Circle;
  readonly #meter: CapacityMeter;
  readonly #context: Wiring;
  readonly #handler: ReturnType<typeof createHandler>;
  readonly #groupIds: string[] = [];
  readonly #stored = new Map<TracedSend, Message>();
  #people: readonly Person[] = [];
  #cost: DayCost = { send: NOTHING, stream: NOTHING, inbox: NOTHING, history: NOTHING, mark: NOTHING };
  #openings = 0;
  #now = BEGINNING;
  #lastId = 0;
  #lastRecord = 0;

  /** @param circle people of the table that are this replay's own. */
  constructor(table: Table, meter: CapacityMeter, { scene, circle }: { scene: Scene; circle: Circle }) {
    this.#scene = scene;
    this.#circle = circle;
    this.#meter = meter;
    this.#context = wire({
      table,
      clock: () => new Date(this.#now),
      timer: { now: () => this.#now },
      newId: () => this.#newId(),
    });
    this.#handler = createHandler({
      ...this.#context,
      failures: (keys) => Promise.reject(new Error(`records failed: ${JSON.stringify(keys)}`)),
      logger: createLogger('silent'),
    });
  }

  /** Creates the users and their conversations, on the day before. Its cost does not count. */
  async prepare(): Promise<void> {
    const places = Array.from({ length: this.#scene.users }, (_, place) => place);
    this.#people = await Promise.all(
      places.map((place) =>
        saveProfile(this.#context, userId(this.#circle, place), {
          handle: `${this.#circle}.${place}`,
          display_name: `User ${place}`,
        }),
      ),
    );
    for (const members of this.#scene.conversations) {
      this.#groupIds.push(await this.#begin(members.map((place) => this.#person(place))));
    }
  }

  async replay({ sends, inboxReads }: Trace, windowMs: number): Promise<Replay> {
    const steps: Step[] = [
      ...sends.map((send): Step => ({ kind: 'send', at: send.at, send })),
      ...inboxReads.map((read): Step => ({ kind: 'inbox', at: read.at, read })),
      ...batchesOf(sends, windowMs).map((batch): Step => ({ kind: 'batch', at: batch.at, batch })),
    ];
    // A stable sort: a message comes before the batch of the same moment that has it.
    for (const step of steps.sort((one, other) => one.at - other.at)) {
      this.#now = DAY + step.at;
      await this.#do(step);
    }
    return { cost: this.#cost, openings: this.#openings };
  }

  async #do(step: Step): Promise<void> {
    switch (step.kind) {
      case 'send':
        return this.#send(step.send);
      case 'inbox':
        return this.#readInbox(this.#person(step.read.user));
      case 'batch':
        return this.#deliver(step.batch);
    }
  }

  async #send(send: TracedSend): Promise<void> {
    const { userId: author } = this.#person(send.user);
    const groupId = this.#groupIds[send.conversation] ?? '';
    const text = TEXT.slice(0, send.length);
    const stored = await this.#measured('send', author, () =>
      sendToGroup(this.#context, groupId, { userId: author, text }),
    );
    this.#stored.set(send, stored);
  }

  async #deliver({ sends }: Batch): Promise<void> {
    const Records = sends.map((send) => this.#recordOf(this.#stored.get(send)));
    const { batchItemFailures } = await this.#measured('stream', undefined, () => this.#handler({ Records }));
    if (batchItemFailures.length > 0) throw new Error('the handler did not finish a batch');
  }

  async #readInbox({ userId: reader }: Person): Promise<void> {
    const context = this.#context;
    const { entries } = await this.#measured('inbox', reader, () =>
      listInbox(context, reader, { limit: PAGE }),
    );
    const groupId = entries.find((entry) => entry.unreadCount > 0)?.row.groupId;
    if (groupId === undefined) return;
    this.#openings += 1;
    const position = { at: 'end' } as const;
    const { messages } = await this.#measured('history', reader, () =>
      listMessages(context, { groupId, userId: reader, position, limit: PAGE }),
    );
    const seq = messages.at(-1)?.seq ?? 0;
    await this.#measured('mark', reader, () => markRead(context, groupId, reader, seq));
  }

  /** Adds up what some work uses. @param caller the user whose request it is. */
  async #measured<Result extends object>(
    what: keyof DayCost,
    caller: string | undefined,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const results: Result[] = [];
    const used = await this.#meter.measure(async () => {
      if (caller !== undefined) await requireProfile(this.#context, caller);
      results.push(await work());
    });
    this.#cost = { ...this.#cost, [what]: add(this.#cost[what], used) };
    const [result] = results;
    if (!result) throw new Error('nothing was done');
    return result;
  }

  /** Begins a conversation, and brings it to the state in which the stream leaves it. */
  async #begin(members: readonly Person[]): Promise<string> {
    const [first, ...others] = members;
    if (!first) throw new RangeError('a conversation needs members');
    const [other] = others;
    if (other && members.length === 2) {
      const draft = { userId: first.userId, text: TEXT };
      return (await sendToHandle(this.#context, other.handle, draft)).groupId;
    }
    const handles = others.map(({ handle }) => handle);
    const { group } = await createGroup(this.#context, {
      creator: first,
      name: this.#scene.name,
      handles: handles.slice(0, MAX_ADDED),
    });
    const actor = { groupId: group.groupId, actor: first };
    for (let added = MAX_ADDED; added < handles.length; added += MAX_ADDED) {
      const more = handles.slice(added, added + MAX_ADDED);
      await addMembers(this.#context, actor, more, () => 'handles');
    }
    return group.groupId;
  }

  /** A record as the stream has it when a message was stored. */
  #recordOf(message: Message | undefined): DynamoDBRecord {
    if (!message) throw new Error('a batch has a message that was not sent');
    const item = messageItemOf(message);
    this.#lastRecord += 1;
    return {
      eventName: 'INSERT',
      dynamodb: {
        Keys: image({ pk: item.pk, sk: item.sk }),
        NewImage: image(item),
        SequenceNumber: String(this.#lastRecord),
      },
    };
  }

  #person(place: number): Person {
    const person = this.#people[place];
    if (!person) throw new RangeError(`no user ${place}`);
    return person;
  }

  /** Ids in the form of ULIDs, the same in every run. */
  #newId(): string {
    this.#lastId += 1;
    return `${this.#circle}${String(this.#lastId).padStart(18, '0')}`;
  }
}

/** An item as a stream's image has it: none of these holds bytes, the one type that Lambda writes differently. */
function image(item: object): Record<string, AttributeValue> {
  return marshall(item, { removeUndefinedValues: true }) as Record<string, AttributeValue>;
}
