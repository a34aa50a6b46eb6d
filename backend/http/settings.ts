import * as z from 'zod';
import { readBadge } from '../domain/read-badge.ts';
import { changeSettings } from '../domain/settings.ts';
import { badge, messageGroup, presentBadge, presentMessageGroup } from '../presentation/message-group.ts';
import { CODES } from './fields.ts';
import { cachedList, contextFor, costOrFresh } from './fresh.ts';
import { groupIdInPath } from './path-fields.ts';
import { json, personRoute, type Route } from './route.ts';

const setting = (name: string, description: string) =>
  z
    .boolean(`${name}_invalid`)
    .optional()
    .meta({ description, examples: [true], [CODES]: [`${name}_invalid`] });

const settingsBody = z.strictObject({
  muted: z
    .enum(['none', 'all', 'except_mentions'], 'muted_invalid')
    .optional()
    .meta({
      description: 'Of what the caller wants no notifications.',
      examples: ['all'],
      [CODES]: ['muted_invalid'],
    }),
  favourite: setting('favourite', 'Lists the conversation among the favourites.'),
  archived: setting(
    'archived',
    'Takes the conversation out of the list of conversations, until its next message.',
  ),
  marked_unread: setting(
    'marked_unread',
    'Shows the conversation as unread, until the caller marks something as read or sends a message.',
  ),
});

/** Every conversation is looked at: as a page of 100 and more. */
const costOfBadge = () => 10;

export const settingsRoutes: readonly Route[] = [
  personRoute({
    method: 'patch',
    path: '/message_groups/:uuid/settings',
    name: 'changeSettings',
    summary: "Changes the caller's own settings of a conversation",
    description:
      'Others do not see them. Those that are absent stay as they are. The other devices of the caller receive the event `message_group`.',
    params: z.object({ uuid: groupIdInPath }),
    body: settingsBody,
    answer: json(messageGroup, 'The conversation, with the settings.'),
    handle: async ({ context, caller: { userId }, params, body }) => {
      const { entry, names } = await changeSettings(context, { groupId: params.uuid, userId }, body);
      return presentMessageGroup(entry, names);
    },
  }),

  personRoute({
    method: 'get',
    path: '/unread',
    name: 'readUnread',
    summary: 'Counts what the caller has not read',
    description:
      'Without muted and archived conversations. It looks at all conversations: read it once, then keep it up to date by events.',
    headers: cachedList,
    cost: costOrFresh(costOfBadge),
    answer: json(badge, 'The counts.'),
    handle: async ({ context, caller, headers }) =>
      presentBadge(await readBadge(contextFor(context, headers), caller.userId)),
  }),
];
