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
import { settingsRoutes } from './settings.ts';
import { userRoutes } from './users.ts';

/** Every route of the API. */
export const API_ROUTES: readonly Route[] = [
  ...healthRoutes,
  ...userRoutes,
  ...publicGroupRoutes,
  ...messageGroupRoutes,
  ...settingsRoutes,
  ...memberRoutes,
  ...inviteRoutes,
  ...messageRoutes,
  ...reactionRoutes,
  ...pinRoutes,
  ...eventRoutes,
  ...docsRoutes(() => API_ROUTES),
];
