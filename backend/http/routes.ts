import { MESSAGE_MAX_CHARS } from '../../schema/plain-text.ts';
import { attachmentRoutes } from './attachments.ts';
import { docsRoutes } from './docs.ts';
import { eventRoutes } from './events.ts';
import { healthRoutes } from './health.ts';
import { inviteRoutes } from './invites.ts';
import { memberRoutes } from './members.ts';
import { messageGroupRoutes } from './message-groups.ts';
import { messageRoutes } from './messages.ts';
import { pinRoutes } from './pins.ts';
import { publicGroupRoutes } from './public-groups.ts';
import { reactionRoutes } from './reactions.ts';
import type { Route } from './route.ts';
import { searchRoutes } from './search.ts';
import { settingsRoutes } from './settings.ts';
import { userRoutes } from './users.ts';

/** Creates every route of the API. @param messageMaxChars code points of a message's text at most. */
export function apiRoutes(messageMaxChars: number): readonly Route[] {
  const routes: readonly Route[] = [
    ...healthRoutes,
    ...userRoutes,
    ...publicGroupRoutes,
    ...messageGroupRoutes,
    ...settingsRoutes,
    ...memberRoutes,
    ...inviteRoutes,
    ...searchRoutes,
    ...messageRoutes(messageMaxChars),
    ...attachmentRoutes,
    ...reactionRoutes,
    ...pinRoutes,
    ...eventRoutes,
    ...docsRoutes(() => routes),
  ];
  return routes;
}

/** The routes with the default limit, as the documents in this repository have them. */
export const API_ROUTES = apiRoutes(MESSAGE_MAX_CHARS);
