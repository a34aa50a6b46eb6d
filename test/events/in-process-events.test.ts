import { inProcessLiveEvents } from '../../backend/events/in-process-live-events.ts';
import { describeLive } from './events-contract.ts';

describeLive('live events of one process', () => {
  const live = inProcessLiveEvents();
  return Promise.resolve({ here: live, there: live, close: () => live.events.close() });
});
