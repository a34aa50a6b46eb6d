import * as z from 'zod';
import { foldHandle } from '../../schema/handles.ts';
import { cleanLine, isBlank } from '../../schema/plain-text.ts';
import type { Wiring } from '../wiring.ts';
import { NO_ANNOTATIONS, readAnnotations } from '../domain/annotations.ts';
import { deleteMessage, editMessage } from '../domain/change-message.ts';
import { listChanges } from '../domain/list-changes.ts';
import { readDetails } from '../domain/message-details.ts';
import { type HistoryPage, listMessages, type Position } from '../domain/list-messages.ts';
import { isNewMessage } from '../domain/new-message.ts';
import { type Send, sendToGroup, sendToHandle } from '../domain/send-message.ts';
import { UnprocessableError } from '../errors.ts';
import type { Message } from '../domain/model.ts';
import { changedMessage, type MessageAnswer, message, presentMessage } from '../presentation/message.ts';
import { attachmentsField, HAS_TEXT_OR_FILES, textBesideFiles } from './attachment-fields.ts';
import {
  CODES,
  groupIdIn,
  idempotencyKey,
  isObject,
  limitParameter,
  messageText,
  ownData,
  seqField,
  seqParameter,
} from './fields.ts';
import { linkPages } from './paging.ts';
import { groupIdInPath, seqInPath } from './path-fields.ts';
import { costOfPage } from './rate-limit.ts';
import { json, personRoute, type Route } from './route.ts';

const sendBody = (maxChars: number) =>
  z
    .strictObject({
      message: textBesideFiles(maxChars),
      message_group_uuid: z
        .string('message_group_uuid_invalid')
        .min(1, 'message_group_uuid_blank')
        .optional()
        .meta({
          description: 'The group to send to; this or `handle`.',
          examples: ['01JX3K8Q4M5N6P7R8S9TAVBWCX'],
          [CODES]: ['message_group_uuid_invalid', 'message_group_uuid_blank'],
        }),
      handle: z
        .string('handle_invalid')
        .overwrite(cleanLine)
        .refine((text) => !isBlank(text), 'user_reciever_handle_blank')
        .optional()
        .meta({
          description: 'The user to send to. Creates the conversation if there is none yet.',
          examples: ['grace'],
          override: { minLength: 1 },
          [CODES]: ['handle_invalid', 'user_reciever_handle_blank'],
        }),
      after_seq: seqField(
        'after_seq',
        'The newest seq that the sender has; 0: none. With an `Idempotency-Key` it makes a resend exact.',
        0,
      ).optional(),
      data: ownData('Own data of the message, for programs that build on this').optional(),
      reply_to: seqField('reply_to', 'Seq of a message of the same group that it replies to.').optional(),
      attachments: attachmentsField,
    })
    .refine(({ message: text, attachments: ids }) => isThere(text) || isNotEmpty(ids), {
      error: 'message_blank',
      path: ['message'],
      when: isObject,
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
    })
    .meta({
      override: {
        oneOf: [{ required: ['message_group_uuid'] }, { required: ['handle'] }],
        ...HAS_TEXT_OR_FILES,
      },
    });

/** Whether a text of a body has something visible. What is no text has another error. */
const isThere = (text: unknown): boolean =>
  typeof text === 'string' ? text !== '' : text !== undefined && text !== null;

const isNotEmpty = (ids: unknown): boolean => Array.isArray(ids) && ids.length > 0;

type SendBody = z.output<ReturnType<typeof sendBody>>;

const HISTORY_PAGE = 20;

const historyQuery = z
  .strictObject({
    limit: limitParameter(HISTORY_PAGE),
    before: seqParameter(
      'Messages before this seq. At most one of `before`, `after` and `around` is allowed.',
    ),
    after: seqParameter('Messages after this seq; 0: from the first one on.', 0),
    around: seqParameter('Messages on both sides of this seq.'),
  })
  .refine(
    ({ before, after, around }) => [before, after, around].filter((seq) => seq !== undefined).length <= 1,
    {
      error: 'position_ambiguous',
      path: ['before'],
    },
  );

const CHANGES_PAGE = 50;

const changesQuery = z.strictObject({
  limit: limitParameter(CHANGES_PAGE),
  after: seqParameter('Changes after this one; 0, the default: all of them.', 0),
});

const messagePath = z.object({ message_group_uuid: groupIdInPath, seq: seqInPath });

const sendRoute = (maxChars: number): Route =>
  personRoute({
    method: 'post',
    path: '/messages',
    name: 'sendMessage',
    summary: 'Sends a message to a group or a person',
    description:
      'A response of 200 means that the message is stored. A message with files needs no text; an edit always does.',
    headers: z.object({ 'Idempotency-Key': idempotencyKey }),
    body: sendBody(maxChars),
    answer: json(message, 'The message as it is stored.'),
    errors: {
      403: ['recipient_unavailable', 'recipient_blocked', 'attachments_disabled'],
      404: ['not_found'],
      409: ['idempotency_key_reused', 'after_seq_too_far_behind'],
      422: [
        'message_group_uuid_and_handle',
        'user_reciever_handle_unknown',
        'user_reciever_handle_self',
        'after_seq_beyond_end',
        'reply_to_unknown',
        'attachment_unknown',
        'attachment_not_uploaded',
      ],
    },
    handle: async ({ context, caller, headers, body, request }) => {
      const clientKey = headers['Idempotency-Key'];
      const stored = await send(context, body, {
        userId: caller.userId,
        text: body.message ?? '',
        ...(clientKey !== undefined && { clientKey }),
        ...(body.after_seq !== undefined && { afterSeq: body.after_seq }),
        ...(body.reply_to !== undefined && { replyTo: body.reply_to }),
        ...(body.data && { data: body.data.text }),
        ...(body.attachments && isNotEmpty(body.attachments) && { attachmentIds: body.attachments }),
      });
      request.sentMessage = stored.message_uuid;
      // An earlier attempt of the same request may have stored it: others may have reacted since.
      if (!isNewMessage(stored)) return present(context, caller.userId, stored);
      return presentMessage(stored, await readDetails(context, [stored]), caller.userId, NO_ANNOTATIONS);
    },
  });

const READING_ROUTES: readonly Route[] = [
  personRoute({
    method: 'get',
    path: '/messages/:message_group_uuid',
    name: 'listMessages',
    summary: "Lists a conversation's messages, oldest first",
    description: 'Without a position: the newest page. `prev` leads to older messages, `next` to newer ones.',
    params: z.object({ message_group_uuid: groupIdInPath }),
    query: historyQuery,
    cost: costOfPage(HISTORY_PAGE),
    answer: json(z.array(message), 'A page of messages.', ['Link', 'Last-Change']),
    errors: { 400: ['position_ambiguous'] },
    handle: async ({ context, caller: { userId }, params, query, request, response }) => {
      const { limit, ...place } = query;
      const groupId = params.message_group_uuid;
      const page = await listMessages(context, { groupId, userId, position: positionOf(place), limit });
      linkPages(request, response, pagesBeside(page, limit));
      if (page.lastChange !== undefined) response.set('Last-Change', String(page.lastChange));
      return page.messages.map((entry) => presentMessage(entry, page.details, userId, page.annotations));
    },
  }),

  // Before the routes that take a seq in its place.
  personRoute({
    method: 'get',
    path: '/messages/:message_group_uuid/changes',
    name: 'listChanges',
    summary: 'Lists the messages that were changed after a change',
    description:
      'Each message is as it is now, and comes once, by its newest change. A client that holds the messages of a page and its `Last-Change` gets here what was edited, deleted, reacted to or pinned since; `next` goes on. A change with several messages is not split, so a page can have more than `limit`. 409: more than 1,000 changes lie in between, or the log was rebuilt; then load the conversation again.',
    params: z.object({ message_group_uuid: groupIdInPath }),
    query: changesQuery,
    cost: costOfPage(CHANGES_PAGE),
    answer: json(z.array(changedMessage), 'A page of changed messages.', ['Link']),
    errors: { 409: ['changes_too_far_behind'] },
    handle: async ({ context, caller: { userId }, params, query, request, response }) => {
      const { after = 0, limit } = query;
      const page = await listChanges(context, { groupId: params.message_group_uuid, userId, after, limit });
      linkPages(request, response, {
        next: page.next === undefined ? undefined : { after: page.next, limit },
      });
      return page.changed.map((changed) => ({
        change: changed.change,
        message: presentMessage(changed.message, page.details, userId, page.annotations),
      }));
    },
  }),
];

const editRoute = (maxChars: number): Route =>
  personRoute({
    method: 'patch',
    path: '/messages/:message_group_uuid/:seq',
    name: 'editMessage',
    summary: "Edits one of the caller's messages",
    description: 'The same text changes nothing. Own data of the message stays as it was sent.',
    params: messagePath,
    body: z.strictObject({ message: messageText(maxChars) }),
    answer: json(message, 'The message.'),
    errors: {
      403: ['message_not_own', 'recipient_unavailable', 'recipient_blocked'],
      422: ['message_deleted', 'message_is_system'],
    },
    handle: async ({ context, caller: { userId }, params, body }) =>
      present(context, userId, await editMessage(context, targetOf(params, userId), body.message)),
  });

const DELETE_ROUTE: Route = personRoute({
  method: 'delete',
  path: '/messages/:message_group_uuid/:seq',
  name: 'deleteMessage',
  summary: 'Deletes a message',
  description:
    "Users delete their own messages; a group's owner and admins delete any message. The seq remains, with a tombstone. A second deletion returns the same tombstone.",
  params: messagePath,
  answer: json(message, 'The tombstone.'),
  errors: { 403: ['message_not_own'], 422: ['message_is_system'] },
  handle: async ({ context, caller: { userId }, params }) =>
    present(context, userId, await deleteMessage(context, targetOf(params, userId))),
});

/** @param maxChars code points of a text at most. */
export const messageRoutes = (maxChars: number): readonly Route[] => [
  sendRoute(maxChars),
  ...READING_ROUTES,
  editRoute(maxChars),
  DELETE_ROUTE,
];

function targetOf({ message_group_uuid: groupId, seq }: z.output<typeof messagePath>, userId: string) {
  return { groupId, seq, userId };
}

async function present(context: Wiring, userId: string, item: Message): Promise<MessageAnswer> {
  const [annotations, details] = await Promise.all([
    readAnnotations(context, [item]),
    readDetails(context, [item]),
  ]);
  return presentMessage(item, details, userId, annotations);
}

async function send(context: Wiring, body: SendBody, wanted: Send): Promise<Message> {
  if (body.message_group_uuid !== undefined) {
    return sendToGroup(context, groupIdIn(body.message_group_uuid), wanted);
  }
  const handle = foldHandle(body.handle ?? '');
  if (handle === undefined)
    throw new UnprocessableError([{ code: 'user_reciever_handle_unknown', field: 'handle' }]);
  return sendToHandle(context, handle, wanted);
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
