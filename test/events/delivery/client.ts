import * as z from 'zod';
import { listChanges } from '../../../backend/domain/list-changes.ts';
import { listInbox } from '../../../backend/domain/list-inbox.ts';
import { listMessages } from '../../../backend/domain/list-messages.ts';
import type { Annotations, Message } from '../../../backend/domain/model.ts';
import { ChangesTooFarBehindError, NotFoundError } from '../../../backend/errors.ts';
import type { Wiring } from '../../../backend/wiring.ts';

/** A message as a client holds it. */
export interface HeldMessage {
  readonly rev: number;
  /** null: deleted, or a system message. */
  readonly text: string | null;
  readonly isDeleted: boolean;
}

const newGroup = (): HeldGroup => ({ messages: new Map(), reactions: new Map(), last: 0, change: 0 });

/** Each message with what its answer says was added to it. */
const bySeq = (messages: readonly Message[], annotations: Annotations) =>
  new Map(messages.map(({ seq }) => [seq, annotations]));

const wordsOf = (annotations: Annotations | undefined, seq: number): string =>
  (annotations?.reactions.get(seq) ?? []).map(({ emoji, users }) => [emoji, ...users].join(' ')).join(', ');

/** What a client holds of a group: messages 1 to `last` without a gap, and perhaps some after it. */
interface HeldGroup {
  readonly messages: Map<number, HeldMessage>;
  /** By seq: the emoji, each with its users. */
  readonly reactions: Map<number, HeldReactions>;
  last: number;
  change: number;
}

/** The reactions to a message in few words, and when they came. */
interface HeldReactions {
  readonly words: string;
  /** By the client's counter; 0: with an answer. */
  readonly at: number;
}

const eventData = z
  .object({
    message_group_uuid: z.string().optional(),
    uuid: z.string().optional(),
    seq: z.number().default(0),
    rev: z.number().default(0),
    kind: z.string().default(''),
    message: z.string().nullable().default(null),
    reactions: z
      .array(z.object({ emoji: z.string(), users: z.array(z.object({ user_uuid: z.string() })).default([]) }))
      .default([]),
    change: z.number().default(0),
    seqs: z.array(z.number()).default([]),
    last_seq: z.number().default(0),
    deleted_at: z.string().nullable().default(null),
  })
  .transform(({ message_group_uuid, uuid, kind, message, deleted_at, ...data }) => ({
    ...data,
    isDeleted: deleted_at !== null,
    groupId: message_group_uuid ?? uuid ?? '',
    /** null: deleted, or a system message, whose wording depends on who reads it. */
    text: kind === 'text' ? message : null,
  }));

/** An event of a stream: its name, and what is looked at of its data. */
export type ReceivedEvent = z.infer<typeof eventData> & { readonly name: string };

const INBOX = 'inbox';

/**
 * A client that shows all of its user's groups, and follows the rules for events: it keeps the highest (seq, rev) of each
 * message, fetches what comes after its last one at a gap, asks for changes when it sees one beyond the next or a new one
 * without seqs, and does both after `ready`. What it needs waits until the test fetches it, and what was fetched waits until the test applies it: events
 * may come before, in between and after.
 */
export class Client {
  readonly userId: string;
  readonly #groups = new Map<string, HeldGroup>();
  readonly #needs = new Set<string>();
  readonly #answers: { readonly groupId: string; readonly apply: () => void }[] = [];
  /** Counts events of reactions, and requests. */
  #now = 0;

  constructor(userId: string) {
    this.userId = userId;
  }

  /** What it shows, by group and seq. */
  get shown(): ReadonlyMap<string, ReadonlyMap<number, HeldMessage>> {
    return new Map([...this.#groups].map(([groupId, { messages }]) => [groupId, messages]));
  }

  /** The reactions that it shows, by group and seq: `👍 ada grace`. A tombstone shows none. */
  reactionsIn(groupId: string): ReadonlyMap<number, string> {
    const { messages, reactions } = this.#groups.get(groupId) ?? {};
    const shown = [...(messages ?? [])].flatMap(([seq, { isDeleted }]) => {
      const words = reactions?.get(seq)?.words ?? '';
      return isDeleted || words === '' ? [] : [[seq, words] as const];
    });
    return new Map(shown);
  }

  get isWaiting(): boolean {
    return this.#needs.size + this.#answers.length > 0;
  }

  receive(event: ReceivedEvent): void {
    const { groupId } = event;
    switch (event.name) {
      case 'ready':
        // Answers that are on their way may be older than what was missed.
        for (const { groupId: asked } of this.#answers.splice(0)) this.#needs.add(asked);
        for (const held of this.#groups.keys()) this.#needs.add(held);
        this.#needs.add(INBOX);
        return;
      case 'message':
        this.#receiveMessage(event);
        return;
      case 'reactions': {
        this.#now += 1;
        const words = event.reactions.map(({ emoji, users }) =>
          [emoji, ...users.map(({ user_uuid: userId }) => userId)].join(' '),
        );
        this.#groups.get(groupId)?.reactions.set(event.seq, { words: words.join(', '), at: this.#now });
        return;
      }
      case 'change':
        this.#receiveChange(event);
        return;
      case 'message_group':
        if ((this.#groups.get(groupId)?.last ?? 0) < event.last_seq) this.#needs.add(groupId);
        return;
      case 'message_group_left':
        this.#drop(groupId);
    }
  }

  /** Makes its next request, or applies the next answer. */
  async proceed(api: Wiring, which: number): Promise<void> {
    const pending = [...this.#answers, ...this.#needs];
    const next = pending[which % pending.length];
    if (next === undefined) return;
    if (typeof next === 'string') {
      this.#needs.delete(next);
      await (next === INBOX ? this.#fetchInbox(api) : this.#fetch(api, next));
    } else {
      this.#answers.splice(this.#answers.indexOf(next), 1);
      next.apply();
    }
  }

  #receiveMessage({ groupId, seq, rev, text, isDeleted }: ReceivedEvent): void {
    const held = this.#groups.get(groupId);
    if (held) this.#take(held, seq, { rev, text, isDeleted });
    if (!held || held.last < seq) this.#needs.add(groupId);
  }

  #receiveChange({ groupId, change, seqs }: ReceivedEvent): void {
    const held = this.#groups.get(groupId);
    const next = seqs.length > 0 ? 1 : 0;
    if (!held || change > held.change + next) this.#needs.add(groupId);
    // A request that is still to be made must ask for all that may have been missed before this.
    else if (!this.#needs.has(groupId)) held.change = Math.max(held.change, change);
  }

  async #fetchInbox(api: Wiring): Promise<void> {
    const { entries } = await listInbox(api, this.userId, { limit: 100 });
    for (const { row } of entries) if (!this.#groups.has(row.groupId)) this.#needs.add(row.groupId);
  }

  async #fetch(api: Wiring, groupId: string): Promise<void> {
    const held = this.#groups.get(groupId);
    this.#now += 1;
    const askedAt = this.#now;
    try {
      const found = held ? await this.#catchUp(api, groupId, held) : await this.#load(api, groupId);
      const apply = () => {
        // Whatever came meanwhile is kept. Of equal revs the later answer counts.
        const group = this.#groups.get(groupId) ?? newGroup();
        this.#groups.set(groupId, group);
        for (const { seq, rev, kind, message, deleted_at } of found.messages) {
          this.#take(group, seq, {
            rev,
            text: kind === 'text' ? message : null,
            isDeleted: deleted_at !== undefined,
          });
          // An event that came since counts more than the answer.
          if ((group.reactions.get(seq)?.at ?? 0) > askedAt) continue;
          group.reactions.set(seq, { words: wordsOf(found.annotations.get(seq), seq), at: 0 });
        }
        group.change = Math.max(group.change, found.change);
      };
      this.#answers.push({ groupId, apply });
    } catch (error) {
      if (error instanceof ChangesTooFarBehindError) this.#groups.delete(groupId);
      else if (error instanceof NotFoundError) this.#drop(groupId);
      else throw error;
    }
  }

  async #load(api: Wiring, groupId: string) {
    const page = { groupId, userId: this.userId, position: { at: 'end' }, limit: 100 } as const;
    const { messages, annotations, lastChange = 0 } = await listMessages(api, page);
    return { messages, annotations: bySeq(messages, annotations), change: lastChange };
  }

  async #catchUp(api: Wiring, groupId: string, { last, change }: HeldGroup) {
    const { userId } = this;
    const changes = await listChanges(api, { groupId, userId, after: change, limit: 100 });
    const position = { at: 'after', seq: last } as const;
    const { messages, annotations } = await listMessages(api, { groupId, userId, position, limit: 100 });
    const changed = changes.changed.map(({ message }): Message => message);
    const newest = Math.max(change, ...changes.changed.map((one) => one.change));
    const all = new Map([...bySeq(changed, changes.annotations), ...bySeq(messages, annotations)]);
    return { messages: [...changed, ...messages], annotations: all, change: newest };
  }

  #take(group: HeldGroup, seq: number, message: HeldMessage): void {
    if (message.rev < (group.messages.get(seq)?.rev ?? 0)) return;
    group.messages.set(seq, message);
    while (group.messages.has(group.last + 1)) group.last += 1;
  }

  /** Its user is no longer a member: what is on its way to it is not shown. */
  #drop(groupId: string): void {
    this.#groups.delete(groupId);
    this.#needs.delete(groupId);
    for (const answer of this.#answers.filter((one) => one.groupId === groupId)) {
      this.#answers.splice(this.#answers.indexOf(answer), 1);
    }
  }
}

/** The events of a text that a stream was written; none for a heartbeat. */
export function eventsIn(text: string): ReceivedEvent[] {
  return [...text.matchAll(/event: (\w+)\ndata: (.*)\n\n/g)].map(([, name = '', data = '{}']) => ({
    ...eventData.parse(JSON.parse(data)),
    name,
  }));
}
