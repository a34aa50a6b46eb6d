import { Router } from 'express';
import * as z from 'zod';
import { foldHandle } from '../../schema/handles.ts';
import type { MessageItem } from '../../schema/items.ts';
import type { Context } from '../context.ts';
import { type HistoryPage, listMessages, type Position } from '../domain/list-messages.ts';
import { type Send, sendToGroup, sendToHandle } from '../domain/send-message.ts';
import { UnprocessableError } from '../errors.ts';
import type { Guards } from './authenticate.ts';
import { readJson } from './body.ts';
import {
  groupIdIn,
  limitParameter,
  messageText,
  parseBody,
  parseIdempotencyKey,
  parseQuery,
  seqField,
  seqParameter,
} from './fields.ts';
import { linkPages } from './paging.ts';
import { presentMessage } from './present.ts';

/** When checks of two fields run: also where another field is wrong, so that everything is told at once. */
const isObject = ({ value }: { readonly value: unknown }): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const sendBody = z
  .strictObject({
    message: messageText,
    /** The group to send to; this or `handle`. */
    message_group_uuid: z.string('message_group_uuid_invalid').min(1, 'message_group_uuid_blank').optional(),
    /** The person to send to: opens the conversation where there is none yet. */
    handle: z.string('handle_invalid').trim().min(1, 'user_reciever_handle_blank').optional(),
    /** The newest seq the sender holds. With an `Idempotency-Key` it makes a resend exact. */
    after_seq: seqField('after_seq').optional(),
  })
  .refine((body) => body.message_group_uuid !== undefined || body.handle !== undefined, {
    error: 'user_reciever_handle_blank',
    path: ['handle'],
    when: isObject,
  })
  .refine((body) => body.message_group_uuid === undefined || body.handle === undefined, {
    error: 'message_group_uuid_and_handle',
    path: ['handle'],
    when: isObject,
  });

const historyQuery = z
  .strictObject({
    limit: limitParameter(20),
    before: seqParameter.optional(),
    after: seqParameter.optional(),
    around: seqParameter.optional(),
  })
  .refine(
    ({ before, after, around }) => [before, after, around].filter((seq) => seq !== undefined).length <= 1,
    {
      error: 'position_ambiguous',
      path: ['before'],
    },
  );

export function messageRoutes(context: Context, guards: Guards): Router {
  const router = Router();

  router.post(
    '/messages',
    guards.person(async (caller, request, response) => {
      const clientKey = parseIdempotencyKey(request.get('Idempotency-Key'));
      const body = parseBody(sendBody, await readJson(request, response));
      const message = await send(context, body, {
        userId: caller.userId,
        text: body.message,
        ...(clientKey !== undefined && { clientKey }),
        ...(body.after_seq !== undefined && { afterSeq: body.after_seq }),
      });
      response.json(presentMessage(message, { person: () => caller }, caller.userId));
    }),
  );

  router.get(
    '/messages/:message_group_uuid',
    guards.person<{ message_group_uuid: string }>(async ({ userId }, request, response) => {
      const { limit, ...place } = parseQuery(historyQuery, request.query);
      const groupId = groupIdIn(request.params.message_group_uuid);
      const page = await listMessages(context, { groupId, userId, position: positionOf(place), limit });
      linkPages(request, response, pagesBeside(page, limit));
      response.json(page.messages.map((message) => presentMessage(message, page.names, userId)));
    }),
  );

  return router;
}

async function send(context: Context, body: z.output<typeof sendBody>, message: Send): Promise<MessageItem> {
  if (body.message_group_uuid !== undefined) {
    return sendToGroup(context, groupIdIn(body.message_group_uuid), message);
  }
  const handle = foldHandle(body.handle ?? '');
  if (handle === undefined)
    throw new UnprocessableError([{ code: 'user_reciever_handle_unknown', field: 'handle' }]);
  return sendToHandle(context, handle, message);
}

function positionOf(place: Omit<z.output<typeof historyQuery>, 'limit'>): Position {
  if (place.before !== undefined) return { at: 'before', seq: place.before };
  if (place.after !== undefined) return { at: 'after', seq: place.after };
  if (place.around !== undefined) return { at: 'around', seq: place.around };
  return { at: 'end' };
}

function pagesBeside({ messages, older, newer }: HistoryPage, limit: number) {
  const oldest = messages[0];
  const newest = messages.at(-1);
  return {
    prev: older && oldest ? { before: oldest.seq, limit } : undefined,
    next: newer && newest ? { after: newest.seq, limit } : undefined,
  };
}
