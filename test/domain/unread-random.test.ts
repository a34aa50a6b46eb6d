import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deleteMessage, editMessage, type MessageChange } from '../../backend/domain/change-message.ts';
import { createGroup } from '../../backend/domain/create-group.ts';
import { listInbox } from '../../backend/domain/list-inbox.ts';
import { addMembers, removeMember, updateGroup } from '../../backend/domain/manage-members.ts';
import { markRead } from '../../backend/domain/mark-read.ts';
import type { LogEntry, Person } from '../../backend/domain/model.ts';
import { sendToGroup, sendToHandle } from '../../backend/domain/send-message.ts';
import { factsOf } from '../../backend/domain/summaries.ts';
import { updateSummaries } from '../../backend/domain/update-summaries.ts';
import type { Wiring } from '../../backend/wiring.ts';
import { randomRuns } from '../support/random-runs.ts';
import { addPerson, readLog } from '../support/scene.ts';
import { useTestTable } from '../support/test-table.ts';

/*
 * Counts of unread messages and of mentions against a model that counts the log by hand, while the stream is late, repeats itself and comes in any
 * order.
 */

const db = useTestTable();
let context: Wiring;
let people: readonly [Person, Person, Person];

beforeAll(async () => {
  context = db().newContext();
  people = [await newPerson('ada'), await newPerson('grace'), await newPerson('kay')];
});

type Step =
  | { readonly kind: 'send'; readonly who: number; readonly says: number; readonly isKeyed: boolean }
  | { readonly kind: 'edit'; readonly which: number; readonly says: number }
  | { readonly kind: 'delete'; readonly which: number }
  | { readonly kind: 'mark'; readonly who: number; readonly which: number }
  | { readonly kind: 'stream'; readonly order: readonly number[]; readonly isRepeated: boolean }
  | { readonly kind: 'rename' | 'move' };

const who = fc.integer({ min: 0, max: 2 });
const which = fc.nat(100);
/** Words with `@all`, and those that also name members; a smaller number is the set of the people whom a text names. */
const [ALL, ALL_AND_NAMED] = [8, 9];
/** Which words a text has: see `Play.#wordsOf`. */
const says = fc.nat(ALL_AND_NAMED);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant('send' as const), who, says, isKeyed: fc.boolean() }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('edit' as const), which, says }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), which }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('mark' as const), who, which }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('stream' as const),
        order: fc.array(which, { maxLength: 5 }),
        isRepeated: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.constant<Step>({ kind: 'rename' }) },
    { weight: 1, arbitrary: fc.constant<Step>({ kind: 'move' }) },
  ),
  { minLength: 10, maxLength: 25, size: 'max' },
);

/** One group, with what its members have read by the model, and the images that the stream has not delivered yet. */
class Play {
  readonly groupId: string;
  readonly #isNamed: boolean;
  /** Each member's mark, without their own messages. */
  readonly #marks = new Map<string, number>();
  readonly #people: readonly Person[];
  readonly #pending: LogEntry[] = [];
  readonly #delivered: LogEntry[] = [];
  /** The highest mark that each member was shown. */
  readonly #shown = new Map<string, number>();
  /** Whom each message mentions: user ids. */
  readonly #mentions = new Map<number, readonly string[]>();
  #sends = 0;

  constructor(
    groupId: string,
    { isNamed, read }: { isNamed: boolean; read: readonly number[] },
    users: readonly Person[],
  ) {
    this.groupId = groupId;
    this.#isNamed = isNamed;
    this.#people = users;
    users.forEach(({ userId }, place) => this.#marks.set(userId, read[place] ?? 0));
  }

  async take(step: Step): Promise<void> {
    await this.#run(step);
    await this.#observe();
  }

  async #run(step: Step): Promise<void> {
    const { groupId } = this;
    switch (step.kind) {
      case 'send': {
        const { userId } = this.#member(step.who);
        this.#sends += 1;
        const key = step.isKeyed ? { clientKey: `key ${this.#sends}` } : {};
        const { text, mentioned } = this.#wordsOf(step.says);
        const { seq } = await sendToGroup(context, groupId, { userId, text, ...key });
        this.#mentions.set(seq, mentioned);
        await this.#changed(seq);
        break;
      }
      case 'edit':
        await this.#edit(step.which, step.says);
        break;
      case 'delete':
        await this.#delete(step.which);
        break;
      case 'mark': {
        const { userId } = this.#member(step.who);
        const log = await readLog(context, groupId);
        // One beyond the end, too.
        const seq = step.which % (log.length + 2);
        const marked = await markRead(context, groupId, userId, seq);
        this.#marks.set(userId, Math.max(this.#marks.get(userId) ?? 0, Math.min(seq, log.length)));
        this.#see(userId, marked.read_seq, marked.unreadCount);
        break;
      }
      case 'stream': {
        const batch = step.order.flatMap((place) =>
          this.#pending.splice(place % Math.max(1, this.#pending.length), 1),
        );
        this.#delivered.push(...batch);
        await this.#deliver(step.isRepeated ? [...this.#delivered, ...batch] : batch);
        break;
      }
      case 'rename':
        if (this.#isNamed) {
          const { group } = await updateGroup(context, this.#place(), { name: crypto.randomUUID() });
          await this.#changed(group.last_seq);
        }
        break;
      case 'move':
        if (this.#isNamed) await this.#move();
    }
  }

  async #edit(place: number, says: number): Promise<void> {
    const at = await this.#ownAt(place);
    // It may be deleted already.
    if (!at || (await context.messages.find(at.groupId, at.seq))?.deleted_at !== undefined) return;
    const { text, mentioned } = this.#wordsOf(says);
    await editMessage(context, at, `${text} ${crypto.randomUUID()}`);
    this.#mentions.set(at.seq, mentioned);
    await this.#changed(at.seq);
  }

  async #delete(place: number): Promise<void> {
    const at = await this.#ownAt(place);
    if (!at) return;
    await deleteMessage(context, at);
    this.#mentions.delete(at.seq);
    await this.#changed(at.seq);
  }

  /** A text of a member, with its author. */
  async #ownAt(place: number): Promise<MessageChange | undefined> {
    const { seq, kind, user_uuid: userId } = await this.#messageAt(place);
    if (kind === 'system' || !this.#marks.has(userId)) return undefined;
    return { groupId: this.groupId, seq, userId };
  }

  /** A text, and the members whom it mentions now. */
  #wordsOf(says: number): { readonly text: string; readonly mentioned: readonly string[] } {
    const all = [...this.#marks.keys()];
    if (says === ALL) return { text: 'hello @all', mentioned: all };
    const named =
      says === ALL_AND_NAMED ? this.#people : this.#people.filter((_, place) => (says & (1 << place)) !== 0);
    const names = named.map(({ handle }) => `@${handle}`);
    if (says === ALL_AND_NAMED) return { text: ['@all', ...names].join(' '), mentioned: all };
    const members = named.filter(({ userId }) => this.#marks.has(userId));
    return {
      text: ['hello', ...names].join(' '),
      mentioned: members.map(({ userId }) => userId),
    };
  }

  /** Delivers what is left, and compares every member's count with the log. */
  async finish(): Promise<void> {
    await this.#deliver(this.#pending.toReversed());
    const log = await readLog(context, this.groupId);
    for (const [userId, mark] of this.#marks) {
      const { entries } = await listInbox(db().newContext(), userId, { limit: 100 });
      const entry = entries.find(({ row }) => row.groupId === this.groupId);
      const own = log.filter(({ kind, user_uuid: author }) => kind === 'text' && author === userId);
      const read = Math.max(mark, ...own.map(({ seq }) => seq));
      const unread = log.filter(
        ({ seq, kind, deleted_at }) => seq > read && kind === 'text' && deleted_at === undefined,
      );
      const mentions = unread.filter(({ seq }) => this.#mentions.get(seq)?.includes(userId));
      const { unreadCount, mentionCount } = entry ?? {};
      expect({ userId, read: entry?.row.read_seq, unreadCount, mentionCount }).toEqual({
        userId,
        read,
        unreadCount: unread.length,
        mentionCount: mentions.length,
      });
      // A mark that does not move answers the same.
      expect(await markRead(context, this.groupId, userId, 0)).toMatchObject({
        read_seq: read,
        unreadCount: unread.length,
      });
    }
  }

  /** Kay leaves by removal, or comes back. */
  async #move(): Promise<void> {
    const [, , kay] = this.#people;
    if (!kay) return;
    const { userId, handle } = kay;
    if (this.#marks.has(userId)) {
      const { group } = await removeMember(context, this.#place(), handle);
      this.#marks.delete(userId);
      this.#shown.delete(userId);
      await this.#changed(group.last_seq);
    } else {
      const { group } = await addMembers(context, this.#place(), [handle], () => 'handle');
      this.#marks.set(userId, group.last_seq);
      await this.#changed(group.last_seq);
    }
  }

  #place() {
    return { groupId: this.groupId, actor: this.#member(0) };
  }

  #member(place: number): Person {
    const members = this.#people.filter(({ userId }) => this.#marks.has(userId));
    const member = members[place % members.length];
    if (!member) throw new Error('a group has a member');
    return member;
  }

  async #messageAt(place: number): Promise<LogEntry> {
    const log = await readLog(context, this.groupId);
    const message = log[place % log.length];
    if (!message) throw new Error('a group has a message');
    return message;
  }

  async #changed(seq: number): Promise<void> {
    this.#pending.push(...(await context.messages.entriesAt(this.groupId, [seq])).values());
  }

  async #deliver(images: readonly LogEntry[]): Promise<void> {
    const facts = factsOf(images);
    if (facts) await updateSummaries(context, this.groupId, facts);
  }

  /** What every member sees just now: never a negative count, and never a lower mark than before. */
  async #observe(): Promise<void> {
    for (const userId of this.#marks.keys()) {
      const { entries } = await listInbox(context, userId, { limit: 100 });
      const entry = entries.find(({ row }) => row.groupId === this.groupId);
      expect(entry).toBeDefined();
      if (entry) this.#see(userId, entry.row.read_seq, entry.unreadCount);
      expect(entry?.mentionCount).toBeGreaterThanOrEqual(0);
    }
  }

  #see(userId: string, readSeq: number, unread: number): void {
    expect(unread).toBeGreaterThanOrEqual(0);
    expect(readSeq).toBeGreaterThanOrEqual(this.#shown.get(userId) ?? 0);
    this.#shown.set(userId, readSeq);
  }
}

describe('the counts of every member', () => {
  it('of a named group is exact after the stream, and never negative before', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const [ada, grace, kay] = people;
        const handles = [grace.handle, kay.handle];
        const { group } = await createGroup(context, { creator: ada, name: 'Engines', handles });
        const play = new Play(group.groupId, { isNamed: true, read: [1, 1, 1] }, people);
        for (const step of taken) await play.take(step);
        await play.finish();
        await leaveAll(group.groupId);
      }),
      { numRuns: randomRuns(5), endOnFailure: true },
    );
  });

  it('of a direct group is exact after the stream, and never negative before', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const pair = [await newPerson('one'), await newPerson('two')] as const;
        const [one, two] = pair;
        const { groupId } = await sendToHandle(context, two.handle, { userId: one.userId, text: 'hello' });
        const play = new Play(groupId, { isNamed: false, read: [1, 0] }, pair);
        for (const step of taken) await play.take(step);
        await play.finish();
      }),
      { numRuns: randomRuns(5), endOnFailure: true },
    );
  });

  it('is 0 right after the mark that answered so, until another user sends', async () => {
    const [ada, grace] = [await newPerson('ada'), await newPerson('grace')];
    const { groupId } = await sendToHandle(context, grace.handle, { userId: ada.userId, text: 'one' });
    await sendToGroup(context, groupId, { userId: ada.userId, text: 'two' });
    // The stream has delivered neither.
    const answer = { read_seq: 2, unreadCount: 0 };
    expect(await markRead(context, groupId, grace.userId, 2)).toMatchObject(answer);
    expect(await markRead(context, groupId, grace.userId, 1)).toMatchObject(answer);
    const seen = async () => {
      const { entries } = await listInbox(context, grace.userId, { limit: 1 });
      return entries.map(({ row, unreadCount }) => [row.read_seq, unreadCount]);
    };
    expect(await seen()).toEqual([[2, 0]]);
    for (const message of (await readLog(context, groupId)).toReversed()) {
      await updateSummaries(context, groupId, factsOf([message]));
      expect(await seen()).toEqual([[2, 0]]);
    }
  });
});

let names = 0;

async function newPerson(name: string): Promise<Person> {
  names += 1;
  const handle = `${name}-${names}`;
  return { userId: await addPerson(context, handle), handle, display_name: handle };
}

/** So that no inbox grows from run to run. */
async function leaveAll(groupId: string): Promise<void> {
  for await (const page of context.members.pages(groupId)) {
    for (const { userId } of page) {
      const actor = people.find((person) => person.userId === userId);
      if (actor) await removeMember(context, { groupId, actor }, actor.handle);
    }
  }
}
