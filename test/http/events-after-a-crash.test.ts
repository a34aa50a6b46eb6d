import { inProcessLiveEvents } from '../../backend/events/in-process-live-events.ts';
import { describeCrash } from '../events/crash-contract.ts';

describeCrash('kill -9 of an API; another one shares a process with the stream pump', () => {
  const live = inProcessLiveEvents();
  return Promise.resolve({ live, publisher: live.events, close: () => live.events.close() });
});
