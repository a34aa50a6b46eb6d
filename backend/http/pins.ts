import * as z from 'zod';
import { MAX_PINS } from '../../schema/items.ts';
import { listPins, pinMessage, unpinMessage } from '../domain/pin.ts';
import { message, presentMessage } from '../presentation/message.ts';
import { presentAnnotated } from './annotated-message.ts';
import { groupIdInPath, seqInPath } from './path-fields.ts';
import { json, personRoute, type Route } from './route.ts';

const messagePath = z.object({ message_group_uuid: groupIdInPath, seq: seqInPath });

/** At most MAX_PINS messages, their reactions, and as many messages that they reply to, in reads of ten entries. */
const costOfPins = () => (3 * MAX_PINS) / 10;

export const pinRoutes: readonly Route[] = [
  personRoute({
    method: 'put',
    path: '/messages/:message_group_uuid/:seq/pin',
    name: 'pinMessage',
    summary: 'Pins a message in its group',
    description: `For both users of a direct group, and for the owner and admins of any other. A group has at most ${MAX_PINS} pinned messages. Deleting a message unpins it.`,
    params: messagePath,
    answer: json(message, 'The message.'),
    errors: {
      403: ['role_forbidden', 'recipient_unavailable', 'recipient_blocked'],
      422: ['message_deleted', 'pins_full'],
    },
    handle: async ({ context, caller: { userId }, params: { message_group_uuid: groupId, seq } }) =>
      presentAnnotated(context, userId, await pinMessage(context, { groupId, seq, userId })),
  }),

  personRoute({
    method: 'delete',
    path: '/messages/:message_group_uuid/:seq/pin',
    name: 'unpinMessage',
    summary: 'Unpins a message',
    description: 'For the users who may pin it. Where it is not pinned, nothing changes.',
    params: messagePath,
    answer: json(message, 'The message.'),
    errors: { 403: ['role_forbidden'] },
    handle: async ({ context, caller: { userId }, params: { message_group_uuid: groupId, seq } }) =>
      presentAnnotated(context, userId, await unpinMessage(context, { groupId, seq, userId })),
  }),

  personRoute({
    method: 'get',
    path: '/message_groups/:uuid/pins',
    name: 'listPins',
    summary: "Lists a group's pinned messages",
    params: z.object({ uuid: groupIdInPath }),
    cost: costOfPins,
    answer: json(z.array(message), `At most ${MAX_PINS} messages, oldest first.`),
    handle: async ({ context, caller: { userId }, params }) => {
      const { messages, annotations, details } = await listPins(context, params.uuid, userId);
      return messages.map((pinned) => presentMessage(pinned, details, userId, annotations));
    },
  }),
];
