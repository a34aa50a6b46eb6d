import { inProcessLive } from '../../backend/events/open-events.ts';
import { describeCrash } from '../events/crash-contract.ts';

describeCrash('kill -9 of an API; another one shares a process with the stream pump', () => {
  const live = inProcessLive();
  return Promise.resolve({ live, publisher: live.events, close: () => live.events.close() });
});
