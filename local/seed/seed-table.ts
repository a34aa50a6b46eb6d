import { createHash } from 'node:crypto';
import type { Wiring } from '../../backend/wiring.ts';
import type { GroupActor } from '../../backend/domain/change-group.ts';
import { createGroup } from '../../backend/domain/create-group.ts';
import { addMembers, updateGroup } from '../../backend/domain/manage-members.ts';
import { markRead } from '../../backend/domain/mark-read.ts';
import type { Person, Tail } from '../../backend/domain/model.ts';
import { saveProfile } from '../../backend/domain/people.ts';
import { pinMessage } from '../../backend/domain/pin.ts';
import { react } from '../../backend/domain/react.ts';
import { sendToGroup } from '../../backend/domain/send-message.ts';
import type { TimedSend } from '../../backend/domain/send-run.ts';
import { divide, TimedWriter, type WrittenTable } from '../../cli/timed-writer.ts';
import { ForbiddenError } from '../../backend/errors.ts';
import { directGroupId, groupIdForKey } from '../../schema/ids.ts';
import { MAX_ADDED } from '../../schema/items.ts';
import { mentionsIn } from '../../schema/mentions.ts';
import { membershipChangeOf } from '../../schema/membership-changes.ts';
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

/**
 * Writes a plan into a table, through the use cases of the API. It may be repeated, interrupted and run twice at once:
 * people are recognised by their handle, and each message by its sender's key, so nothing is written twice.
 * @param onProgress called for each message that is in the table, sent now or found.
 */
export async function seedTable(
  into: WrittenTable,
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

/** A conversation that is written. */
interface Written {
  readonly groupId: string;
  readonly people: ReadonlyMap<string, Person>;
  readonly conversation: SeedConversation;
  /** Whether a user is a member: some may have left since. */
  readonly mayTalk: (user: Person) => boolean;
}

/** Writes one conversation at a time, with a clock that is set to the times of its messages. */
class SeedWriter {
  readonly context: Wiring;
  readonly #writer: TimedWriter;
  readonly #onProgress: () => void;

  constructor(into: WrittenTable, onProgress: () => void) {
    this.#writer = new TimedWriter(into);
    this.context = this.#writer.context;
    this.#onProgress = onProgress;
  }

  /** Sends the messages that are missing. Returns how many. */
  async write(people: ReadonlyMap<string, Person>, conversation: SeedConversation): Promise<number> {
    const { between, messages, unreadBy } = conversation;
    const members = between.map((handle) => personOf(people, handle));
    const groupId = await this.#open(members, conversation);
    const { seqs, tail, newestAt } = await readSeeds(this.context, groupId);
    // People who have left since, or were removed, send nothing more.
    const present = await presentAmong(this.context, groupId, members);
    const mayTalk = ({ userId }: Person) => tail.seq === 0 || present.has(userId);
    const found: number[] = [];
    const missing: TimedSend[] = [];
    for (const [place, message] of messages.entries()) {
      const from = personOf(people, message.from);
      const clientKey = keyAt(place);
      const seq = seqs.get(`${from.userId} ${clientKey}`);
      if (seq !== undefined) found.push(seq);
      else if (mayTalk(from))
        missing.push({ userId: from.userId, text: message.text, clientKey, createdAt: message.at });
      if (seq !== undefined || !mayTalk(from)) this.#onProgress();
    }
    const planned = inOrder(missing, newestAt);
    const firstSingle = planned.findIndex(({ clientKey }) => isSentAlone(conversation, clientKey));
    const runs = firstSingle < 0 ? planned : planned.slice(0, firstSingle);
    let end = await this.#send(groupId, members, { tail, messages: runs });
    const place = { groupId, people, conversation, mayTalk };
    for (const send of planned.slice(runs.length)) end = await this.#sendAlone(place, send);
    await this.#writer.summarise(groupId);
    const last = missing.length > 0 ? end.seq : Math.max(0, ...found);
    const readers = members.filter((member, place) => mayTalk(member) && !isIn(unreadBy, between[place]));
    for (const { userId } of readers) await markRead(this.context, groupId, userId, last);
    return missing.length;
  }

  /** Sends messages after `tail`; the first one opens a direct conversation. Returns the last one's place in the log. */
  async #send(
    groupId: string,
    members: readonly Person[],
    { tail, messages }: { readonly tail: Tail; readonly messages: readonly TimedSend[] },
  ): Promise<Tail> {
    const onSent = this.#onProgress;
    const [first, ...others] = messages;
    if (!first || tail.seq > 0) return this.#writer.append(groupId, { tail, messages, onSent });
    const to = members.find(({ userId }) => userId !== first.userId);
    if (!to) throw new RangeError('a conversation of fewer than two');
    const opened = await this.#writer.open(to.handle, first);
    onSent();
    return this.#writer.append(groupId, { tail: opened, messages: others, onSent });
  }

  /**
   * Sends one message as the API does: a reply, one that mentions users, or the last one of a conversation. Before that one
   * come the reactions and pins: a seed that finds it has nothing left to do, and gives nothing back that users have removed.
   */
  async #sendAlone(into: Written, { createdAt, ...send }: TimedSend): Promise<Tail> {
    const { groupId, people, conversation } = into;
    const { messages } = conversation;
    const place = placeOf(send.clientKey);
    const { seqs } = await readSeeds(this.context, groupId);
    const seqAt = (at: number) => {
      const { from = '' } = messages[at] ?? {};
      return seqs.get(`${people.get(from)?.userId ?? ''} ${keyAt(at)}`);
    };
    this.#writer.now = createdAt;
    if (place === messages.length - 1) await this.#use(into, seqAt);
    const { repliesBack } = messages[place]?.uses ?? {};
    const replyTo = repliesBack === undefined ? undefined : seqAt(place - repliesBack);
    const reply = replyTo === undefined ? {} : { replyTo };
    const sent = await sendToGroup(this.context, groupId, { ...send, ...reply, afterSeq: 0 });
    this.#onProgress();
    return sent;
  }

  /** Adds the reactions and pins. Those that exist are not added again. */
  async #use(into: Written, seqAt: (place: number) => number | undefined): Promise<void> {
    const { groupId, people, mayTalk } = into;
    const { messages } = into.conversation;
    for (const [place, { uses = {} }] of messages.entries()) {
      const seq = seqAt(place);
      if (seq === undefined) continue;
      for (const [emoji, handles] of Object.entries(uses.reactions ?? {})) {
        for (const user of handles.map((handle) => personOf(people, handle)).filter(mayTalk)) {
          await react(this.context, { groupId, seq, userId: user.userId, emoji });
        }
      }
      const pinner = uses.pinnedBy === undefined ? undefined : personOf(people, uses.pinnedBy);
      if (pinner && mayTalk(pinner)) {
        // The group may have another owner by now.
        await pinMessage(this.context, { groupId, seq, userId: pinner.userId }).catch(unlessForbidden);
      }
    }
  }

  /** Returns the id of a conversation. Creates a missing group: its name is its key. */
  async #open(members: readonly Person[], conversation: SeedConversation): Promise<string> {
    const { name, messages, isPublic = false } = conversation;
    const [creator, other] = members;
    if (!creator || !other) throw new RangeError('a conversation of fewer than two');
    if (name === undefined) return directGroupId(creator.userId, other.userId);
    const clientKey = `seed-${seedUserId(name)}`;
    const groupId = groupIdForKey(creator.userId, clientKey);
    const [first = [], ...later] = chunksOf(members);
    this.#writer.now = messages[0]?.at ?? this.#writer.now;
    const { seq } = await this.context.messages.tail(groupId);
    if (seq === 0) {
      const handles = first.map(({ handle }) => handle);
      await createGroup(this.context, { creator, name, handles, clientKey });
    }
    const actor = { groupId, actor: creator };
    // In a group with later messages the owner may have chosen another visibility.
    if (isPublic && seq <= 1) await updateGroup(this.context, actor, { visibility: 'public' });
    await this.#addMembers(actor, later);
    return groupId;
  }

  /** Adds the members that no message of the log has added, as after an interrupted seed. Those who left are not added. */
  async #addMembers(actor: GroupActor, chunks: readonly (readonly Person[])[]): Promise<void> {
    const { groupId, actor: creator } = actor;
    if (chunks.length === 0 || !(await this.context.members.find(groupId, creator.userId))) return;
    const added = new Set<string>();
    for await (const page of this.context.messages.log(groupId)) {
      for (const userId of page.flatMap((message) => membershipChangeOf(message)?.joined ?? []))
        added.add(userId);
    }
    for (const chunk of chunks) {
      const handles = chunk.filter(({ userId }) => !added.has(userId)).map(({ handle }) => handle);
      if (handles.length > 0) await addMembers(this.context, actor, handles, () => 'handles');
    }
  }
}

function unlessForbidden(error: unknown): void {
  if (!(error instanceof ForbiddenError)) throw error;
}

const KEY = 'seed-';
/** The key of the message at a place of a plan. */
const keyAt = (place: number): string => `${KEY}${place + 1}`;
const placeOf = (key = ''): number => Number(key.slice(KEY.length)) - 1;

/** Whether a message cannot be one of a run: runs have no mentions, and reactions and pins come before the last message. */
function isSentAlone({ messages }: SeedConversation, key: string | undefined): boolean {
  const place = placeOf(key);
  const { text = '', uses } = messages[place] ?? {};
  const isLast = place === messages.length - 1 && messages.some((message) => message.uses);
  return (
    isLast || uses?.repliesBack !== undefined || mentionsIn(text).words.length > 0 || mentionsIn(text).all
  );
}

const isIn = (handles: readonly string[], handle: string | undefined) =>
  handle !== undefined && handles.includes(handle);

/** The members of a group, in parts that one request adds. The creator is one of the first part. */
function chunksOf(members: readonly Person[]): Person[][] {
  const count = Math.ceil(members.length / MAX_ADDED);
  return Array.from({ length: count }, (_, index) =>
    members.slice(index * MAX_ADDED, (index + 1) * MAX_ADDED),
  );
}

/** The ids of those who are members now. */
async function presentAmong(
  { members }: Wiring,
  groupId: string,
  people: readonly Person[],
): Promise<ReadonlySet<string>> {
  const rows = await members.findMany(
    groupId,
    people.map(({ userId }) => userId),
  );
  return new Set(rows.map(({ userId }) => userId));
}

/** Reads a group's log: the seq of each message by author and key, its end, and the time of the newest message. */
async function readSeeds(context: Wiring, groupId: string) {
  const seqs = new Map<string, number>();
  let tail: Tail = { seq: 0, n: 0 };
  let newestAt: Date | undefined;
  for await (const page of context.messages.log(groupId)) {
    for (const entry of page) {
      const { seq, user_uuid, client_key, created_at } = entry;
      if (client_key !== undefined) seqs.set(`${user_uuid} ${client_key}`, seq);
      tail = entry;
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
