import * as z from 'zod';
import { publishTyping } from '../domain/publish-typing.ts';
import { sellTicket, TICKET_LIFE_S } from '../events/tickets.ts';
import { EventStream } from './event-stream.ts';
import { CODES, groupIdInPath } from './fields.ts';
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
        'Opens event streams, as `GET /api/events?ticket=…`. An `EventSource` opens its stream again with it by itself, until the token expires.',
    }),
    expires_in: z
      .int()
      .meta({ description: 'For how many seconds it opens new streams.', examples: [TICKET_LIFE_S] }),
  })
  .meta({ id: 'Ticket', description: 'Stands for the token it was bought with.' });

export const eventRoutes: readonly Route[] = [
  listenerRoute({
    method: 'get',
    path: '/events',
    name: 'listenToEvents',
    summary: "Tells, as long as it is open, of all that happens in the caller's conversations",
    description:
      'Server-sent events. `ready` comes first, and again whenever something may have been missed: fetch what you ' +
      'display then. `message` (a Message; the highest `rev` counts), `message_group` (a MessageGroup), ' +
      '`message_group_left` (`{uuid}`) and `typing` (`{message_group_uuid, user_uuid, handle}`) follow as they happen. ' +
      'It ends when the token expires that it was opened with. Opened with a ticket, it has an `id`: with the same URL ' +
      'and that id in `Last-Event-ID`, as an `EventSource` sends them, it can be opened again until then.',
    query: streamQuery,
    answer: written(['text/event-stream'], 'The stream.'),
    handle: ({ context, caller, request, response }) => {
      const { streams } = context;
      streams.requireRoom(caller.userId);
      // Who left while they were being let in would never be heard leaving.
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
    name: 'buyTicket',
    summary: 'Gives a ticket for an event stream',
    description: "For a browser's EventSource, which sends no headers.",
    answer: json(ticketAnswer, 'The ticket.'),
    handle: async ({ context, caller }) => ({
      ticket: await sellTicket(context.memory, caller),
      expires_in: TICKET_LIFE_S,
    }),
  }),

  personRoute({
    method: 'post',
    path: '/message_groups/:uuid/typing',
    name: 'tellTyping',
    summary: 'Tells the others that the caller is writing something',
    description: 'Repeat it while that lasts: it is passed on once a second.',
    params: z.object({ uuid: groupIdInPath }),
    answer: nothing('Whoever listens is told.'),
    handle: async ({ context, caller, params }) => publishTyping(context, params.uuid, caller.userId),
  }),
];
