import { ulid } from 'ulid';
import type { ApiClient, ApiRequest } from './api-client.ts';
import { TEXT } from './items.ts';
import type { Operation } from './loop.ts';
import type { OperationName } from './operations.ts';
import { type ApiSide, hotSender, type World } from './world.ts';

/** Page sizes of the lists that are read. */
export const HISTORY_LIMIT = 50;
export const INBOX_LIMIT = 20;

export function historyRequest(userId: string, groupId: string, place = ''): ApiRequest {
  return { userId, method: 'GET', path: `/api/messages/${groupId}?limit=${HISTORY_LIMIT}${place}` };
}

export function inboxRequest(userId: string, cursor?: string): ApiRequest {
  const place = cursor === undefined ? '' : `&cursor=${cursor}`;
  return { userId, method: 'GET', path: `/api/message_groups?limit=${INBOX_LIMIT}${place}` };
}

export function markReadRequest(userId: string, groupId: string, seq: number): ApiRequest {
  return { userId, method: 'PUT', path: `/api/message_groups/${groupId}/read`, body: { seq } };
}

/** A sender who is at the end of each conversation, as a client is: each send has a key and the seq that it follows. */
export class Sender {
  readonly #tails: Map<string, number>;

  /** @param tails the newest seq of each group, kept up to date; 1 for a group that is not in it. */
  constructor(tails = new Map<string, number>()) {
    this.#tails = tails;
  }

  async send(api: ApiClient, userId: string, groupId: string): Promise<void> {
    const after_seq = this.#tails.get(groupId) ?? 1;
    const sent = await api.ask({
      userId,
      method: 'POST',
      path: '/api/messages',
      idempotencyKey: ulid(),
      body: { message_group_uuid: groupId, message: TEXT, after_seq },
    });
    this.#tails.set(groupId, (sent as { seq: number }).seq);
  }
}

/** The operations that are measured, as requests. @param side whose conversations are written to. */
export function apiOperations(
  api: ApiClient,
  world: World,
  side: ApiSide = 'api',
): Record<OperationName, Operation> {
  const sender = new Sender();
  const turns: number[] = [];
  const marks: number[] = [];
  const next = (counts: number[], number: number) => (counts[number] = (counts[number] ?? 0) + 1);
  const callerOf = (number: number) => {
    const caller = world.callers[number];
    if (!caller) throw new RangeError(`no caller ${number}`);
    return caller;
  };
  return {
    send: (number) => {
      const { userId, send } = callerOf(number);
      return sender.send(api, userId, send[side][next(turns, number) % send[side].length] ?? '');
    },
    'send to one group': async (number) => {
      const { userId, hot } = hotSender(world, number) ?? callerOf(number);
      const body = { message_group_uuid: hot[side], message: TEXT };
      // No client is at the end of a group to which all write: these sends name no seq that they follow.
      await api.ask({ userId, method: 'POST', path: '/api/messages', body });
    },
    history: (number) => {
      const { userId, history } = callerOf(number);
      return api.do(historyRequest(userId, history));
    },
    inbox: (number) => api.do(inboxRequest(callerOf(number).userId)),
    'mark read': (number) => {
      const { userId, mark } = callerOf(number);
      return api.do(markReadRequest(userId, mark[side], next(marks, number)));
    },
  };
}
