import { it } from '@jest/globals';
import { checkHistories } from './delivery/history.ts';

it('delivers to every member what is in the log, and to nobody else, in random histories', async () => {
  // A failure that is shrunk can exceed the test's time, which hides its seed and path: `npm run test:model` shrinks it by these.
  await checkHistories(60, { endOnFailure: true });
});
