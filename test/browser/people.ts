import { randomBytes } from 'node:crypto';
import * as z from 'zod';

/** A user of the API. */
export interface Person {
  readonly uuid: string;
  readonly handle: string;
  readonly name: string;
  readonly token: string;
}

const tokenAnswer = z.object({ access_token: z.string() });
const personAnswer = z.object({ uuid: z.string(), handle: z.string(), display_name: z.string() });
const messageAnswer = z.object({ message_group_uuid: z.string(), seq: z.number() });

const NO_CONTENT = 204;

/** Prepares users, messages and groups through the API of a local run. */
export class People {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Creates a user with a unique handle. */
  async create(name: string): Promise<Person> {
    const letters = name
      .toLowerCase()
      .replaceAll(/[^a-z]/g, '')
      .slice(0, 12);
    const handle = `${letters || 'user'}-${randomBytes(5).toString('hex')}`;
    return this.#signIn({ handle, create: true, display_name: name });
  }

  /** Creates several users whose handles have the same beginning. */
  async createAlike(beginning: string, count: number): Promise<Person[]> {
    const numbers = Array.from({ length: count }, (_, place) => String(place + 1).padStart(2, '0'));
    return Promise.all(
      numbers.map((number) =>
        this.#signIn({ handle: `${beginning}-${number}`, create: true, display_name: `Number ${number}` }),
      ),
    );
  }

  /** Returns a user of the seed. */
  async known(handle: string): Promise<Person> {
    return this.#signIn({ handle });
  }

  async #signIn(body: unknown): Promise<Person> {
    const { access_token: token } = tokenAnswer.parse(
      await this.#exchange('POST', '/development/sign-in', { body }),
    );
    const me = personAnswer.parse(await this.#exchange('GET', '/api/users/me', { token }));
    return { uuid: me.uuid, handle: me.handle, name: me.display_name, token };
  }

  /** Sends a direct message. @returns the id of the conversation. */
  async send(from: Person, to: Person, text: string): Promise<string> {
    const body = { handle: to.handle, message: text };
    const answer = await this.#exchange('POST', '/api/messages', { body, token: from.token });
    return messageAnswer.parse(answer).message_group_uuid;
  }

  /** Sends a message to a conversation. @returns its seq. */
  async sendToGroup(from: Person, group: string, text: string): Promise<number> {
    const body = { message_group_uuid: group, message: text };
    const answer = await this.#exchange('POST', '/api/messages', { body, token: from.token });
    return messageAnswer.parse(answer).seq;
  }

  /** Replies to a message. @returns the reply's seq. */
  async reply(from: Person, group: string, original: number, text: string): Promise<number> {
    const body = { message_group_uuid: group, message: text, reply_to: original };
    const answer = await this.#exchange('POST', '/api/messages', { body, token: from.token });
    return messageAnswer.parse(answer).seq;
  }

  async createGroup(owner: Person, name: string, others: readonly Person[]): Promise<string> {
    const body = { name, handles: others.map(({ handle }) => handle) };
    const answer = await this.#exchange('POST', '/api/message_groups', { body, token: owner.token });
    return z.object({ uuid: z.string() }).parse(answer).uuid;
  }

  async addMember(owner: Person, group: string, other: Person): Promise<void> {
    const path = `/api/message_groups/${group}/members`;
    await this.#exchange('POST', path, { body: { handle: other.handle }, token: owner.token });
  }

  /** Adds several users at once. */
  async addMembers(owner: Person, group: string, others: readonly Person[]): Promise<void> {
    const path = `/api/message_groups/${group}/members`;
    const body = { handles: others.map(({ handle }) => handle) };
    await this.#exchange('POST', path, { body, token: owner.token });
  }

  async makePublic(owner: Person, group: string): Promise<void> {
    await this.#exchange('PATCH', `/api/message_groups/${group}`, {
      body: { visibility: 'public' },
      token: owner.token,
    });
  }

  /** Joins a public group. */
  async join(person: Person, group: string): Promise<void> {
    await this.#exchange('POST', `/api/message_groups/${group}/join`, { token: person.token });
  }

  /** Removes a member, or the user themselves. */
  async removeMember(actor: Person, group: string, member: Person): Promise<void> {
    const path = `/api/message_groups/${group}/members/${member.uuid}`;
    await this.#exchange('DELETE', path, { token: actor.token });
  }

  /** Creates an invitation. @returns its code. */
  async invite(owner: Person, group: string): Promise<string> {
    const path = `/api/message_groups/${group}/invites`;
    const answer = await this.#exchange('POST', path, { body: {}, token: owner.token });
    return z.object({ code: z.string() }).parse(answer).code;
  }

  async revoke(owner: Person, group: string, code: string): Promise<void> {
    await this.#exchange('DELETE', `/api/message_groups/${group}/invites/${code}`, { token: owner.token });
  }

  async edit(author: Person, group: string, seq: number, text: string): Promise<void> {
    const path = `/api/messages/${group}/${seq}`;
    await this.#exchange('PATCH', path, { body: { message: text }, token: author.token });
  }

  async delete(author: Person, group: string, seq: number): Promise<void> {
    await this.#exchange('DELETE', `/api/messages/${group}/${seq}`, { token: author.token });
  }

  async react(person: Person, group: string, seq: number, emoji: string): Promise<void> {
    const path = `/api/messages/${group}/${seq}/reactions/${encodeURIComponent(emoji)}`;
    await this.#exchange('PUT', path, { token: person.token });
  }

  async pin(person: Person, group: string, seq: number): Promise<void> {
    await this.#exchange('PUT', `/api/messages/${group}/${seq}/pin`, { token: person.token });
  }

  async markRead(reader: Person, group: string, seq: number): Promise<void> {
    await this.#exchange('PUT', `/api/message_groups/${group}/read`, { body: { seq }, token: reader.token });
  }

  /** Changes the user's own settings of a conversation. */
  async setOwn(person: Person, group: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
    const path = `/api/message_groups/${group}/settings`;
    await this.#exchange('PATCH', path, { body: settings, token: person.token });
  }

  async block(person: Person, other: Person): Promise<void> {
    await this.#exchange('PUT', `/api/users/@${other.handle}/block`, { token: person.token });
  }

  /** The texts of a conversation by the API, oldest first. */
  async texts(reader: Person, group: string): Promise<(string | null)[]> {
    const answer = await this.#exchange('GET', `/api/messages/${group}?limit=100`, { token: reader.token });
    return z
      .array(z.object({ message: z.string().nullable() }))
      .parse(answer)
      .map(({ message }) => message);
  }

  async #exchange(
    method: string,
    path: string,
    { body, token }: { readonly body?: unknown; readonly token?: string },
  ): Promise<unknown> {
    const response = await fetch(new URL(path, this.#url), {
      method,
      headers: {
        'Content-Type': 'application/json',
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.status === NO_CONTENT ? undefined : response.json();
  }
}
