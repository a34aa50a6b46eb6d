import { expect } from '@jest/globals';
import Link from 'http-link-header';
import type { MessageAnswer } from '../../backend/presentation/message.ts';
import type {
  GroupAnswer,
  MessageGroupAnswer,
  ReadMarkAnswer,
} from '../../backend/presentation/message-group.ts';
import type { PersonAnswer } from '../../backend/presentation/person.ts';
import { type JsonText, renderJson } from '../../backend/json-text.ts';
import type { Answer } from './http-client.ts';
import { exchangeAsDescribed } from './openapi.ts';

export interface SendBody {
  readonly message?: string;
  readonly message_group_uuid?: string;
  readonly handle?: string;
  readonly after_seq?: number;
  readonly reply_to?: number;
  readonly data?: JsonText;
  readonly attachments?: readonly string[];
}

type Headers = Readonly<Record<string, string>>;

/**
 * A user with a token who calls an API as a program does. `get`, `post`, `put`, `patch` and `delete` return any response;
 * the others require a 200 and return its content.
 */
export class Caller {
  readonly userId: string;
  readonly token: string;
  /** Empty for a user without a profile. */
  readonly handle: string;
  readonly #port: number;

  constructor(parts: { userId: string; token: string; handle: string; port: number }) {
    this.userId = parts.userId;
    this.token = parts.token;
    this.handle = parts.handle;
    this.#port = parts.port;
  }

  /** Returns the same user as a caller of another process. */
  at({ port }: { readonly port: number }): Caller {
    return new Caller({ userId: this.userId, token: this.token, handle: this.handle, port });
  }

  get(path: string, headers?: Headers): Promise<Answer> {
    return this.#exchange('GET', path, headers);
  }

  post(path: string, body: unknown, headers?: Headers): Promise<Answer> {
    return this.#exchange('POST', path, headers, body);
  }

  put(path: string, body?: unknown, headers?: Headers): Promise<Answer> {
    return this.#exchange('PUT', path, headers, body);
  }

  patch(path: string, body: unknown, headers?: Headers): Promise<Answer> {
    return this.#exchange('PATCH', path, headers, body);
  }

  delete(path: string, headers?: Headers): Promise<Answer> {
    return this.#exchange('DELETE', path, headers);
  }

  async createGroup(name: string, handles: readonly string[]): Promise<GroupAnswer> {
    return ok(await this.post('/api/message_groups', { name, handles })) as GroupAnswer;
  }

  async send(body: SendBody, idempotencyKey?: string): Promise<MessageAnswer> {
    const headers: Headers = idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey };
    return ok(await this.post('/api/messages', body, headers)) as MessageAnswer;
  }

  /** @param query with its question mark: `?limit=5&before=10`. */
  async history(groupId: string, query = ''): Promise<MessageAnswer[]> {
    return ok(await this.get(`/api/messages/${groupId}${query}`)) as MessageAnswer[];
  }

  async inbox(query = ''): Promise<MessageGroupAnswer[]> {
    return ok(await this.get(`/api/message_groups${query}`)) as MessageGroupAnswer[];
  }

  async group(groupId: string): Promise<GroupAnswer> {
    return ok(await this.get(`/api/message_groups/${groupId}`)) as GroupAnswer;
  }

  async markRead(groupId: string, seq: number): Promise<ReadMarkAnswer> {
    return ok(await this.put(`/api/message_groups/${groupId}/read`, { seq })) as ReadMarkAnswer;
  }

  async saveProfile(profile: { handle: string; display_name: string }): Promise<PersonAnswer> {
    return ok(await this.put('/api/users/me', profile)) as PersonAnswer;
  }

  /** Reads every page of a list, along one relation of `Link`, from a first page on. */
  async pages<Entry>(path: string, relation: 'next' | 'prev'): Promise<Entry[][]> {
    const pages: Entry[][] = [];
    for (let next: string | undefined = path; next !== undefined;) {
      const answer = await this.get(next);
      pages.push(ok(answer) as Entry[]);
      next = linkOf(answer, relation);
    }
    return pages;
  }

  #exchange(method: string, path: string, headers?: Headers, body?: unknown): Promise<Answer> {
    return exchangeAsDescribed(this.#port, {
      method,
      path,
      headers: {
        Authorization: `Bearer ${this.token}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: renderJson(body) }),
    });
  }
}

/** Returns the body of a response that must be a success. */
export function ok(answer: Answer): unknown {
  expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
  return answer.json();
}

/** Returns the target of a relation of a response's `Link` header, or undefined. */
export function linkOf({ headers }: Answer, relation: string): string | undefined {
  const { link } = headers;
  return link === undefined ? undefined : Link.parse(String(link)).rel(relation)[0]?.uri;
}
