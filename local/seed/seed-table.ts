import { createHash } from 'node:crypto';
import { type Wiring, type WiringOptions, wire } from '../../backend/wiring.ts';
import { createGroup } from '../../backend/domain/create-group.ts';
import { markRead } from '../../backend/domain/mark-read.ts';
import { userIdsOf } from '../../backend/domain/membership.ts';
import type { Person } from '../../backend/domain/model.ts';
import { saveProfile } from '../../backend/domain/people.ts';
import { rebuildSummaries } from '../../backend/domain/rebuild-summaries.ts';
import { sendToGroup, sendToHandle } from '../../backend/domain/send-message.ts';
import { MAX_RUN, sendRun, type TimedSend } from '../../backend/domain/send-run.ts';
import { directGroupId, groupIdForKey } from '../../schema/ids.ts';
import type { SeedConversation, SeedPerson, SeedPlan } from './plan.ts';

/** Maximum people, and conversations, that are written at the same time. */
const CONCURRENCY = 8;

/** The result of seeding a plan. */
export interface SeedResult {
  readonly people: number;
  readonly conversations: number;
  /** Messages that this run sent; the others existed already. */
  readonly sent: number;
}

/** The table that a plan is written to, and how its texts are stored there. */
export type SeededTable = Pick<WiringOptions, 'table' | 'encryption'>;

/**
 * Writes a plan into a table, through the use cases of the API. It may be repeated, interrupted and run twice at once:
 * people are recognised by their handle, and each message by its sender's key, so nothing is written twice.
 * @param onProgress called for each message that is in the table, sent now or found.
 */
export async function seedTable(
  into: SeededTable,
  plan: SeedPlan,
  onProgress: () => void = () => undefined,
): Promise<SeedResult> {
  const writers = Array.from({ length: CONCURRENCY }, () => new SeedWriter(into, onProgress));
  const people = new Map<string, Person>();
  await divide(writers, plan.people, async (writer, person) => {
    people.set(person.handle, await ensurePerson(writer.context, person));
  });
  let sent = 0;
  await divide(writers, plan.conversations, async (writer, conversation) => {
    const sentHere = await writer.write(people, conversation);
    sent += sentHere;
  });
  return { people: people.size, conversations: plan.conversations.length, sent };
}

/** Returns the user id that a seed gives to a handle: always the same one, in the form of Cognito's. */
export function seedUserId(handle: string): string {
  const hex = createHash('sha256').update(`seed:${handle}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

/** Returns the user that a seed created, even if their handle has changed; or the user who has the handle; or a new one. */
async function ensurePerson(context: Wiring, person: SeedPerson): Promise<Person> {
  const userId = seedUserId(person.handle);
  const profile = await context.profiles.find(userId);
  if (profile) return { userId, handle: profile.handle, display_name: profile.display_name };
  const claim = await context.profiles.findByHandle(person.handle, 'strong');
  if (claim) return claim;
  return saveProfile(context, userId, person);
}

/** Writes one conversation at a time, with a clock that is set to the times of its messages. */
class SeedWriter {
  readonly context: Wiring;
  readonly #onProgress: () => void;
  #now = new Date();

  constructor(into: SeededTable, onProgress: () => void) {
    this.context = wire({ ...into, clock: () => this.#now });
    this.#onProgress = onProgress;
  }

  /** Sends the messages that are missing. Returns how many. */
  async write(people: ReadonlyMap<string, Person>, conversation: SeedConversation): Promise<number> {
    const { between, messages, unreadBy } = conversation;
    const members = between.map((handle) => personOf(people, handle));
    const groupId = await this.#open(members, conversation);
    const { seqs, tail, newestAt } = await readSeeds(this.context, groupId);
    // People who have left since, or were removed, send nothing more.
    const present = new Set(userIdsOf(await this.context.members.list(groupId)));
    const mayTalk = ({ userId }: Person) => tail === 0 || present.has(userId);
    const found: number[] = [];
    const missing: TimedSend[] = [];
    for (const [place, message] of messages.entries()) {
      const from = personOf(people, message.from);
      const clientKey = `seed-${place + 1}`;
      const seq = seqs.get(`${from.userId} ${clientKey}`);
      if (seq !== undefined) found.push(seq);
      else if (mayTalk(from))
        missing.push({ userId: from.userId, text: message.text, clientKey, createdAt: message.at });
      if (seq !== undefined || !mayTalk(from)) this.#onProgress();
    }
    const end = await this.#send(groupId, members, { tail, messages: inOrder(missing, newestAt) });
    // Without a consumer of the stream, nothing else would update the summaries.
    await rebuildSummaries(this.context, groupId);
    const last = missing.length > 0 ? end : Math.max(0, ...found);
    const readers = members.filter((member, place) => mayTalk(member) && !isIn(unreadBy, between[place]));
    for (const { userId } of readers) await markRead(this.context, groupId, userId, last);
    return missing.length;
  }

  /** Sends messages after `tail`; the first one opens a direct conversation. Returns the seq of the last one. */
  async #send(
    groupId: string,
    members: readonly Person[],
    { tail, messages }: { readonly tail: number; readonly messages: readonly TimedSend[] },
  ): Promise<number> {
    const [first] = messages;
    if (!first) return tail;
    let end = tail;
    let sent = 0;
    if (tail === 0) {
      const to = members.find(({ userId }) => userId !== first.userId);
      if (!to) throw new RangeError('a conversation of fewer than two');
      this.#now = first.createdAt;
      end = (await sendToHandle(this.context, to.handle, first)).seq;
      sent = 1;
      this.#onProgress();
    }
    for (; sent < messages.length; sent += MAX_RUN) {
      end = await this.#sendRun(groupId, end, messages.slice(sent, sent + MAX_RUN));
    }
    return end;
  }

  /** Sends a run in one transaction; or one by one, if another client writes to the conversation too. */
  async #sendRun(groupId: string, tail: number, messages: readonly TimedSend[]): Promise<number> {
    let end = tail;
    if (await sendRun(this.context, groupId, { tail, messages })) end = tail + messages.length;
    else {
      for (const { createdAt, ...message } of messages) {
        this.#now = createdAt;
        const { seq } = await sendToGroup(this.context, groupId, { ...message, afterSeq: end });
        end = Math.max(end, seq);
      }
    }
    messages.forEach(() => this.#onProgress());
    return end;
  }

  /** Returns the id of a conversation. Creates a missing group: its name is its key. */
  async #open(members: readonly Person[], { name, messages }: SeedConversation): Promise<string> {
    const [creator, other] = members;
    if (!creator || !other) throw new RangeError('a conversation of fewer than two');
    if (name === undefined) return directGroupId(creator.userId, other.userId);
    const clientKey = `seed-${seedUserId(name)}`;
    const groupId = groupIdForKey(creator.userId, clientKey);
    if ((await this.context.messages.tail(groupId)) > 0) return groupId;
    this.#now = messages[0]?.at ?? this.#now;
    const handles = members.map(({ handle }) => handle);
    await createGroup(this.context, { creator, name, handles, clientKey });
    return groupId;
  }
}

const isIn = (handles: readonly string[], handle: string | undefined) =>
  handle !== undefined && handles.includes(handle);

/** Reads a group's log: the seq of each message by author and key, the last seq, and the time of the newest message. */
async function readSeeds(context: Wiring, groupId: string) {
  const seqs = new Map<string, number>();
  let tail = 0;
  let newestAt: Date | undefined;
  for await (const page of context.messages.log(groupId)) {
    for (const { seq, user_uuid, client_key, created_at } of page) {
      if (client_key !== undefined) seqs.set(`${user_uuid} ${client_key}`, seq);
      tail = seq;
      newestAt = new Date(created_at);
    }
  }
  return { seqs, tail, newestAt };
}

/**
 * Moves the times of messages after the log's newest message. A plan counts its times back from the present: if the
 * plan is longer than at an earlier run, or people wrote meanwhile, its times would be before the newest one. Then the
 * messages are spread over the time from the newest message until now.
 */
function inOrder(messages: readonly TimedSend[], newestAt: Date | undefined): readonly TimedSend[] {
  const [first] = messages;
  if (!first || !newestAt || first.createdAt >= newestAt) return messages;
  const begin = newestAt.getTime();
  const step = Math.max(0, Date.now() - begin) / (messages.length + 1);
  return messages.map((message, place) => ({
    ...message,
    createdAt: new Date(begin + Math.round(step * (place + 1))),
  }));
}

function personOf(people: ReadonlyMap<string, Person>, handle: string): Person {
  const person = people.get(handle);
  if (!person) throw new RangeError(`a conversation has a member who is not in the plan: ${handle}`);
  return person;
}

/** Runs a task for each item, on several writers, each one item at a time; the first failure ends it. */
async function divide<Item>(
  writers: readonly SeedWriter[],
  items: readonly Item[],
  task: (writer: SeedWriter, item: Item) => Promise<void>,
): Promise<void> {
  const left = each(items);
  try {
    // All writers take from the same sequence.
    await Promise.all(
      writers.map(async (writer) => {
        for (let next = left.next(); next.done !== true; next = left.next()) await task(writer, next.value);
      }),
    );
  } finally {
    left.return();
  }
}

function* each<Item>(items: readonly Item[]): Generator<Item, void> {
  yield* items;
}
