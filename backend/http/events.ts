import * as z from 'zod';
import { publishTyping } from '../domain/publish-typing.ts';
import { issueTicket, TICKET_LIFE_S } from '../events/tickets.ts';
import { EventStream } from './event-stream.ts';
import { CODES } from './fields.ts';
import { groupIdInPath } from './path-fields.ts';
import { json, listenerRoute, nothing, personRoute, type Route, written } from './route.ts';

const streamQuery = z.strictObject({
  ticket: z
    .string('ticket_invalid')
    .optional()
    .meta({
      description: 'A ticket, instead of a token in the header.',
      examples: ['q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA'],
      [CODES]: ['ticket_invalid'],
    }),
});

const ticketAnswer = z
  .object({
    ticket: z.string().meta({
      description:
        'Opens event streams, as `GET /api/events?ticket=…`. An `EventSource` reopens its stream with it automatically, until the token expires.',
    }),
    expires_in: z
      .int()
      .meta({ description: 'How long it opens new streams, in seconds.', examples: [TICKET_LIFE_S] }),
  })
  .meta({ id: 'Ticket', description: 'Represents the token that it was issued for.' });

export const eventRoutes: readonly Route[] = [
  listenerRoute({
    method: 'get',
    path: '/events',
    name: 'listenToEvents',
    summary: "Streams the events of the caller's conversations",
    description:
      'Server-sent events. `ready` comes first, and again whenever events may have been lost: then fetch again what you ' +
      'display, lists with `Cache-Control: no-cache`. ' +
      '`message` (a Message; the highest `rev` counts), `reactions` (a MessageReactions), `pins` (a GroupPins), ' +
      '`change` (a GroupChange), `message_group` (a MessageGroup), ' +
      '`message_group_left` (`{uuid}`) and `typing` (`{message_group_uuid, user_uuid, handle}`) follow as they happen. ' +
      'A `message_group` after a join is followed by the newest `change` of the group, without seqs: a client that holds ' +
      'the group already fetches what it misses of messages (`last_seq`) and of changes. ' +
      'The stream ends when its token expires. A stream opened with a ticket has an `id`: with the same URL and that id ' +
      'in `Last-Event-ID`, as an `EventSource` sends them, it can be reopened until then.',
    query: streamQuery,
    answer: written(['text/event-stream'], 'The stream.'),
    handle: ({ context, caller, request, response }) => {
      const { streams } = context;
      streams.requireCapacity(caller.userId);
      // A client that disconnected during authentication emits no further `close`.
      if (response.destroyed) return;
      const { expires, streamId } = caller;
      const stream = new EventStream(response, { expires, ...(streamId !== undefined && { id: streamId }) });
      if (request.method === 'HEAD') response.end();
      else response.once('close', streams.open(caller.userId, stream));
    },
  }),

  personRoute({
    method: 'post',
    path: '/events/ticket',
    name: 'createTicket',
    summary: 'Issues a ticket for an event stream',
    description: "For a browser's EventSource, which sends no headers.",
    answer: json(ticketAnswer, 'The ticket.'),
    handle: async ({ context, caller }) => ({
      ticket: await issueTicket(context.expiringStore, caller),
      expires_in: TICKET_LIFE_S,
    }),
  }),

  personRoute({
    method: 'post',
    path: '/message_groups/:uuid/typing',
    name: 'sendTyping',
    summary: 'Notifies the other members that the caller is typing',
    description: 'Repeat it while the caller is typing: it is published at most once a second.',
    params: z.object({ uuid: groupIdInPath }),
    answer: nothing('The event is published.'),
    errors: { 403: ['recipient_unavailable', 'recipient_blocked'] },
    handle: async ({ context, caller, params }) => publishTyping(context, params.uuid, caller.userId),
  }),
];
