import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { newUserId } from './factories.ts';

/** A message that was acknowledged with 200. */
export interface Acknowledged {
  readonly groupId: string;
  readonly seq: number;
  readonly uuid: string;
  readonly userId: string;
  readonly key: string;
  readonly text: string;
}

/** The APIs to send to, and the issuer of tokens for them. */
export interface Target {
  /** Ports on this machine. */
  readonly ports: readonly number[];
  signToken(userId: string): Promise<string>;
}

interface Sender {
  readonly userId: string;
  readonly handle: string;
  readonly token: string;
  /** Half of the senders name their place in the log, the others rely on the search of the newest messages. */
  readonly saysPosition: boolean;
  groupId: string;
  lastSeq: number;
  sent: number;
}

const CONVERSATIONS = 3;
/** In ms: longer than any response takes. */
const ANSWER_TIMEOUT_MS = 15_000;
const PAUSE_MS = 20;

const messageAnswer = z.object({
  uuid: z.string(),
  message_group_uuid: z.string(),
  seq: z.number(),
  message: z.string(),
  client_key: z.string(),
});

/** Users who send continuously, each message with a key, and repeat it until it is acknowledged. */
export class Senders {
  readonly acknowledged: Acknowledged[] = [];
  readonly #target: Target;
  readonly #aborted = new AbortController();
  #senders: Sender[] = [];
  #working = false;
  #loops: Promise<unknown> = Promise.resolve();

  constructor(target: Target) {
    this.#target = target;
  }

  /** Gives each sender a profile, and each pair its conversation. */
  async openConversations(): Promise<void> {
    this.#senders = await Promise.all(
      Array.from({ length: CONVERSATIONS * 2 }, (_, place) => this.#newSender(place)),
    );
    for (let place = 0; place < this.#senders.length; place += 2) {
      const [one, other] = this.#senders.slice(place, place + 2);
      if (!one || !other) continue;
      await this.#send(one, { handle: other.handle });
      other.groupId = one.groupId;
      other.lastSeq = one.lastSeq;
    }
  }

  /** The members of each conversation. */
  get people(): readonly { readonly token: string; readonly groupId: string }[] {
    return this.#senders;
  }

  start(): void {
    this.#working = true;
    this.#loops = Promise.all(this.#senders.map((sender) => this.#work(sender)));
    // `stop` checks it.
    this.#loops.catch(() => undefined);
  }

  /** Makes each sender send one message, and is done when all are acknowledged. */
  async sendOnce(): Promise<void> {
    await Promise.all(
      this.#senders.map((sender) => this.#send(sender, { message_group_uuid: sender.groupId })),
    );
  }

  /** Lets each sender finish the current message. @throws an error of a sender that no kill explains. */
  async stop(): Promise<void> {
    this.#working = false;
    await this.#loops;
  }

  /** Aborts all senders at once. */
  async abort(): Promise<void> {
    this.#working = false;
    this.#aborted.abort();
    await this.#loops.catch(() => undefined);
  }

  async #work(sender: Sender): Promise<void> {
    while (this.#working) {
      const position = sender.saysPosition ? { after_seq: sender.lastSeq } : {};
      await this.#send(sender, { message_group_uuid: sender.groupId, ...position });
    }
  }

  /** Sends one message until it is acknowledged. */
  async #send(sender: Sender, place: Record<string, string | number>): Promise<void> {
    sender.sent += 1;
    const key = `${sender.handle}-${sender.sent}`;
    const text = `message ${sender.sent} of ${sender.handle}`;
    const body = { message: text, ...place };
    const answer = messageAnswer.parse(
      await this.#request(sender, 'POST', '/api/messages', body, { 'Idempotency-Key': key }),
    );
    if (answer.message !== text || answer.client_key !== key)
      throw new Error(`${key} was answered with another message`);
    sender.groupId = answer.message_group_uuid;
    sender.lastSeq = Math.max(sender.lastSeq, answer.seq);
    const { userId, groupId } = sender;
    this.acknowledged.push({ groupId, seq: answer.seq, uuid: answer.uuid, userId, key, text });
  }

  async #newSender(place: number): Promise<Sender> {
    const userId = newUserId();
    const handle = `sender-${place}`;
    const token = await this.#target.signToken(userId);
    const sender = { userId, handle, token, saysPosition: place % 2 === 0, groupId: '', lastSeq: 0, sent: 0 };
    await this.#request(sender, 'PUT', '/api/users/me', { handle, display_name: handle });
    return sender;
  }

  /** Sends to one API after the other until one responds with 200. @throws for an error that a resend cannot fix. */
  async #request(
    { token }: Sender,
    method: string,
    path: string,
    body: object,
    headers: Record<string, string> = {},
  ): Promise<unknown> {
    for (let attempt = 0; ; attempt += 1) {
      const port = this.#target.ports[attempt % this.#target.ports.length] ?? 0;
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(body),
        signal: AbortSignal.any([this.#aborted.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
      })
        .then(async (answer) => ({ status: answer.status, body: await answer.json() }))
        .catch(() => undefined);
      if (response?.status === 200) return response.body;
      if (response !== undefined && response.status !== 429 && response.status !== 503) {
        throw new Error(`${method} ${path} was answered ${response.status} ${JSON.stringify(response.body)}`);
      }
      this.#aborted.signal.throwIfAborted();
      await sleep(PAUSE_MS);
    }
  }
}
