import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { CanaryStep } from '../../backend/metrics/catalogue.ts';
import { ApiClient, CanaryError, type EventStream } from './api-client.ts';
import { type SignIn, signIn } from './sign-in.ts';

export { CanaryError } from './api-client.ts';

/** What a run needs. */
export interface CanaryOptions {
  /** Of the deployment: `https://chat.example.com`. */
  readonly url: string;
  readonly signIn: SignIn;
  /** The handle of the user whom the canary writes to: another one, who exists. */
  readonly peer: string;
  /** The profile that the canary's user gets if they have none. */
  readonly handle: string;
  /** How long a step may take, in ms. Default: 10 s. */
  readonly stepMs?: number;
}

/** A step that is done, and how long it took in ms. */
export interface StepDone {
  readonly step: CanaryStep;
  readonly ms: number;
}

const message = z.object({
  uuid: z.string(),
  message_group_uuid: z.string(),
  seq: z.int(),
  deleted_at: z.string().nullish(),
});
type Message = z.output<typeof message>;
const messages = z.array(message);
const groups = z.array(z.object({ uuid: z.string(), last_seq: z.int() }));
const anything = z.unknown();

const DEFAULT_STEP_MS = 10_000;
/** Between two looks at the list of conversations, which follows within a second. */
const POLL_MS = 100;
/** A line that a person who sees it understands. */
const TEXT = 'A canary checks that messages arrive. It deletes this one.';

/**
 * Uses a deployment as a user does: signs in, listens, sends, receives what it sent by its event stream, reads it back, finds
 * the conversation at its end in the list, and deletes what it sent. What it sent is deleted after a failure too.
 * @param done called after each step.
 * @throws CanaryError that names the step which failed.
 */
export async function runCanary(options: CanaryOptions, done: (step: StepDone) => void): Promise<void> {
  const { stepMs = DEFAULT_STEP_MS } = options;
  const run = new Run(new ApiClient(options.url, stepMs), options, done);
  try {
    await run.steps();
  } finally {
    await run.end();
  }
}

class Run {
  readonly #client: ApiClient;
  readonly #options: CanaryOptions;
  readonly #done: (step: StepDone) => void;
  #token = '';
  #stream: EventStream | undefined;
  /** Set while the message that was sent is not deleted. */
  #sent: Message | undefined;

  constructor(client: ApiClient, options: CanaryOptions, done: (step: StepDone) => void) {
    this.#client = client;
    this.#options = options;
    this.#done = done;
  }

  async steps(): Promise<void> {
    await this.#step('sign-in', () => this.#signIn());
    const stream = await this.#step('listen', () => this.#listen());
    const sent = await this.#step('send', () => this.#send());
    await this.#step('receive', () =>
      stream.until('message', (data) => isVersionOf(sent, data), 'the message'),
    );
    await this.#step('read', () => this.#read(sent, false));
    await this.#step('list', () => this.#findInList(sent));
    await this.#step('delete', () => this.#delete(sent));
  }

  /** Closes the stream, and deletes what a failed run left. */
  async end(): Promise<void> {
    this.#stream?.close();
    if (this.#sent) await this.#call('DELETE', pathOf(this.#sent), anything).catch(() => undefined);
  }

  async #step<Result>(step: CanaryStep, work: () => Promise<Result>): Promise<Result> {
    const begun = performance.now();
    try {
      const result = await work();
      this.#done({ step, ms: performance.now() - begun });
      return result;
    } catch (error) {
      throw new CanaryError(`${step}: ${error instanceof Error ? error.message : 'unknown'}`, {
        cause: error,
      });
    }
  }

  async #signIn(): Promise<void> {
    this.#token = await signIn(this.#client, this.#options.signIn);
    // 403: the user has no profile yet.
    const profile = await this.#call('GET', '/api/users/me', anything, { or: [403] });
    const { handle } = this.#options;
    if (profile === undefined)
      await this.#call('PUT', '/api/users/me', anything, { body: { handle, display_name: 'Canary' } });
  }

  async #listen(): Promise<EventStream> {
    this.#stream = await this.#client.listen(this.#token);
    await this.#stream.until('ready', () => true, '`ready`');
    return this.#stream;
  }

  async #send(): Promise<Message> {
    const sent = await this.#call('POST', '/api/messages', message, {
      headers: { 'Idempotency-Key': randomUUID() },
      body: { handle: this.#options.peer, message: TEXT },
    });
    this.#sent = sent;
    return must(sent);
  }

  async #read(sent: Message, isDeleted: boolean): Promise<void> {
    const path = `/api/messages/${sent.message_group_uuid}?around=${sent.seq}&limit=3`;
    const page = must(await this.#call('GET', path, messages));
    const found = page.find(({ uuid }) => uuid === sent.uuid);
    if (!found) throw new CanaryError('the message is not in the conversation');
    const hasTombstone = typeof found.deleted_at === 'string';
    if (hasTombstone !== isDeleted)
      throw new CanaryError(isDeleted ? 'the message is not deleted' : 'the message is deleted');
  }

  /** The stream's handler keeps the list up to date, about a second late. */
  async #findInList({ message_group_uuid: groupId, seq }: Message): Promise<void> {
    const deadline = performance.now() + (this.#options.stepMs ?? DEFAULT_STEP_MS);
    for (;;) {
      const list = must(await this.#call('GET', '/api/message_groups?limit=20', groups));
      if (list.some(({ uuid, last_seq }) => uuid === groupId && last_seq >= seq)) return;
      if (performance.now() > deadline)
        throw new CanaryError('the list of conversations does not follow: is the stream’s function running?');
      await sleep(POLL_MS);
    }
  }

  async #delete(sent: Message): Promise<void> {
    await this.#call('DELETE', pathOf(sent), anything);
    await this.#read(sent, true);
    this.#sent = undefined;
  }

  #call<Shape extends z.ZodType>(
    method: string,
    path: string,
    shape: Shape,
    options: Parameters<ApiClient['call']>[3] = {},
  ): Promise<z.output<Shape> | undefined> {
    return this.#client.call(method, path, shape, { token: this.#token, ...options });
  }
}

function isVersionOf(sent: Message, data: unknown): boolean {
  const { data: received } = message.safeParse(data);
  return received?.uuid === sent.uuid;
}

const pathOf = ({ message_group_uuid, seq }: Message): string => `/api/messages/${message_group_uuid}/${seq}`;

function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new CanaryError('the response is empty');
  return value;
}
