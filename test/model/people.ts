import PQueue from 'p-queue';
import type { GroupAnswer, ReadMarkAnswer } from '../../backend/presentation/message-group.ts';
import type { MessageAnswer } from '../../backend/presentation/message.ts';
import type { Caller } from '../support/caller.ts';
import type { Answer } from '../support/http-client.ts';
import type { Prng } from '../support/prng.ts';
import { upTo } from '../support/scene.ts';
import type { Mark } from './model.ts';

/** A group in which people act, and what was acknowledged of it. */
export interface Stage {
  readonly groupId: string;
  readonly founders: readonly string[];
  readonly marks: Mark[];
  /** Texts that were acknowledged. */
  readonly sent: { readonly seq: number; readonly userId: string }[];
  /** The highest seq that any response contained. */
  tail: number;
}

/** Ports of two APIs. */
export type Ports = readonly [number, number];

const OPERATIONS = {
  send: 40,
  edit: 10,
  delete: 18,
  markForwards: 8,
  markBackwards: 4,
  join: 14,
  leave: 2,
  remove: 3,
  role: 4,
  rename: 2,
} as const;
type Operation = keyof typeof OPERATIONS;

const DRAWN = Object.entries(OPERATIONS).flatMap(([operation, weight]) =>
  Array.from({ length: weight }, () => operation as Operation),
);

/** Errors that are correct responses: the actor is not a member, lacks a role, or the thing no longer exists. */
const REFUSALS = [403, 404, 422];

/** Some people who do random operations in some groups, each operation at either API. */
export class People {
  readonly #people: readonly Caller[];
  readonly #stages: readonly Stage[];
  readonly #ports: Ports;
  readonly #prng: Prng;
  /** One queue for each person: changes of their membership, and their read marks, run one after the other. */
  readonly #turns = new Map<string, PQueue>();
  readonly counts: Record<string, number> = {};

  constructor(parts: { people: readonly Caller[]; stages: readonly Stage[]; ports: Ports; prng: Prng }) {
    this.#people = parts.people;
    this.#stages = parts.stages;
    this.#ports = parts.ports;
    this.#prng = parts.prng;
  }

  /** Does one random operation of a random person. @throws for a response that no client should get. */
  async act(): Promise<void> {
    const operation = this.#pick(DRAWN);
    const actor = this.#pick(this.#people).at({ port: this.#pick(this.#ports) });
    const stage = this.#pick(this.#stages);
    const answer = await this.#perform(operation, actor, stage);
    const outcome = answer.status < 300 ? operation : `${operation} refused`;
    this.counts[outcome] = (this.counts[outcome] ?? 0) + 1;
    if (answer.status >= 300 && !REFUSALS.includes(answer.status))
      throw new Error(`${operation}: ${answer.status} ${answer.text}`);
  }

  #perform(operation: Operation, actor: Caller, stage: Stage): Promise<Answer> {
    const group = `/api/message_groups/${stage.groupId}`;
    const other = this.#pick(this.#people);
    switch (operation) {
      case 'send':
        return this.#send(actor, stage);
      case 'edit':
        return actor.patch(this.#messagePath(stage, actor), { message: this.#message() });
      case 'delete':
        return actor.delete(this.#messagePath(stage, actor));
      case 'markForwards':
        return this.#mark(actor, stage, stage.tail + this.#prng.between(-3, 5));
      case 'markBackwards':
        return this.#mark(actor, stage, this.#prng.between(1, stage.tail));
      case 'join':
        return this.#inTurn(other, () => this.#takeIn(group, other));
      case 'leave':
        return this.#inTurn(actor, () => actor.delete(`${group}/members/@${actor.handle}`));
      case 'remove':
        return this.#inTurn(other, () => actor.delete(`${group}/members/@${other.handle}`));
      case 'role':
        return actor.patch(`${group}/members/@${other.handle}`, {
          role: this.#pick(['admin', 'admin', 'member', 'member', 'owner']),
        });
      case 'rename':
        return actor.patch(group, { name: this.#text() });
    }
  }

  /** Adds a member, if the actor may: otherwise the groups would soon be empty. */
  async #takeIn(group: string, { handle }: Caller): Promise<Answer> {
    const port = this.#pick(this.#ports);
    const first = this.#prng.between(0, this.#people.length - 1);
    const askers = [...this.#people.slice(first), ...this.#people.slice(0, first)];
    let answer: Answer | undefined;
    for (const asker of askers) {
      answer = await asker.at({ port }).post(`${group}/members`, { handle });
      if (answer.status === 200) return answer;
    }
    if (!answer) throw new Error('there is no answer');
    return answer;
  }

  async #send(actor: Caller, stage: Stage): Promise<Answer> {
    const body = { message: this.#message(), message_group_uuid: stage.groupId };
    const keyed = this.#prng.between(1, 3) === 1;
    const headers = keyed ? { 'Idempotency-Key': crypto.randomUUID() } : {};
    const send = () =>
      actor.post('/api/messages', keyed ? { ...body, after_seq: stage.tail } : body, headers);
    // A client without a response sends again, at once and at the other API.
    const [answer] = await Promise.all(keyed && this.#prng.between(1, 3) === 1 ? [send(), send()] : [send()]);
    if (answer.status !== 200) return answer;
    const { seq } = answer.json() as MessageAnswer;
    stage.sent.push({ seq, userId: actor.userId });
    stage.tail = Math.max(stage.tail, seq);
    return answer;
  }

  /** Records a read mark with its membership, which does not end meanwhile. */
  #mark(actor: Caller, stage: Stage, seq: number): Promise<Answer> {
    return this.#inTurn(actor, async () => {
      const path = `/api/message_groups/${stage.groupId}`;
      const answer = await actor.put(`${path}/read`, { seq: Math.max(1, seq) });
      if (answer.status !== 200) return answer;
      const { members } = (await actor.get(path)).json() as GroupAnswer;
      const own = members.find(({ user_uuid }) => user_uuid === actor.userId);
      const { read_seq } = answer.json() as ReadMarkAnswer;
      if (own) stage.marks.push({ userId: actor.userId, joinedAt: own.joined_at, readSeq: read_seq });
      return answer;
    });
  }

  #inTurn(person: Caller, task: () => Promise<Answer>): Promise<Answer> {
    const queue = this.#turns.get(person.userId) ?? new PQueue({ concurrency: 1 });
    this.#turns.set(person.userId, queue);
    return queue.add(task);
  }

  /** Mostly the actor's own new message, which other members have not read; sometimes any message. */
  #messagePath({ groupId, tail, sent }: Stage, { userId }: Caller): string {
    const own = sent.filter((message) => message.userId === userId).map(({ seq }) => seq);
    const recent = own.slice(-4);
    const seqs = recent.length === 0 || this.#prng.between(1, 5) === 1 ? upTo(tail) : recent;
    return `/api/messages/${groupId}/${this.#pick(seqs)}`;
  }

  /** A text that may mention all members, or one of the people, who may be a member. */
  #message(): string {
    const drawn = this.#prng.between(1, 8);
    const mentioned = drawn === 1 ? '@all ' : drawn <= 4 ? `@${this.#pick(this.#people).handle} ` : '';
    return `${mentioned}${this.#text()}`;
  }

  #text(): string {
    return `${'word '.repeat(this.#prng.between(1, 30))}${this.#prng.between(0, 1_000)}`;
  }

  #pick<Value>(values: readonly Value[]): Value {
    const value = values[this.#prng.between(0, values.length - 1)];
    if (value === undefined) throw new Error('nothing to pick from');
    return value;
  }
}
