import { inProcessLive } from '../../backend/events/open-events.ts';
import { describeLive } from './events-contract.ts';

describeLive('live events of one process', () => {
  const live = inProcessLive();
  return Promise.resolve({ here: live, there: live, close: () => live.events.close() });
});
