import { docsRoutes } from './docs.ts';
import { eventRoutes } from './events.ts';
import { healthRoutes } from './health.ts';
import { messageGroupRoutes } from './message-groups.ts';
import { messageRoutes } from './messages.ts';
import type { Route } from './route.ts';
import { userRoutes } from './users.ts';

/** Every route of the API. */
export const API_ROUTES: readonly Route[] = [
  ...healthRoutes,
  ...userRoutes,
  ...messageGroupRoutes,
  ...messageRoutes,
  ...eventRoutes,
  ...docsRoutes(() => API_ROUTES),
];
